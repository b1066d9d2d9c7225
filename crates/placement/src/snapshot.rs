//! The nodes at one moment: everything that a decision is made from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, Megahertz, NodeId};

use crate::feasibility::{number, used};
use crate::{HostPort, Load, Moments, Request, Resource};

/// The nodes at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// In any order.
    pub nodes: Vec<NodeState>,
}

/// So many names are looked through faster than they are searched.
const FEW: usize = 16;

/// One node.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    /// What its disks and its network can carry.
    #[serde(default)]
    pub rates: Rates,
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
    /// What everything on it, with what was just placed, is expected to use in the next while; `None` where nothing is
    /// forecast, and then `usage` and `unseen` count.
    #[serde(default)]
    pub expected: Option<Load>,
    /// What is used on it by what cannot be moved: the system, and tasks that are not ours; `None` where that is not known,
    /// and then it counts as nothing.
    #[serde(default)]
    pub background: Option<Load>,
    /// How often instances of each service failed on it within the last five minutes.
    #[serde(default)]
    pub failures: BTreeMap<String, u32>,
    /// How often Swarm lost it within the last day.
    #[serde(default)]
    pub losses: u32,
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
        // To tell that two names differ takes their lengths alone, mostly; to tell which is first takes their letters, which
        // are elsewhere in memory for each.
        let count = if self.instances.len() <= FEW {
            self.instances.iter().find(|(name, _)| name.as_str() == service).map(|(_, count)| count)
        } else {
            self.instances.get(service)
        };
        count.copied().map_or(0, u64::from)
    }

    /// How many instances of any service are on it.
    pub fn instances_at_all(&self) -> u64 {
        self.instances.values().copied().map(u64::from).sum()
    }

    /// What it has of a resource, in the resource's unit; 0 where that is not known.
    #[inline]
    pub fn capacity_of(&self, resource: Resource) -> f64 {
        match resource {
            Resource::Cpu => self.capacity.cpu.get(),
            Resource::Memory => number(self.capacity.memory),
            Resource::Disk => number(self.capacity.disk),
            Resource::DiskIo => self.rates.disk_io,
            Resource::Network => self.rates.network,
        }
    }

    /// What everything on it is expected to use: the forecast, else what is measured with what was just placed.
    #[inline]
    pub fn expected_load(&self) -> Load {
        match self.expected {
            Some(expected) => expected,
            None => self.measured_load(),
        }
    }

    #[inline(never)]
    fn measured_load(&self) -> Load {
        let measured = |resource| match self.usage.as_ref().map(|usage| usage.of(resource)) {
            Some(usage) => Moments {
                mean: used(usage, self.capacity_of(resource)),
                variance: usage.deviation * usage.deviation,
            },
            None => Moments::default(),
        };
        Load::of(measured).with(&self.unseen.as_load())
    }

    /// Takes note that one instance of the request comes to the node, so that what is placed next sees it.
    pub fn book(&mut self, request: &Request) {
        let demand = request.demand.on(self);
        if let Some(expected) = &self.expected {
            self.expected = Some(expected.with(&request.expected_on(self)));
        }
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

impl Resources {
    /// As what is expected of something that was never seen: CPU varies by half of it, memory and disk are used in full.
    pub fn as_load(&self) -> Load {
        let cpu = self.cpu.get();
        Load::new([
            Moments { mean: cpu, variance: cpu * cpu / 4.0 },
            Moments::constant(self.memory.as_f64()),
            Moments::constant(self.disk.as_f64()),
            Moments::default(),
            Moments::default(),
        ])
    }
}

/// What disks and networks carry, in bytes per second; 0 where that is not known, and then it limits nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Read from and written to disks.
    pub disk_io: f64,
    /// Received and sent.
    pub network: f64,
}

/// How much of each resource is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// In MHz.
    pub cpu: ResourceUsage,
    /// In bytes.
    pub memory: ResourceUsage,
    /// In bytes.
    pub disk: ResourceUsage,
    /// In bytes per second.
    #[serde(default)]
    pub disk_io: ResourceUsage,
    /// In bytes per second.
    #[serde(default)]
    pub network: ResourceUsage,
}

impl Usage {
    /// The use of a resource.
    pub fn of(&self, resource: Resource) -> &ResourceUsage {
        match resource {
            Resource::Cpu => &self.cpu,
            Resource::Memory => &self.memory,
            Resource::Disk => &self.disk,
            Resource::DiskIo => &self.disk_io,
            Resource::Network => &self.network,
        }
    }
}

/// The recent use of one resource, in the resource's own unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
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
    /// Standard deviation over the last hour, or since there are measurements.
    #[serde(default)]
    pub deviation: f64,
    /// Half, 90, 95 and 99 of a hundred measurements over the last hour were at or below these.
    #[serde(default)]
    pub percentiles: Percentiles,
}

/// What so many of a hundred measurements were at or below, in the resource's own unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Percentiles {
    /// 50.
    pub p50: f64,
    /// 90.
    pub p90: f64,
    /// 95.
    pub p95: f64,
    /// 99.
    pub p99: f64,
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
