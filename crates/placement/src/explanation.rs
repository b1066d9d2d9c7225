//! Why: the numbers that a decision was made from, kept with it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, Megahertz, NodeId};

use crate::{Constraint, Demand, HostPort, NodeAvailability, NodeStatus};

/// One instance and its node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Which of the instances asked for, from 0.
    pub instance: usize,
    /// Where it goes.
    pub outcome: Outcome,
    /// Why; absent where no explanation was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// Where an instance goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Outcome {
    /// To that node.
    Placed {
        /// Its id.
        node: NodeId,
        /// Its hostname.
        hostname: String,
    },
    /// Nowhere.
    Unplaced {
        /// Why not.
        reason: Refusal,
    },
}

/// Why no node takes an instance: how many nodes are out for which kind of reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Kind of reason, and number of nodes.
    pub counts: Vec<(String, u32)>,
}

impl fmt::Display for Refusal {
    /// As Docker says it: `no suitable node (2 nodes: not enough memory; 1 node: drained)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no suitable node")?;
        for (index, (kind, count)) in self.counts.iter().enumerate() {
            let nodes = if *count == 1 { "node" } else { "nodes" };
            write!(f, "{}{count} {nodes}: {kind}", if index == 0 { " (" } else { "; " })?;
        }
        f.write_str(if self.counts.is_empty() { " (the Swarm has none)" } else { ")" })
    }
}

/// Every node, and what was made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The policy that decided.
    pub policy: String,
    /// The demand of the instance.
    pub demand: Demand,
    /// The constraints of its service.
    pub constraints: Vec<Constraint>,
    /// Candidates first, the best one at the top, then those that are out; by hostname among equals.
    pub nodes: Vec<NodeVerdict>,
}

/// One node, and what was made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeVerdict {
    /// Its id.
    pub node: NodeId,
    /// Its hostname.
    pub hostname: String,
    /// What was made of it.
    pub verdict: Verdict,
    /// The numbers, where there are any: CPU, memory, disk.
    pub parts: Vec<Part>,
}

/// What was made of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Verdict {
    /// It could take the instance; the lowest score wins.
    Candidate {
        /// The policy's number.
        score: f64,
    },
    /// It is out.
    Out {
        /// For all of these reasons.
        reasons: Vec<Reason>,
    },
}

/// One resource of a node, in MHz or bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub resource: Resource,
    /// What the node has.
    pub capacity: f64,
    /// Mean use.
    pub used: f64,
    /// What was placed on it and does not show in the measurements yet.
    pub unseen: f64,
    /// What is promised to the instances on it.
    pub reserved: f64,
    /// Capacity less used and unseen, never below 0.
    pub free: f64,
    /// What the instance asks for.
    pub demand: f64,
    /// Demand as a share of what is free.
    pub share: f64,
    /// What the score is multiplied by, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<Factor>,
}

/// A correction of the score for how a resource's use moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    /// × 1.2: its use jumps.
    Unstable,
    /// × 0.9: its use falls.
    Falling,
    /// × 1.1: its use rises.
    Rising,
}

/// A resource of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resource {
    /// Processing power.
    Cpu,
    /// Memory.
    Memory,
    /// Disk of Docker's data root.
    Disk,
}

impl Resource {
    /// Docker's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::Disk => "disk",
        }
    }

    /// An amount of it with its unit.
    pub fn amount(self, amount: f64) -> String {
        match self {
            Self::Cpu => Megahertz::new(amount).to_string(),
            Self::Memory | Self::Disk => Bytes::new(amount.max(0.0) as u64).to_string(),
        }
    }
}

/// Why a node is out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Reason {
    /// Swarm is not in touch with it.
    NotReady {
        /// What it is instead.
        status: NodeStatus,
    },
    /// It is not to take tasks.
    NotActive {
        /// What it is instead.
        availability: NodeAvailability,
    },
    /// Its agent never reported.
    NoReports,
    /// Its agent's last report is too old.
    Stale {
        /// Its age.
        age: Duration,
    },
    /// A constraint does not hold.
    Constraint {
        /// Which.
        constraint: Constraint,
    },
    /// It has as many instances of the service as it may have.
    MaxPerNode {
        /// How many that is.
        most: u64,
    },
    /// Something on it publishes a port already.
    PortTaken {
        /// Which.
        port: HostPort,
    },
    /// Too little is free by measurement.
    TooLittleFree {
        /// Of what.
        resource: Resource,
        /// Asked for.
        demand: f64,
        /// What is free.
        free: f64,
        /// What the node has.
        capacity: f64,
    },
    /// Too little is left unpromised.
    Reserved {
        /// Of what.
        resource: Resource,
        /// Asked for.
        demand: f64,
        /// Promised to others.
        reserved: f64,
        /// What the node has.
        capacity: f64,
    },
}

impl Reason {
    /// The kind of reason in a few words, the same for all nodes that are out for it.
    pub fn kind(&self) -> String {
        match self {
            Self::NotReady { .. } => "not ready".into(),
            Self::NotActive { availability: NodeAvailability::Drain } => "drained".into(),
            Self::NotActive { .. } => "paused".into(),
            Self::NoReports => "no reports from its agent".into(),
            Self::Stale { .. } => "stale reports".into(),
            Self::Constraint { constraint } => format!("{constraint} does not hold"),
            Self::MaxPerNode { .. } => "max replicas per node reached".into(),
            Self::PortTaken { port } => format!("port {}/{} taken", port.port, port.protocol),
            Self::TooLittleFree { resource, .. } => format!("not enough free {}", resource.as_str()),
            Self::Reserved { resource, .. } => format!("not enough unreserved {}", resource.as_str()),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReady { status } => write!(f, "not ready: Swarm says {status:?}"),
            Self::Stale { age } => write!(
                f,
                "stale: last report {:.0} s ago, {} s allowed",
                age.as_secs_f64(),
                crate::STALE_AFTER.as_secs()
            ),
            Self::MaxPerNode { most } => write!(f, "has {most} instances, the most allowed on one node"),
            Self::TooLittleFree { resource, demand, free, capacity } => write!(
                f,
                "{}: {} asked, {} free of {}",
                resource.as_str(),
                resource.amount(*demand),
                resource.amount(*free),
                resource.amount(*capacity)
            ),
            Self::Reserved { resource, demand, reserved, capacity } => write!(
                f,
                "{}: {} asked, {} of {} reserved",
                resource.as_str(),
                resource.amount(*demand),
                resource.amount(*reserved),
                resource.amount(*capacity)
            ),
            Self::NotActive { .. } | Self::NoReports | Self::Constraint { .. } | Self::PortTaken { .. } => {
                f.write_str(&self.kind())
            }
        }
    }
}
