//! A cgroup that stands for the node: in the lab, and on edge boxes that run in LXC.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use swarmmanager_telemetry::wire;

use super::frequency::Frequencies;
use super::memory::Memory;
use super::pressure::PressureProbe;
use crate::cgroup::{CgroupFiles, Layout, Limits, Version};
use crate::kernel_file::ReadBuffer;
use crate::rate::Rate;
use crate::sampler::OpenError;

/// Limits are set by people, not by load.
const LIMITS_INTERVAL: Duration = Duration::from_secs(5);

/// The cgroup's counters and limits.
#[derive(Debug)]
pub(crate) struct ScopeProbe {
    layout: Layout,
    cgroup: PathBuf,
    files: CgroupFiles,
    limits: Limits,
    limits_due: Option<Instant>,
    cpu: Rate,
}

impl ScopeProbe {
    /// Opens the files of `cgroup`, a path below the trees' tops.
    pub(crate) fn open(
        layout: Option<&Layout>,
        cgroup: &Path,
        buffer: &mut ReadBuffer,
    ) -> Result<Self, OpenError> {
        let missing = || OpenError::NoSuchCgroup { cgroup: Path::new("/").join(cgroup) };
        let layout = layout.ok_or_else(missing)?.clone();
        let directory = layout.tree().ok_or_else(missing)?.join(cgroup);
        if !directory.is_dir() {
            return Err(missing());
        }
        Ok(Self {
            files: CgroupFiles::open_with_swap(&layout, cgroup),
            limits: Limits::read(&layout, cgroup, buffer),
            limits_due: None,
            cpu: Rate::default(),
            cgroup: cgroup.to_owned(),
            layout,
        })
    }

    /// The cgroup's own pressure, where it has any.
    pub(crate) fn pressure(&self) -> PressureProbe {
        match (self.layout.version, self.layout.tree()) {
            (Version::V2, Some(tree)) => PressureProbe::of_cgroup(&tree.join(&self.cgroup)),
            _ => PressureProbe::absent(),
        }
    }

    /// Fills in capacity and use of CPU and memory; where the cgroup has no limit, the machine's is the limit.
    pub(crate) fn sample(
        &mut self,
        now: Instant,
        machine_cores: &Frequencies,
        machine: &Memory,
        buffer: &mut ReadBuffer,
        node: &mut wire::NodeSample,
    ) -> io::Result<()> {
        if self.limits_due.is_none_or(|due| now >= due) {
            self.limits_due = Some(now + LIMITS_INTERVAL);
            self.limits = Limits::read(&self.layout, &self.cgroup, buffer);
        }
        let all_cores = machine_cores.cores() as f64;
        let cores = self.limits.cores.unwrap_or(all_cores).min(all_cores);
        let capacity = cores * machine_cores.mean();
        let nanos = self.files.cpu_nanos(buffer)?.unwrap_or(0);
        let used_cores = self.cpu.advance(nanos, now).unwrap_or(0.0) / 1e9;
        node.cores = cores as f32;
        node.cpu_capacity_mhz = capacity as f32;
        // A quota is kept over its own periods, which do not end when a second does.
        node.cpu_used_mhz = (used_cores * machine_cores.mean()).min(capacity) as f32;
        self.sample_memory(machine, buffer, node)
    }

    fn sample_memory(
        &mut self,
        machine: &Memory,
        buffer: &mut ReadBuffer,
        node: &mut wire::NodeSample,
    ) -> io::Result<()> {
        let total = self.limits.memory.unwrap_or(machine.total).min(machine.total);
        let swap_total = self.limits.swap.unwrap_or(machine.swap_total).min(machine.swap_total);
        let (available, swap_used) = match self.files.memory(buffer)? {
            Some(used) => (total.saturating_sub(used.working_set).min(machine.available), used.swap),
            None => (machine.available.min(total), machine.swap_used),
        };
        node.memory_total_bytes = total;
        node.memory_available_bytes = available;
        node.swap_total_bytes = swap_total;
        node.swap_used_bytes = swap_used.min(swap_total);
        Ok(())
    }
}
