//! What a node did over time.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How fine a history is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum HistoryResolution {
    /// A point a second, of the last 10 minutes.
    #[default]
    #[serde(rename = "1s")]
    Second,
    /// A point a minute (the mean), of the last 24 hours.
    #[serde(rename = "1m")]
    Minute,
}

/// Query of `GET /api/v1/nodes/{node}/history`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// `1s` or `1m`.
    #[serde(default)]
    #[param(inline)]
    pub resolution: HistoryResolution,
}

/// Answer of `GET /api/v1/nodes/{node}/history`: columns of equal length, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeHistory {
    /// When each point was measured.
    pub unix_ms: Vec<i64>,
    /// CPU in use.
    pub cpu_used_mhz: Vec<f64>,
    /// Memory in use.
    pub memory_used_bytes: Vec<f64>,
    /// Disk in use.
    pub disk_used_bytes: Vec<f64>,
    /// Received.
    pub network_rx_bytes_per_s: Vec<f64>,
    /// Sent.
    pub network_tx_bytes_per_s: Vec<f64>,
}

/// Answer of `GET /api/v1/nodes/{node}/containers/history`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContainerHistoryList {
    /// The containers of the node's latest reading first, then those that ended within the last minute.
    pub containers: Vec<ContainerHistory>,
}

/// The last 60 seconds of a container: columns of equal length, oldest first. A second without a report has no place in
/// them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContainerHistory {
    /// Docker's id, 64 digits.
    pub id: String,
    /// The task's name as `docker ps` shows it, where the container belongs to a Swarm task.
    pub task: Option<String>,
    /// The service as its user named it, where the container belongs to one.
    pub service: Option<String>,
    /// When each point was measured.
    pub unix_ms: Vec<i64>,
    /// CPU in use.
    pub cpu_used_mhz: Vec<f64>,
    /// Memory in use less the page cache that can be dropped at once.
    pub memory_working_set_bytes: Vec<f64>,
    /// Received.
    pub network_rx_bytes_per_s: Vec<f64>,
    /// Sent.
    pub network_tx_bytes_per_s: Vec<f64>,
}
