//! What processes use, as the kernel counts it.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What was measured in one process that took reports in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) agents: usize,
    /// Reports taken in while it was measured.
    pub(crate) reports: u64,
    /// Sent over the whole run, and of these not taken in.
    pub(crate) sent: u64,
    pub(crate) lost: u64,
    /// Length of a report on its way, without TLS.
    pub(crate) report_bytes: usize,
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    /// For each connection that was made.
    pub(crate) handshake_cpu: Duration,
    /// Proportional set size, in bytes.
    pub(crate) memory: u64,
    /// Of this the histories.
    pub(crate) history: u64,
    /// CPU of the process that made the reports.
    pub(crate) generator_cpu: Duration,
    /// CPU of everything else on the machine.
    pub(crate) others_cpu: Duration,
}

impl Figures {
    pub(crate) fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn from_line(line: &str) -> Result<Self> {
        serde_json::from_str(line).with_context(|| format!("no figures: {line:?}"))
    }
}

/// This program, to be run again.
pub(crate) fn this_program() -> Result<Command> {
    Ok(Command::new(std::env::current_exe().context("cannot find this program")?))
}

/// Each agent is a connection: as many files as the system allows.
pub(crate) fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// CPU that all threads of this process used.
pub(crate) fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// CPU that everything on this machine used since it booted.
pub(crate) fn machine_cpu() -> Result<Duration> {
    let text = fs::read_to_string("/proc/stat")?;
    let fields = text.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<u64> = fields.map(str::parse).collect::<Result<_, _>>()?;
    // All but idle and waiting for disks; what guests use is within the first two.
    let busy: u64 = ticks.iter().take(8).sum::<u64>() - ticks[3] - ticks[4];
    Ok(Duration::from_secs_f64(busy as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// Proportional set size of this process, in bytes.
pub(crate) fn memory() -> Result<u64> {
    let text = fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).context("smaps_rollup has no Pss")?;
    let kibibytes: u64 = line.trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes << 10)
}

/// From when to when something is measured.
pub(crate) struct Window {
    began: Instant,
    cpu: Duration,
    machine: Duration,
}

impl Window {
    pub(crate) fn open() -> Result<Self> {
        Ok(Self { began: Instant::now(), cpu: cpu(), machine: machine_cpu()? })
    }

    /// Wall time, CPU of this process, CPU of all others.
    pub(crate) fn close(&self) -> Result<(Duration, Duration, Duration)> {
        let own = cpu() - self.cpu;
        Ok((self.began.elapsed(), own, (machine_cpu()? - self.machine).saturating_sub(own)))
    }
}
