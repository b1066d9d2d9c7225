//! Changes of services.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, CpuDemand};
use utoipa::ToSchema;

/// Body of `PATCH /api/v1/services/{service}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceUpdate {
    /// Another image; a tag is resolved to its digest where the registry answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// What each instance is expected to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demand: Option<DemandUpdate>,
    /// What each instance may use at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitsUpdate>,
    /// Arguments, in the place of all that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
    /// Variables that it gets, as `NAME=value`; one that it has gets another value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env_add: Vec<String>,
    /// Names of variables that it loses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env_remove: Vec<String>,
    /// Labels that it gets; one that it has gets another value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels_add: BTreeMap<String, String>,
    /// Labels that it loses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels_remove: Vec<String>,
    /// Constraints that it gets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints_add: Vec<String>,
    /// Constraints that it loses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints_remove: Vec<String>,
    /// Services whose nodes it prefers from now on; what runs stays where it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affinity_add: Vec<String>,
    /// Services whose nodes it prefers no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affinity_remove: Vec<String>,
    /// Services whose nodes it avoids from now on; what runs stays where it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anti_affinity_add: Vec<String>,
    /// Services whose nodes it avoids no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anti_affinity_remove: Vec<String>,
    /// Replaces every container, also where nothing else changes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
}

/// What of a demand changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DemandUpdate {
    /// Cores such as `0.5`, or megahertz such as `500MHz`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<CpuDemand>,
    /// Bytes, or text such as `64MiB`.
    #[schema(value_type = Option<u64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// Bytes, or text such as `64MiB`.
    #[schema(value_type = Option<u64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<Bytes>,
}

/// Which limits change; 0 takes one away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsUpdate {
    /// Cores such as `0.5`, or megahertz such as `500MHz`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<CpuDemand>,
    /// Bytes, or text such as `64MiB`.
    #[schema(value_type = Option<u64>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// Number of processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids: Option<u32>,
}
