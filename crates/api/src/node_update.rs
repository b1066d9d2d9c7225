//! Changes of nodes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Availability, Role};

/// Body of `PATCH /api/v1/nodes/{node}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NodeUpdate {
    /// Whether Swarm may put tasks on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// Its part in the Swarm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Labels that it gets; one that it has gets another value.
    pub labels_add: BTreeMap<String, String>,
    /// Labels that it loses; one that it does not have is no error.
    pub labels_remove: Vec<String>,
}
