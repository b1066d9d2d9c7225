//! Nodes drained and removed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Body of `POST /api/v1/nodes/drain`: takes the instances off nodes. Answered by a job with an item for each node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NodesDrain {
    /// The nodes: ids, unique prefixes of them, or hostnames.
    pub nodes: Vec<String>,
    /// How long to wait for their instances to run elsewhere, in seconds; 300 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u64>,
}

/// Body of `POST /api/v1/nodes/remove`: takes nodes out of the Swarm. Answered by a job with an item for each node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NodesRemove {
    /// The nodes: ids, unique prefixes of them, or hostnames.
    pub nodes: Vec<String>,
    /// Whether a node goes also where its instances find no other node in time, or where it cannot be told to leave.
    pub force: bool,
    /// How long to wait for their instances to run elsewhere, in seconds; 300 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_s: Option<u64>,
}
