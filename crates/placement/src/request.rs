//! What is asked for.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz, NodeId};

use crate::{Constraint, Load, NodeState, Platform, Resources};

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
    /// How many instances the service is to have.
    pub replicas: u32,
    /// What the instance is known to use; `None` where it never ran, and then its demand counts.
    pub expected: Option<Load>,
    /// Services whose nodes are preferred or avoided.
    pub affinities: Vec<Affinity>,
    /// Whether nodes may be promised and asked for more than they have.
    pub overcommit: bool,
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
            replicas: 1,
            expected: None,
            affinities: Vec::new(),
            overcommit: false,
        }
    }

    /// What one instance is expected to use on that node: what it is known to use, else its demand.
    ///
    /// A demand is a guess: its CPU is taken to vary by half of it, its memory and disk to be used in full.
    #[inline]
    pub fn expected_on(&self, node: &NodeState) -> Load {
        match self.expected {
            Some(expected) => expected,
            None => self.demand.on(node).as_load(),
        }
    }
}

/// What an instance is expected to use on any node at the least.
pub(crate) fn expected_anywhere(request: &Request) -> Load {
    let Demand { cpu, memory, disk } = request.demand;
    let cpu = match cpu {
        CpuDemand::Megahertz(amount) => amount,
        CpuDemand::Cores(_) => Megahertz::ZERO,
    };
    request.expected.unwrap_or_else(|| Resources { cpu, memory, disk }.as_load())
}

/// Where instances are to be with regard to those of another service, as far as it costs little.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affinity {
    /// The other service.
    pub service: String,
    /// Whether to be where it is, or where it is not.
    pub wish: Wish,
}

/// To be together or apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// On the same node.
    Together,
    /// On another node.
    Apart,
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
