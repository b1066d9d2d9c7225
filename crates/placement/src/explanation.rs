//! Why: the numbers that a decision was made from, kept with it.

use std::fmt;

use serde::{Deserialize, Serialize};
use swarmmanager_units::NodeId;

use crate::{Constraint, Demand, Reason, Resource};

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
    /// Kinds of reasons only, without the numbers: the text stays the same while measurements move. As Docker says it:
    /// `no suitable node (2 nodes: not enough free memory; 1 node: drained)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no suitable node")?;
        for (index, (kind, count)) in self.counts.iter().enumerate() {
            let nodes = if *count == 1 { "node" } else { "nodes" };
            write!(f, "{}{count} {nodes}: {kind}", if index == 0 { " (" } else { "; " })?;
        }
        f.write_str(if self.counts.is_empty() { " (the Swarm has none)" } else { ")" })
    }
}

impl fmt::Display for Outcome {
    /// `placed on ap1`, or the refusal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Placed { hostname, .. } => write!(f, "placed on {hostname}"),
            Self::Unplaced { reason } => reason.fmt(f),
        }
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
    /// What the score is the sum of, where the policy adds things up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Term>,
    /// What is expected of the node with the instance, where the policy looks ahead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outlook: Vec<Outlook>,
}

/// One of the things that a score is the sum of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// What it is, such as `overload risk`.
    pub name: String,
    /// What it adds.
    pub value: f64,
}

/// What is expected of one resource of a node with the instance, in the resource's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// Which.
    pub resource: Resource,
    /// What the node has.
    pub capacity: f64,
    /// What the instance is expected to use in the mean.
    pub instance: f64,
    /// What is expected to be used in the mean, with the instance.
    pub mean: f64,
    /// By how much that is expected to vary, as a standard deviation.
    pub deviation: f64,
    /// How likely more than 90 % of the capacity is used, from 0 to 1.
    pub risk: f64,
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
    /// Demand as a share of what is free: 0 for no demand, the largest number where nothing is free.
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

impl fmt::Display for Factor {
    /// `rising ×1.1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Unstable => "unstable",
            Self::Falling => "falling",
            Self::Rising => "rising",
        };
        write!(f, "{name} ×{}", self.value())
    }
}
