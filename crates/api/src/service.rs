//! Services as they are, and their changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Demand, Mode, PublishedPort};

/// Body of `POST /api/v1/services/{service}/scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleRequest {
    /// Instances wanted, 0 to 1000.
    pub replicas: u32,
}

/// Answer of `GET /api/v1/services`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServiceList {
    /// When Swarm's own list was last read.
    pub swarm_as_of_unix_ms: i64,
    /// The services that SwarmManager keeps, by name.
    pub services: Vec<Service>,
}

/// A service as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Id of its first Swarm service.
    pub id: String,
    /// The image.
    pub image: String,
    /// How many instances are wanted.
    pub mode: Mode,
    /// Instances that should run (for a global service, on how many nodes).
    pub desired: u32,
    /// Instances that run.
    pub running: u32,
    /// What each instance is expected to use.
    pub demand: Demand,
    /// Ports published.
    pub publish: Vec<PublishedPort>,
    /// When it was created.
    pub created_unix_ms: i64,
    /// Whether its Swarm services are what was asked for.
    pub convergence: Convergence,
}

/// How far Swarm's services are from what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Convergence {
    /// All wanted instances run, and no others.
    Converged,
    /// Work goes on.
    Progressing {
        /// What is waited for.
        message: String,
    },
    /// It cannot go on by itself.
    Blocked {
        /// Why: the same words as in the journal.
        message: String,
    },
    /// It is being removed.
    Removing,
}

/// Answer of `GET /api/v1/services/{service}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServiceDetail {
    /// The service as a whole.
    #[serde(flatten)]
    pub service: Service,
    /// Its instances, by number.
    pub instances: Vec<Instance>,
    /// Labels of the service, less those of SwarmManager.
    pub labels: BTreeMap<String, String>,
    /// Constraints, less the pins.
    pub constraints: Vec<String>,
    /// Services whose nodes are preferred.
    #[serde(default)]
    pub affinity: Vec<String>,
    /// Services whose nodes are avoided.
    #[serde(default)]
    pub anti_affinity: Vec<String>,
    /// Whether there was an update that can be rolled back.
    #[serde(default)]
    pub can_roll_back: bool,
    /// The Swarm specs of its instances, as `docker service inspect` shows them.
    #[schema(value_type = Vec<Object>)]
    pub specs: Vec<serde_json::Value>,
}

/// One instance and where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Instance {
    /// Its name, which is its Swarm service's: `web-0`.
    pub name: String,
    /// Id of the current task; absent while Swarm has none.
    pub task: Option<String>,
    /// Its number; absent for a global service.
    pub number: Option<u32>,
    /// The image that the task runs.
    pub image: String,
    /// Node id.
    pub node: Option<String>,
    /// Hostname of the node.
    pub hostname: Option<String>,
    /// What Swarm wants: `running`, `shutdown`.
    pub desired_state: String,
    /// What it is.
    pub state: InstanceState,
    /// When it came into that state.
    pub since_unix_ms: Option<i64>,
    /// What went wrong, if anything.
    pub error: Option<String>,
    /// What it uses now, where it was measured.
    pub usage: Option<crate::ContainerUsage>,
}

/// Swarm's task states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum InstanceState {
    New,
    Pending,
    Assigned,
    Accepted,
    Preparing,
    Ready,
    Starting,
    Running,
    Complete,
    Shutdown,
    Failed,
    Rejected,
    Remove,
    Orphaned,
}

/// Answer of `POST /api/v1/placements/preview`: what would happen; nothing is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlacementPreview {
    /// The policy asked.
    pub policy: String,
    /// A decision for each instance, in order, each with its explanation.
    #[schema(value_type = Vec<Object>)]
    pub decisions: Vec<serde_json::Value>,
}

/// Answer of `DELETE /api/v1/services/{service}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Removed {
    /// The service removed.
    pub name: String,
    /// The Swarm services removed with it.
    pub instances: Vec<String>,
}
