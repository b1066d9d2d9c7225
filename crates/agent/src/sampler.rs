//! Takes one sample of everything: the node and its containers.

use std::io;
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use swarmmanager_telemetry::wire;
use swarmmanager_units::NodeId;

use crate::cgroup::Layout;
use crate::config::Config;
use crate::containers::ContainersProbe;
use crate::kernel_file::ReadBuffer;
use crate::node::NodeProbe;

/// The open probes, and the report that every sample is written into.
#[derive(Debug)]
pub struct Sampler {
    buffer: ReadBuffer,
    node: NodeProbe,
    containers: ContainersProbe,
    report: wire::NodeReport,
    sampled_before: bool,
}

/// Why the probes could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file that every Linux has could not be opened.
    #[error("cannot open {}: is the node's /proc mounted there?", path.display())]
    KernelFile {
        /// Which one.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// The list of cores is empty.
    #[error("{} lists no processor", path.display())]
    NoCores {
        /// Where it should.
        path: PathBuf,
    },
    /// The cgroup that is to stand for the node is not there.
    #[error("there is no cgroup {}; give --node-scope host or the path of one that exists", cgroup.display())]
    NoSuchCgroup {
        /// The cgroup as configured.
        cgroup: PathBuf,
    },
    /// Docker's data root could not be opened.
    #[error("cannot open Docker's data root at {}", path.display())]
    DockerRoot {
        /// Where it should be.
        path: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
}

/// Why a sample could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// Reading the cores' times.
    #[error("cannot read the use of the processor")]
    Cpu(#[source] io::Error),
    /// The list of cores became empty.
    #[error("the kernel lists no processor")]
    NoCores,
    /// Reading the machine's memory.
    #[error("cannot read the use of memory")]
    Memory(#[source] io::Error),
    /// Asking for the space of Docker's file system.
    #[error("cannot read the use of the disk")]
    Disk(#[source] io::Error),
    /// Reading the interfaces' counters.
    #[error("cannot read the use of the network")]
    Network(#[source] io::Error),
    /// Reading the cgroup that stands for the node.
    #[error("cannot read the node's cgroup")]
    Scope(#[source] io::Error),
    /// The cgroup that stands for the node was removed.
    #[error("the node's cgroup was removed")]
    ScopeGone,
    /// Walking the cgroup tree.
    #[error("cannot look for containers")]
    Containers(#[source] io::Error),
}

impl Sampler {
    /// Opens everything that is read again and again.
    ///
    /// # Errors
    /// Where something is missing that no node is without; what may be missing is left out of the samples.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        let mut buffer = ReadBuffer::new();
        let layout = Layout::detect(&config.sys);
        let node = NodeProbe::open(config, layout.as_ref(), &mut buffer)?;
        let containers = ContainersProbe::open(config, layout.as_ref());
        let report = wire::NodeReport { node: Some(wire::NodeSample::default()), ..Default::default() };
        Ok(Self { buffer, node, containers, report, sampled_before: false })
    }

    /// Takes a sample at `now`. The first has no rates, so there is no report of it.
    ///
    /// # Errors
    /// Where the kernel did not give what it gave before; the next sample may succeed.
    pub fn sample(
        &mut self,
        node_id: &NodeId,
        now: Instant,
    ) -> Result<Option<&wire::NodeReport>, SampleError> {
        let report = &mut self.report;
        if report.node_id != node_id.as_str() {
            report.node_id = node_id.as_str().to_owned();
        }
        let node = report.node.get_or_insert_default();
        self.node.sample(now, &mut self.buffer, node)?;
        self.containers
            .sample(now, self.node.core_mhz(), &mut self.buffer, &mut report.containers)
            .map_err(SampleError::Containers)?;
        if !std::mem::replace(&mut self.sampled_before, true) {
            return Ok(None);
        }
        report.sequence += 1;
        report.clock_unix_ms = wall_clock_ms();
        Ok(Some(report))
    }
}

/// The node's own idea of the time, in milliseconds since 1970.
fn wall_clock_ms() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}
