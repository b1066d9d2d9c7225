//! A program that is measured.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// It is ended when this is dropped.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(Self(quiet.spawn().with_context(|| format!("cannot start {command:?}"))?))
    }

    /// What all of its threads have had of the processors so far.
    pub(crate) fn cpu_time(&self) -> Result<Duration> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0.id())).context("the program ended")?;
        let nanos = tasks.map(|task| -> Result<u64> {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            Ok(text.split(' ').next().unwrap_or_default().parse()?)
        });
        Ok(Duration::from_nanos(nanos.sum::<Result<u64>>().context("cannot read what a thread had")?))
    }

    /// Memory that is its own, and its share of what it shares with others (PSS), in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.0.id()))?;
        let line =
            text.lines().find_map(|line| line.strip_prefix("Pss:")).context("the kernel tells no PSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? << 10)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
