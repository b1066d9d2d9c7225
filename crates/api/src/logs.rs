//! What instances write.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Query of `GET /api/v1/services/{service}/logs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct LogQuery {
    /// At most so many lines of each container, or `all`; 100 where absent, all where `since_unix_ms` is given.
    pub tail: Option<String>,
    /// Wait for lines that are still to come.
    pub follow: bool,
    /// As in Docker's API. Lines carry their time in any case.
    pub timestamps: bool,
    /// Only of this instance.
    pub instance: Option<u32>,
    /// Only lines since then.
    pub since_unix_ms: Option<i64>,
}

/// The event `log`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// The instance, which is its Swarm service's name: `web-0`.
    pub instance: String,
    /// Id of the node that it ran on.
    pub node: Option<String>,
    /// Its hostname; absent for a node that left the Swarm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// What it was written to.
    pub stream: LogSource,
    /// When it was written, by the node's clock.
    pub unix_ms: i64,
    /// The line without its end.
    pub line: String,
}

/// What a line was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogSource {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
