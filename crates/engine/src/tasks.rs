//! Tasks: what Swarm runs for its services.

use serde::Deserialize;
use swarmmanager_units::NodeId;

use crate::{Engine, EngineError};

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// The service that it is for.
    pub service_id: String,
    /// Which of the service's replicas it is; absent for global services.
    pub slot: Option<u64>,
    /// Where it is, once that is known.
    pub node_id: Option<NodeId>,
    /// What it is.
    pub state: TaskState,
    /// What it is meant to be.
    pub desired_state: TaskState,
    /// What went wrong; empty when nothing did.
    pub error: String,
    /// Its container's id, once it has one.
    pub container_id: Option<String>,
    /// The image that it runs.
    pub image: String,
    /// When it was created, in milliseconds since 1970.
    pub created_unix_ms: i64,
    /// When it came into its state.
    pub since_unix_ms: i64,
    /// Reserved billionths of a core.
    pub reserved_nano_cpus: u64,
    /// Reserved memory.
    pub reserved_memory_bytes: u64,
}

/// Swarm's task states, in the order in which a task goes through them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum TaskState {
    #[default]
    New,
    Allocated,
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

impl TaskState {
    /// Docker's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Allocated => "allocated",
            Self::Pending => "pending",
            Self::Assigned => "assigned",
            Self::Accepted => "accepted",
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Shutdown => "shutdown",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Remove => "remove",
            Self::Orphaned => "orphaned",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawTask {
    #[serde(rename = "ID")]
    id: String,
    #[serde(default, rename = "ServiceID")]
    service_id: String,
    slot: Option<u64>,
    #[serde(default, rename = "NodeID")]
    node_id: String,
    #[serde(rename = "CreatedAt", deserialize_with = "crate::time::unix_ms")]
    created_unix_ms: i64,
    #[serde(default)]
    desired_state: TaskState,
    #[serde(default)]
    status: RawStatus,
    #[serde(default)]
    spec: RawSpec,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawStatus {
    #[serde(rename = "Timestamp", deserialize_with = "crate::time::unix_ms")]
    since_unix_ms: i64,
    state: TaskState,
    err: String,
    container_status: Option<RawContainer>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawContainer {
    #[serde(rename = "ContainerID")]
    id: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawSpec {
    container_spec: RawContainerSpec,
    resources: Option<RawResources>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawContainerSpec {
    image: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawResources {
    reservations: Option<RawReservations>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawReservations {
    #[serde(rename = "NanoCPUs")]
    nano_cpus: u64,
    #[serde(rename = "MemoryBytes")]
    memory_bytes: u64,
}

impl From<RawTask> for Task {
    fn from(raw: RawTask) -> Self {
        let reservations =
            raw.spec.resources.and_then(|resources| resources.reservations).unwrap_or_default();
        let container_id =
            raw.status.container_status.map(|container| container.id).filter(|id| !id.is_empty());
        Self {
            id: raw.id,
            service_id: raw.service_id,
            slot: raw.slot,
            node_id: (!raw.node_id.is_empty()).then(|| raw.node_id.into()),
            state: raw.status.state,
            desired_state: raw.desired_state,
            error: raw.status.err,
            container_id,
            image: raw.spec.container_spec.image,
            created_unix_ms: raw.created_unix_ms,
            since_unix_ms: raw.status.since_unix_ms,
            reserved_nano_cpus: reservations.nano_cpus,
            reserved_memory_bytes: reservations.memory_bytes,
        }
    }
}

impl Engine {
    /// Every task that Swarm remembers, of every service.
    pub async fn tasks(&self) -> Result<Vec<Task>, EngineError> {
        let tasks: Vec<RawTask> = self.get("/tasks").await?;
        Ok(tasks.into_iter().map(Task::from).collect())
    }
}
