//! Names that a new service may want.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `GET /api/v1/suggestions`, each list sorted. Images and volumes are those of this manager's own engine:
/// other nodes may have others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suggestions {
    /// Images by name and tag.
    pub images: Vec<SuggestedImage>,
    /// Networks that services can join.
    pub networks: Vec<SuggestedNetwork>,
    /// Secrets.
    pub secrets: Vec<String>,
    /// Configs.
    pub configs: Vec<String>,
    /// Volumes with a name.
    pub volumes: Vec<String>,
    /// Labels of the nodes, as `key=value`.
    pub node_labels: Vec<String>,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuggestedImage {
    /// Its name and tag.
    pub reference: String,
    /// What it takes on disk.
    pub size_bytes: u64,
}

/// A network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuggestedNetwork {
    /// Its name.
    pub name: String,
    /// `overlay`, `host`, …
    pub driver: String,
    /// `swarm` for those of the whole Swarm, `local` for those that every node has of its own.
    pub scope: String,
}
