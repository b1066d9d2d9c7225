//! The nodes at one moment: everything that a decision is made from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, Megahertz, NodeId};

use crate::{HostPort, Request};

/// The nodes at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// In any order.
    pub nodes: Vec<NodeState>,
}

/// One node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeState {
    /// Swarm's id.
    pub id: NodeId,
    /// The hostname.
    pub hostname: String,
    /// The address at which the managers see it.
    #[serde(default)]
    pub address: Option<IpAddr>,
    /// Manager or worker.
    #[serde(default)]
    pub role: Role,
    /// Whether Swarm is in touch with it.
    #[serde(default)]
    pub status: NodeStatus,
    /// Whether Swarm may put tasks on it.
    #[serde(default)]
    pub availability: NodeAvailability,
    /// What it runs.
    #[serde(default)]
    pub platform: Platform,
    /// The node's labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The engine's labels.
    #[serde(default)]
    pub engine_labels: BTreeMap<String, String>,
    /// Cores that the CPU capacity is made of; may be a fraction.
    pub cores: f64,
    /// What the node has.
    pub capacity: Resources,
    /// What is used of it; `None` where nothing was ever reported.
    pub usage: Option<Usage>,
    /// Age of the latest report.
    #[serde(default)]
    pub data_age: Duration,
    /// What is promised to the instances and tasks on it.
    #[serde(default)]
    pub reserved: Resources,
    /// What was placed on it and does not show in the measurements yet.
    #[serde(default)]
    pub unseen: Resources,
    /// How many instances of each service are on it.
    #[serde(default)]
    pub instances: BTreeMap<String, u32>,
    /// Ports that something on it publishes already.
    #[serde(default)]
    pub host_ports: BTreeSet<HostPort>,
}

impl NodeState {
    /// What one core gives. A node that does not say how many it has counts as one core.
    pub fn per_core(&self) -> Megahertz {
        if self.cores > 0.0 {
            Megahertz::new(self.capacity.cpu.get() / self.cores)
        } else {
            self.capacity.cpu
        }
    }

    /// How many instances of that service are on it.
    pub fn instances_of(&self, service: &str) -> u64 {
        self.instances.get(service).copied().map_or(0, u64::from)
    }

    /// How many instances of any service are on it.
    pub fn instances_at_all(&self) -> u64 {
        self.instances.values().copied().map(u64::from).sum()
    }

    /// Takes note that one instance of the request comes to the node, so that what is placed next sees it.
    pub fn book(&mut self, request: &Request) {
        let demand = request.demand.on(self);
        for booked in [&mut self.reserved, &mut self.unseen] {
            booked.cpu += demand.cpu;
            booked.memory += demand.memory;
            booked.disk += demand.disk;
        }
        let instances = self.instances.entry(request.service.clone()).or_default();
        *instances = instances.saturating_add(1);
        self.host_ports.extend(request.host_ports.iter().cloned());
    }
}

/// An amount of each resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Resources {
    /// Processing power.
    pub cpu: Megahertz,
    /// Memory.
    pub memory: Bytes,
    /// Disk.
    pub disk: Bytes,
}

/// How much of each resource is used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// In MHz.
    pub cpu: ResourceUsage,
    /// In bytes.
    pub memory: ResourceUsage,
    /// In bytes.
    pub disk: ResourceUsage,
}

/// The recent use of one resource, in the resource's own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ResourceUsage {
    /// Mean over the last 30 seconds, or over the last 5 where that is more: a node that became busy counts as busy at
    /// once, one that became idle only when it stays so.
    pub mean: f64,
    /// Mean step from second to second over the last minute, without its sign, as a share of the capacity.
    #[serde(default)]
    pub abs_change: f64,
    /// The same with its sign: positive when use grows.
    #[serde(default)]
    pub trend: f64,
}

/// A node's role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Keeps the Swarm's state and may lead.
    Manager,
    /// Runs tasks only.
    #[default]
    Worker,
}

/// Whether Swarm is in touch with a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeStatus {
    /// In touch.
    #[default]
    Ready,
    /// Lost.
    Down,
    /// Not heard of yet.
    Unknown,
    /// Cut off by Swarm.
    Disconnected,
}

/// Whether Swarm may put tasks on a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeAvailability {
    /// Takes tasks.
    #[default]
    Active,
    /// Keeps its tasks, takes no new ones.
    Pause,
    /// Gives its tasks away.
    Drain,
}

/// What a node runs, or what an image is built for; what an image leaves empty may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// Operating system, such as `linux`.
    pub os: String,
    /// Architecture: `x86_64` as engines name it, or `amd64` as images do.
    pub arch: String,
}

impl Platform {
    /// Whether what is built for this runs on such a node, as Swarm sees it.
    pub fn runs_on(&self, node: &Self) -> bool {
        (self.os.is_empty() || self.os == node.os)
            && (self.arch.is_empty() || as_images_name_it(&self.arch) == as_images_name_it(&node.arch))
    }
}

/// Swarm knows two architectures by both of their names.
fn as_images_name_it(arch: &str) -> &str {
    match arch {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

impl fmt::Display for Platform {
    /// `linux/amd64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [os, arch] = [&self.os, &self.arch].map(|part| if part.is_empty() { "any" } else { part });
        write!(f, "{os}/{arch}")
    }
}
