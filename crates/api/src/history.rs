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
