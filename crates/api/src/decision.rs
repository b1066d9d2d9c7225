//! What was decided, and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `GET /api/v1/decisions`, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DecisionList {
    /// The decisions.
    pub decisions: Vec<Decision>,
}

/// What kind of thing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A node was chosen for an instance.
    Place,
    /// An instance was moved to another node.
    Move,
    /// The number of instances was changed.
    Scale,
    /// A service was changed by its user.
    Update,
    /// A service was put back to what it was before its last change.
    Rollback,
    /// A service was removed by its user.
    Remove,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Decided; Swarm's answer is not known: it is on its way, or the manager died while it was.
    Planned,
    /// Swarm has it.
    Done,
    /// There was no node for it; it is tried again when the Swarm changes.
    NoNode,
    /// Swarm refused.
    Failed,
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// Grows by one from entry to entry.
    pub id: i64,
    /// When it was made.
    pub unix_ms: i64,
    /// What kind of thing was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// The service as its user named it.
    pub service: String,
    /// Which instance, where it is about one.
    pub instance: Option<u32>,
    /// The node chosen.
    pub node: Option<String>,
    /// Its hostname.
    pub hostname: Option<String>,
    /// One sentence.
    pub summary: String,
    /// The user who asked for it; absent where the manager acted by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The numbers that it was made from: every node, its capacity, usage, what is reserved and free, the score, or
    /// the reason that it is out.
    #[schema(value_type = Option<Object>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<serde_json::Value>,
}
