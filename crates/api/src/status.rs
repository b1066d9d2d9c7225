//! How the manager itself is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `GET /api/v1/status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// The manager's version.
    pub version: String,
    /// The Swarm's id.
    pub swarm_id: String,
    /// The node that this manager runs on.
    pub node_id: String,
    /// Its hostname.
    pub hostname: String,
    /// Whether this manager acts: its node leads the Swarm.
    pub leading: bool,
    /// The node that leads, as far as is known.
    pub leader: Option<String>,
    /// When Swarm's state was last read.
    pub swarm_as_of_unix_ms: i64,
    /// Why it could not be read since then, if so.
    pub swarm_error: Option<String>,
    /// When this manager started.
    pub started_unix_ms: i64,
    /// The placement policy in force.
    pub policy: String,
    /// Nodes in the Swarm.
    pub nodes: u32,
    /// Nodes that are ready.
    pub nodes_ready: u32,
    /// Nodes whose agent is live.
    pub agents_live: u32,
    /// Services that SwarmManager keeps.
    pub services: u32,
    /// Instances that should run.
    pub instances_desired: u32,
    /// Instances that run.
    pub instances_running: u32,
    /// What the collector took in and refused.
    pub collector: CollectorCounters,
}

/// Counters of the collector since the manager started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CollectorCounters {
    /// Open connections.
    pub connections: u64,
    /// Reports taken in.
    pub accepted: u64,
    /// Reports and connections refused, by cause.
    pub refused: BTreeMap<String, u64>,
}
