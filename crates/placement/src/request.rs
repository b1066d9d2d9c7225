//! What is asked for.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz, NodeId};

use crate::{Constraint, NodeState, Platform, Resources};

/// Further instances of one service, all alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The service.
    pub service: String,
    /// What one instance is expected to use.
    pub demand: Demand,
    /// All of these have to hold on a node.
    pub constraints: Vec<Constraint>,
    /// What the image is built for, as Docker writes it into the service; none is anything.
    pub platforms: Vec<Platform>,
    /// At most so many instances of the service on one node; 0 is no limit, as in Swarm.
    pub max_per_node: Option<u64>,
    /// Ports that each instance publishes on its node.
    pub host_ports: Vec<HostPort>,
    /// Nodes not to use, such as the one that an instance moves away from.
    pub exclude: BTreeSet<NodeId>,
}

impl Request {
    /// Instances of that service with that demand that may go anywhere.
    pub fn new(service: impl Into<String>, demand: Demand) -> Self {
        Self {
            service: service.into(),
            demand,
            constraints: Vec::new(),
            platforms: Vec::new(),
            max_per_node: None,
            host_ports: Vec::new(),
            exclude: BTreeSet::new(),
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
    #[inline]
    pub fn on(&self, node: &NodeState) -> Resources {
        let cpu = match self.cpu {
            CpuDemand::Megahertz(amount) => amount,
            CpuDemand::Cores(_) => self.cpu_of_cores(node),
        };
        Resources { cpu, memory: self.memory, disk: self.disk }
    }

    /// Kept out of the loop over all nodes: most ask for megahertz.
    #[inline(never)]
    fn cpu_of_cores(&self, node: &NodeState) -> Megahertz {
        self.cpu.on(node.per_core())
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

impl fmt::Display for HostPort {
    /// As Docker writes it: `8080/tcp`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.port, self.protocol)
    }
}
