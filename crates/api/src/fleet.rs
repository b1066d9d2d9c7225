//! All nodes at once, for whoever watches them live: what seldom changes, and beside it the numbers that always do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Availability, InstanceState, MemberState, Role};

/// The event `fleet`: the nodes and what is placed on them. Sent first, and again when anything in it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fleet {
    /// Grows with each change.
    pub revision: u64,
    /// Every node of the Swarm, by hostname.
    pub nodes: Vec<FleetNode>,
    /// Every instance of the services that SwarmManager keeps, by service and number; those without a node as well.
    pub instances: Vec<FleetInstance>,
}

/// A node less its readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FleetNode {
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
    /// `os/arch`.
    pub platform: String,
    /// The Docker Engine's version.
    pub engine_version: String,
    /// Instances placed on it by SwarmManager.
    pub instances: u32,
    /// Running tasks on it, of any service.
    pub tasks: u32,
    /// Sum of the CPU demands and reservations on it.
    pub reserved_cpu_mhz: u64,
    /// Sum of the memory demands and reservations on it.
    pub reserved_memory_bytes: u64,
    /// Sum of the disk demands on it.
    pub reserved_disk_bytes: u64,
    /// CPU that the node has; absent until it reported, like the other two.
    pub cpu_capacity_mhz: Option<u64>,
    /// True where the kernel does not tell the frequency and 1000 MHz a core is assumed.
    pub cpu_capacity_nominal: bool,
    /// Memory that the node has.
    pub memory_total_bytes: Option<u64>,
    /// Size of the file system of Docker's data root.
    pub disk_total_bytes: Option<u64>,
    /// Labels of the Swarm node.
    pub labels: BTreeMap<String, String>,
}

/// Where an instance is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FleetInstance {
    /// Its name, which is its Swarm service's: `web-0`.
    pub name: String,
    /// The service as its user named it.
    pub service: String,
    /// Its number; absent for a global service.
    pub number: Option<u32>,
    /// Id of its node; absent while it has none.
    pub node: Option<String>,
    /// What it is.
    pub state: InstanceState,
    /// What Swarm wants: `running`, `shutdown`.
    pub desired_state: String,
}

/// The event `readings`, once a second: columns of equal length in the order of the fleet's nodes. A value is absent
/// where the node never reported; a reading older than 5 s is stale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FleetReadings {
    /// The revision of the fleet whose nodes these are.
    pub revision: u64,
    /// When these were read.
    pub unix_ms: i64,
    /// When Swarm's own state was last read.
    pub swarm_as_of_unix_ms: i64,
    /// Why it could not be read since then, if so.
    pub swarm_error: Option<String>,
    /// Whether this manager acts: its node leads the Swarm.
    pub leading: bool,
    /// Age of each node's latest reading.
    pub reading_age_ms: Vec<Option<u64>>,
    /// CPU in use.
    pub cpu_used_mhz: Vec<Option<u64>>,
    /// Memory in use.
    pub memory_used_bytes: Vec<Option<u64>>,
    /// Disk in use.
    pub disk_used_bytes: Vec<Option<u64>>,
    /// Received.
    pub network_rx_bytes_per_s: Vec<Option<u64>>,
    /// Sent.
    pub network_tx_bytes_per_s: Vec<Option<u64>>,
}
