//! How a scenario is written.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;
use swarmmanager_placement::{
    Constraint, Demand, HostPort, NodeAvailability, NodeState, NodeStatus, Platform, Request, ResourceUsage,
    Resources, Role, Snapshot, Usage,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Scenario {
    /// What is to be learned from it.
    pub(crate) lesson: String,
    /// How many instances are placed.
    #[serde(default = "one")]
    pub(crate) count: usize,
    #[serde(default)]
    request: Asked,
    #[serde(default, rename = "node")]
    nodes: Vec<Node>,
}

fn one() -> usize {
    1
}

/// What is left out is as in `Demand::default` and `Request::new`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Asked {
    cpu: Option<CpuDemand>,
    memory: Option<Bytes>,
    disk: Option<Bytes>,
    #[serde(default)]
    constraints: Vec<Constraint>,
    #[serde(default)]
    platforms: Vec<String>,
    max_per_node: Option<u64>,
    #[serde(default)]
    host_ports: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
}

/// What is left out is of a healthy, idle node.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Node {
    name: String,
    cores: Option<f64>,
    #[serde(default)]
    has: Amounts,
    #[serde(default)]
    used: Amounts,
    #[serde(default)]
    unseen: Amounts,
    #[serde(default)]
    reserved: Amounts,
    #[serde(default)]
    abs_change: Shares,
    #[serde(default)]
    trend: Shares,
    /// Its agent never reported.
    #[serde(default)]
    silent: bool,
    #[serde(default)]
    age_seconds: f64,
    #[serde(default)]
    status: NodeStatus,
    #[serde(default)]
    availability: NodeAvailability,
    #[serde(default)]
    role: Role,
    address: Option<IpAddr>,
    platform: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    engine_labels: BTreeMap<String, String>,
    #[serde(default)]
    instances: BTreeMap<String, u32>,
    #[serde(default)]
    host_ports: Vec<String>,
}

/// CPU in MHz.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amounts {
    cpu: Option<f64>,
    memory: Option<Bytes>,
    disk: Option<Bytes>,
}

/// Of the capacity.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shares {
    cpu: f64,
    memory: f64,
    disk: f64,
}

impl Amounts {
    fn or(self, cpu: f64, memory: Bytes, disk: Bytes) -> Resources {
        Resources {
            cpu: Megahertz::new(self.cpu.unwrap_or(cpu)),
            memory: self.memory.unwrap_or(memory),
            disk: self.disk.unwrap_or(disk),
        }
    }

    fn or_nothing(self) -> Resources {
        self.or(0.0, Bytes::ZERO, Bytes::ZERO)
    }
}

impl Scenario {
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { nodes: self.nodes.iter().map(Node::state).collect() }
    }

    pub(crate) fn request(&self) -> Request {
        let asked = &self.request;
        let default = Demand::default();
        Request {
            service: "web".into(),
            demand: Demand {
                cpu: asked.cpu.unwrap_or(default.cpu),
                memory: asked.memory.unwrap_or(default.memory),
                disk: asked.disk.unwrap_or(default.disk),
            },
            constraints: asked.constraints.clone(),
            platforms: asked.platforms.iter().map(|text| platform(text)).collect(),
            max_per_node: asked.max_per_node,
            host_ports: asked.host_ports.iter().map(|text| host_port(text)).collect(),
            exclude: asked.exclude.iter().map(|name| name.as_str().into()).collect(),
            ..Request::new("web", default)
        }
    }
}

impl Node {
    /// Its id is its name.
    fn state(&self) -> NodeState {
        NodeState {
            id: self.name.as_str().into(),
            hostname: self.name.clone(),
            address: self.address,
            role: self.role,
            status: self.status,
            availability: self.availability,
            platform: platform(self.platform.as_deref().unwrap_or("linux/x86_64")),
            labels: self.labels.clone(),
            engine_labels: self.engine_labels.clone(),
            cores: self.cores.unwrap_or(1.0),
            capacity: self.has.or(1_000.0, Bytes::from_mib(512), Bytes::from_mib(2_048)),
            usage: (!self.silent).then(|| self.usage()),
            data_age: Duration::from_secs_f64(self.age_seconds),
            reserved: self.reserved.or_nothing(),
            unseen: self.unseen.or_nothing(),
            instances: self.instances.clone(),
            host_ports: self.host_ports.iter().map(|text| host_port(text)).collect::<BTreeSet<_>>(),
            ..NodeState::default()
        }
    }

    fn usage(&self) -> Usage {
        let used = self.used.or_nothing();
        let one =
            |mean, abs_change, trend| ResourceUsage { mean, abs_change, trend, ..ResourceUsage::default() };
        Usage {
            cpu: one(used.cpu.get(), self.abs_change.cpu, self.trend.cpu),
            memory: one(used.memory.as_f64(), self.abs_change.memory, self.trend.memory),
            disk: one(used.disk.as_f64(), self.abs_change.disk, self.trend.disk),
            ..Usage::default()
        }
    }
}

/// `linux/amd64`.
fn platform(text: &str) -> Platform {
    let (os, arch) = text.split_once('/').unwrap();
    Platform { os: os.into(), arch: arch.into() }
}

/// `8080/tcp`.
fn host_port(text: &str) -> HostPort {
    let (port, protocol) = text.split_once('/').unwrap();
    HostPort { port: port.parse().unwrap(), protocol: protocol.into() }
}
