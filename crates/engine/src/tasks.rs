//! Tasks: what Swarm runs for its services.

use serde::Deserialize;
use swarmmanager_units::NodeId;

use crate::request::Request;
use crate::{Engine, EngineError, Filters};

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
    /// What Swarm says of its state, such as `started`.
    pub message: String,
    /// What went wrong; empty when nothing did.
    pub error: String,
    /// Its container's id, once it has one.
    pub container_id: Option<String>,
    /// What its container ended with, once that ended.
    pub exit_code: Option<i32>,
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
    message: String,
    err: String,
    container_status: Option<RawContainer>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawContainer {
    #[serde(rename = "ContainerID")]
    id: String,
    #[serde(rename = "ExitCode")]
    exit_code: i32,
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
        let container = raw.status.container_status.filter(|container| !container.id.is_empty());
        let ended = raw.status.state > TaskState::Running;
        Self {
            id: raw.id,
            service_id: raw.service_id,
            slot: raw.slot,
            node_id: (!raw.node_id.is_empty()).then(|| raw.node_id.into()),
            state: raw.status.state,
            desired_state: raw.desired_state,
            message: raw.status.message,
            error: raw.status.err,
            exit_code: container.as_ref().filter(|_| ended).map(|container| container.exit_code),
            container_id: container.map(|container| container.id),
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
        self.tasks_matching(&Filters::new()).await
    }

    /// The tasks that pass the filters.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] where the filters name a service or node that is not there.
    pub async fn tasks_matching(&self, filters: &Filters) -> Result<Vec<Task>, EngineError> {
        let tasks: Vec<RawTask> = self.call(&filters.add_to(Request::get("/tasks"))).await?;
        Ok(tasks.into_iter().map(Task::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tasks() -> Vec<Task> {
        let raw: Vec<RawTask> = serde_json::from_str(include_str!("../tests/answers/tasks.json")).unwrap();
        raw.into_iter().map(Task::from).collect()
    }

    #[test]
    fn a_running_task_names_its_container_and_node() {
        let tasks = tasks();
        let task =
            tasks.iter().find(|task| task.state == TaskState::Running && task.slot == Some(1)).unwrap();
        assert_eq!(task.container_id.as_deref().map(str::len), Some(64));
        assert_eq!(task.node_id, Some("u9xdz4mp06et1y9f5a8fmz7ns".into()));
        assert_eq!(
            (task.image.as_str(), task.message.as_str(), task.error.as_str()),
            ("bb:1", "started", "")
        );
        assert_eq!((task.reserved_nano_cpus, task.reserved_memory_bytes), (100_000_000, 8 << 20));
        assert_eq!(task.exit_code, None);
        assert!(task.since_unix_ms > task.created_unix_ms);
    }

    #[test]
    fn a_task_of_a_global_service_has_no_slot_and_one_that_was_rejected_no_container() {
        let tasks = tasks();
        let task = tasks.iter().find(|task| task.state == TaskState::Rejected).unwrap();
        assert_eq!((task.slot, task.container_id.as_deref(), task.exit_code), (None, None, None));
        assert_eq!((task.desired_state, task.error.as_str()), (TaskState::Shutdown, "No such image: bb:1"));
    }

    #[test]
    fn a_failed_task_says_why() {
        let tasks = tasks();
        let task = tasks.iter().find(|task| task.state == TaskState::Failed).unwrap();
        assert_eq!(task.exit_code, Some(128));
        assert!(task.error.starts_with("starting container failed"), "{}", task.error);
    }

    #[test]
    fn states_are_ordered_as_tasks_go_through_them_and_named_as_docker_names_them() {
        assert!(TaskState::Preparing < TaskState::Running && TaskState::Running < TaskState::Shutdown);
        for state in [TaskState::New, TaskState::Assigned, TaskState::Complete, TaskState::Orphaned] {
            let json = format!("\"{}\"", state.as_str());
            assert_eq!(serde_json::from_str::<TaskState>(&json).unwrap(), state);
        }
    }
}
