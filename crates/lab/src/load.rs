//! Load of a known size on a node.

use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use swarmmanager_units::Bytes;

use crate::node::Node;
use crate::own_name::OwnName;
use crate::wait::{self, Look};
use crate::{LabError, program};

/// How much of a node to take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// The share of the node's processing power, from 0 to 1.
    pub cpu: f64,
    /// Memory.
    pub memory: Bytes,
    /// For how long.
    pub duration: Duration,
}

/// Load that is under way; dropped, it ends.
#[derive(Debug)]
pub struct RunningLoad {
    node: Node,
    cgroup: PathBuf,
    children: Vec<Child>,
    duration: Duration,
}

impl Node {
    /// Takes a share of the node: processes in its cgroup that work without a pause, and together get no more than that
    /// share.
    ///
    /// # Errors
    /// [`LabError::Off`], or where a program cannot be run.
    pub fn load(&self, load: Load) -> Result<RunningLoad, LabError> {
        self.root()?;
        let cgroups = &self.site().cgroups;
        let cgroup = self.place().cgroup().join(format!("load-{}", OwnName::next()));
        cgroups.make(&cgroup)?;
        let mut running = RunningLoad {
            node: self.clone(),
            cgroup: cgroup.clone(),
            children: Vec::new(),
            duration: load.duration,
        };
        let cores = self.cores() * load.cpu.clamp(0.0, 1.0);
        if cores > 0.0 {
            cgroups.limit_cpu(&cgroup, cores)?;
            for _ in 0..cores.ceil() as u32 {
                running.spawn("exec timeout \"$1\" sh -c 'while :; do :; done'", load.duration, "")?;
            }
        }
        if load.memory > Bytes::ZERO {
            // Its buffer is full and stays: what it writes into is read by nobody.
            let hold = "dd if=/dev/zero bs=\"$2\" count=1 2>/dev/null | exec sleep \"$1\"";
            running.spawn(hold, load.duration, &load.memory.get().to_string())?;
        }
        Ok(running)
    }
}

impl RunningLoad {
    /// Waits until it is over.
    ///
    /// # Errors
    /// [`LabError::TimedOut`] where it does not end.
    pub fn wait(mut self) -> Result<(), LabError> {
        let limit = self.duration + Duration::from_secs(20);
        wait::until("the load to end", limit, || {
            self.children.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
            Ok(match self.children.len() {
                0 => Look::Done(()),
                count => Look::NotYet(format!("{count} programs run")),
            })
        })
    }

    fn spawn(&mut self, script: &str, duration: Duration, argument: &str) -> Result<(), LabError> {
        let join = self.node.site().cgroups.join_script(&self.cgroup);
        let mut command = program::command("sh");
        command.args([
            "-c",
            &format!("{join} && {script}"),
            "sh",
            &duration.as_secs_f64().to_string(),
            argument,
        ]);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn();
        self.children
            .push(child.map_err(|source| LabError::Run { command: program::line(&command), source })?);
        Ok(())
    }
}

impl Drop for RunningLoad {
    fn drop(&mut self) {
        // What cannot be ended here ends by itself when its time is over, or with the node.
        let _ = self.node.site().cgroups.destroy(&self.cgroup);
        for child in &mut self.children {
            let _ = child.wait();
        }
    }
}
