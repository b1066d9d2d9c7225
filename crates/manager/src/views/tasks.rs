//! Which of Swarm's tasks count.

use swarmmanager_engine::{Task, TaskState};

/// Whether a task takes up its node: it runs, or is on its way to.
pub(crate) fn is_active(task: &Task) -> bool {
    task.desired_state <= TaskState::Running && task.state <= TaskState::Running
}

/// The task that speaks for its instance: one that is meant to run before one that is not, then the newest.
pub(super) fn current<'a>(tasks: impl Iterator<Item = &'a Task>) -> Option<&'a Task> {
    tasks.max_by_key(|task| {
        (task.desired_state <= TaskState::Running, task.state == TaskState::Running, task.created_unix_ms)
    })
}
