//! Nodes and what they were last seen doing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::InstanceState;

/// Answer of `GET /api/v1/nodes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeList {
    /// When Swarm's own list was last read.
    pub swarm_as_of_unix_ms: i64,
    /// Every node of the Swarm, by hostname.
    pub nodes: Vec<Node>,
}

/// A node's part in the Swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Keeps the Swarm's state and may lead.
    Manager,
    /// Runs tasks only.
    Worker,
}

/// Whether Swarm may put tasks on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    /// Takes tasks.
    Active,
    /// Keeps its tasks, takes no new ones.
    Pause,
    /// Gives its tasks away.
    Drain,
}

/// What Swarm says of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MemberState {
    /// Not heard of yet.
    Unknown,
    /// Lost.
    Down,
    /// In touch.
    Ready,
    /// Cut off by Swarm.
    Disconnected,
}

/// What this manager hears from the node's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AgentState {
    /// A report came within the last 5 seconds.
    Live,
    /// The last report is older; nothing is placed on the node.
    Stale,
    /// No report since this manager started.
    Silent,
}

/// A node: what Swarm knows of it and its latest reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Node {
    /// Swarm's id.
    pub id: String,
    /// The hostname.
    pub hostname: String,
    /// The address at which managers see it.
    pub address: String,
    /// Manager or worker.
    pub role: Role,
    /// Whether it leads the Swarm.
    pub leader: bool,
    /// Active, pause or drain.
    pub availability: Availability,
    /// Swarm's view.
    pub state: MemberState,
    /// Swarm's message on the state, if any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The agent's view.
    pub agent: AgentState,
    /// Age of the latest reading; absent when there is none.
    pub reading_age_ms: Option<u64>,
    /// `os/arch`.
    pub platform: String,
    /// The Docker Engine's version.
    pub engine_version: String,
    /// Instances placed on it by SwarmManager.
    pub instances: u32,
    /// Running tasks on it, of any service.
    pub tasks: u32,
    /// Sum of the CPU demands and reservations on it.
    pub reserved_cpu_mhz: f64,
    /// Sum of the memory demands and reservations on it.
    pub reserved_memory_bytes: u64,
    /// Sum of the disk demands on it.
    pub reserved_disk_bytes: u64,
    /// The latest reading, also when it is stale.
    pub reading: Option<Reading>,
}

/// One second of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// CPU that the node has.
    pub cpu_capacity_mhz: f64,
    /// True where the kernel does not tell the frequency and 1000 MHz a core is assumed.
    pub cpu_capacity_nominal: bool,
    /// CPU in use.
    pub cpu_used_mhz: f64,
    /// CPU in use, each core; empty where the node is a cgroup.
    pub core_used_mhz: Vec<f64>,
    /// Cores that the capacity is made of.
    pub cores: f64,
    /// Load averages over 1, 5 and 15 minutes.
    pub load: [f64; 3],
    /// Waiting for CPU.
    pub cpu_pressure: Option<Pressure>,
    /// Waiting for memory.
    pub memory_pressure: Option<Pressure>,
    /// Waiting for disks.
    pub io_pressure: Option<Pressure>,
    /// Memory that the node has.
    pub memory_total_bytes: u64,
    /// Memory in use: total less available.
    pub memory_used_bytes: u64,
    /// Memory that can be used without swapping.
    pub memory_available_bytes: u64,
    /// Swap that the node has.
    pub swap_total_bytes: u64,
    /// Swap in use.
    pub swap_used_bytes: u64,
    /// Size of the file system of Docker's data root.
    pub disk_total_bytes: u64,
    /// In use there.
    pub disk_used_bytes: u64,
    /// Received over the physical interfaces.
    pub network_rx_bytes_per_s: f64,
    /// Sent over the physical interfaces.
    pub network_tx_bytes_per_s: f64,
    /// The hottest sensor.
    pub temperature_celsius: Option<f64>,
}

/// Share of the last 10 seconds, in percent, in which something waited.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pressure {
    /// At least one task waited.
    pub some_percent: f64,
    /// All tasks waited.
    pub full_percent: f64,
}

/// Answer of `GET /api/v1/nodes/{node}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeDetail {
    /// The node itself.
    #[serde(flatten)]
    pub node: Node,
    /// Labels of the Swarm node.
    pub labels: BTreeMap<String, String>,
    /// Labels of the engine.
    pub engine_labels: BTreeMap<String, String>,
    /// Version of the agent.
    pub agent_version: Option<String>,
    /// What the agent measures as the node: `host` or `cgroup:/path`.
    pub agent_scope: Option<String>,
    /// How far the node's clock is ahead of this manager's.
    pub clock_skew_ms: Option<i64>,
    /// The instances placed on it, by service and number.
    #[serde(default)]
    pub placed: Vec<PlacedInstance>,
    /// Its containers, the busiest first.
    pub containers: Vec<ContainerUsage>,
}

/// An instance as its node's page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlacedInstance {
    /// The service as its user named it.
    pub service: String,
    /// Its number; absent for a global service.
    pub instance: Option<u32>,
    /// Its name, which is its Swarm service's: `web-0`.
    pub name: String,
    /// What it is.
    pub state: InstanceState,
    /// Id of the latest decision about it, where this manager's journal has one.
    pub decision: Option<i64>,
}

/// One second of a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContainerUsage {
    /// Docker's id, 64 digits.
    pub id: String,
    /// The task's name as `docker ps` shows it, where the container belongs to a Swarm task.
    pub task: Option<String>,
    /// The service as its user named it, where the container belongs to one.
    pub service: Option<String>,
    /// CPU in use.
    pub cpu_used_mhz: f64,
    /// Memory in use less the page cache that can be dropped at once.
    pub memory_working_set_bytes: u64,
    /// Received.
    pub network_rx_bytes_per_s: f64,
    /// Sent.
    pub network_tx_bytes_per_s: f64,
    /// Read from disk.
    pub block_read_bytes_per_s: f64,
    /// Written to disk.
    pub block_write_bytes_per_s: f64,
    /// Size of the writable layer; absent until it was measured.
    pub writable_layer_bytes: Option<u64>,
}
