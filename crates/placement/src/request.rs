//! What is asked for.

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

use crate::{Constraint, NodeState, Resources};

/// Further instances of one service, all alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The service.
    pub service: String,
    /// What one instance is expected to use.
    pub demand: Demand,
    /// All of these have to hold on a node.
    pub constraints: Vec<Constraint>,
    /// At most so many instances of the service on one node.
    pub max_per_node: Option<u64>,
    /// Ports that each instance publishes on its node.
    pub host_ports: Vec<HostPort>,
}

impl Request {
    /// Instances of that service with that demand that may go anywhere.
    pub fn new(service: impl Into<String>, demand: Demand) -> Self {
        Self {
            service: service.into(),
            demand,
            constraints: Vec::new(),
            max_per_node: None,
            host_ports: Vec::new(),
        }
    }
}

/// What an instance is expected to use.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Demand {
    /// Cores or megahertz.
    pub cpu: CpuDemand,
    /// Memory.
    pub memory: Bytes,
    /// Disk.
    pub disk: Bytes,
}

impl Default for Demand {
    /// 100 MHz, 64 MiB of memory and 64 MiB of disk: what a small service on an access point takes.
    fn default() -> Self {
        Self {
            cpu: CpuDemand::Megahertz(Megahertz::new(100.0)),
            memory: Bytes::from_mib(64),
            disk: Bytes::from_mib(64),
        }
    }
}

impl Demand {
    /// What the demand comes to on that node.
    pub fn on(&self, node: &NodeState) -> Resources {
        Resources { cpu: self.cpu.on(node.per_core()), memory: self.memory, disk: self.disk }
    }
}

/// A port published on a node itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostPort {
    /// The port.
    pub port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}
