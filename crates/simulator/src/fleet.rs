//! The nodes that a workload runs on.

use serde::{Deserialize, Serialize};
use swarmmanager_placement::{NodeState, PerResource, Platform, Rates, Resource, Resources};
use swarmmanager_units::{Bytes, Megahertz};

/// A kind of node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NodeClass {
    /// Its name; nodes are called `name-0` and so on.
    pub name: String,
    /// Cores.
    pub cores: f64,
    /// MHz of all cores together.
    pub cpu_mhz: f64,
    /// Memory.
    pub memory: Bytes,
    /// Disk.
    #[serde(default)]
    pub disk: Bytes,
    /// What its disks can carry.
    #[serde(default)]
    pub disk_bytes_per_s: f64,
    /// What its network can carry.
    #[serde(default)]
    pub network_bytes_per_s: f64,
    /// How many of them there are for each one of a class with 1.
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

impl NodeClass {
    /// What it has, in each resource's unit.
    pub fn capacity(&self) -> PerResource<f64> {
        PerResource::of(|resource| match resource {
            Resource::Cpu => self.cpu_mhz,
            Resource::Memory => self.memory.as_f64(),
            Resource::Disk => self.disk.as_f64(),
            Resource::DiskIo => self.disk_bytes_per_s,
            Resource::Network => self.network_bytes_per_s,
        })
    }

    /// An idle node of the class.
    pub fn node(&self, index: usize) -> NodeState {
        let name = format!("{}-{index}", self.name);
        NodeState {
            id: name.as_str().into(),
            hostname: name,
            platform: Platform { os: "linux".into(), arch: "x86_64".into() },
            cores: self.cores,
            capacity: Resources { cpu: Megahertz::new(self.cpu_mhz), memory: self.memory, disk: self.disk },
            rates: Rates { disk_io: self.disk_bytes_per_s, network: self.network_bytes_per_s },
            ..NodeState::default()
        }
    }
}

/// So many nodes, of the classes in turn.
pub fn nodes(classes: &[NodeClass], count: usize) -> Vec<NodeState> {
    let turn: Vec<&NodeClass> =
        classes.iter().flat_map(|class| std::iter::repeat_n(class, class.weight as usize)).collect();
    if turn.is_empty() {
        return Vec::new();
    }
    (0..count).map(|index| turn[index % turn.len()].node(index)).collect()
}

/// How many nodes of the classes in turn it takes to have at least that much CPU, to the nearest.
pub fn count_for(classes: &[NodeClass], cpu_mhz: f64) -> usize {
    let weights: f64 = classes.iter().map(|class| f64::from(class.weight)).sum();
    let turn: f64 = classes.iter().map(|class| class.cpu_mhz * f64::from(class.weight)).sum();
    if turn <= 0.0 { 0 } else { (cpu_mhz / (turn / weights)).round().max(1.0) as usize }
}
