//! The tasks of a node, all of which it says to run.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::mix::{mix, word_of};
use crate::wire::assignment_change::Action;
use crate::wire::assignments_message::Type;
use crate::wire::update_task_status_request::TaskStatusUpdate;
use crate::wire::{AssignmentsMessage, ContainerStatus, Task, TaskState, TaskStatus, Timestamp};

/// The tasks that run, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Tasks(BTreeMap<String, Running>);

/// A task that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    /// Of this task alone.
    pub(crate) seed: u64,
    /// What Swarm keeps for it; 0 where it keeps none.
    pub(crate) reserved_nano_cpus: i64,
    pub(crate) reserved_memory_bytes: i64,
}

impl Running {
    fn of(task: &Task) -> Self {
        let resources = task.spec.as_ref().and_then(|spec| spec.resources.as_ref());
        let reserved = resources.and_then(|resources| resources.reservations).unwrap_or_default();
        Self {
            seed: word_of(&task.id),
            reserved_nano_cpus: reserved.nano_cpus.max(0),
            reserved_memory_bytes: reserved.memory_bytes.max(0),
        }
    }

    /// The id of its container, which is not there.
    pub(crate) fn container(&self) -> [u8; 32] {
        let mut id = [0; 32];
        for (word, bytes) in (1..).zip(id.chunks_exact_mut(8)) {
            bytes.copy_from_slice(&mix(self.seed ^ word).to_be_bytes());
        }
        id
    }
}

impl Tasks {
    /// Takes note of what is assigned, and gives what to say about it.
    pub(crate) fn take(&mut self, message: AssignmentsMessage) -> Vec<TaskStatusUpdate> {
        if message.r#type() == Type::Complete {
            self.0.clear();
        }
        let mut updates = Vec::new();
        for change in message.changes {
            let removed = change.action() == Action::Remove;
            let Some(task) = change.assignment.and_then(|assignment| assignment.task) else { continue };
            if removed {
                self.0.remove(&task.id);
                continue;
            }
            updates.extend(self.follow(task));
        }
        updates
    }

    pub(crate) fn running(&self) -> impl Iterator<Item = &Running> {
        self.0.values()
    }

    /// Does what is wanted of a task; says so where Swarm does not know yet.
    fn follow(&mut self, task: Task) -> Option<TaskStatusUpdate> {
        let running = Running::of(&task);
        let (state, message) = if task.desired_state() <= TaskState::Running {
            (TaskState::Running, "started")
        } else {
            (TaskState::Shutdown, "shutdown")
        };
        let container =
            running.container().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        match state {
            TaskState::Running => self.0.insert(task.id.clone(), running),
            _ => self.0.remove(&task.id),
        };
        let known = task.status.unwrap_or_default().state();
        (known < state).then(|| TaskStatusUpdate {
            task_id: task.id,
            status: Some(TaskStatus {
                timestamp: Some(now()),
                state: state.into(),
                message: message.into(),
                container: Some(ContainerStatus { container_id: container, pid: 1 }),
            }),
        })
    }
}

fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp {
        seconds: i64::try_from(now.as_secs()).unwrap_or_default(),
        nanos: i32::try_from(now.subsec_nanos()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Assignment, AssignmentChange};

    fn message(kind: Type, changes: &[(&str, Action, TaskState, TaskState)]) -> AssignmentsMessage {
        let change = |(id, action, desired, known): &(&str, Action, TaskState, TaskState)| AssignmentChange {
            assignment: Some(Assignment {
                task: Some(Task {
                    id: (*id).into(),
                    status: Some(TaskStatus { state: (*known).into(), ..Default::default() }),
                    desired_state: (*desired).into(),
                    ..Default::default()
                }),
            }),
            action: (*action).into(),
        };
        AssignmentsMessage { r#type: kind.into(), changes: changes.iter().map(change).collect() }
    }

    fn states(updates: &[TaskStatusUpdate]) -> Vec<(&str, TaskState)> {
        let state = |update: &TaskStatusUpdate| update.status.clone().unwrap_or_default().state();
        updates.iter().map(|update| (&*update.task_id, state(update))).collect()
    }

    #[test]
    fn a_task_runs_until_it_shall_not() {
        let mut tasks = Tasks::default();
        let (assigned, running) = (TaskState::Assigned, TaskState::Running);
        let updates = tasks.take(message(
            Type::Complete,
            &[("a", Action::Update, running, assigned), ("b", Action::Update, running, running)],
        ));
        assert_eq!(states(&updates), [("a", running)]);
        assert_eq!(tasks.running().count(), 2);
        let updates =
            tasks.take(message(Type::Incremental, &[("a", Action::Update, TaskState::Remove, running)]));
        assert_eq!(states(&updates), [("a", TaskState::Shutdown)]);
        tasks.take(message(Type::Incremental, &[("b", Action::Remove, running, running)]));
        assert_eq!(tasks.running().count(), 0);
    }

    #[test]
    fn what_is_not_in_a_complete_list_runs_no_more() {
        let mut tasks = Tasks::default();
        let one = |id| message(Type::Complete, &[(id, Action::Update, TaskState::Running, TaskState::New)]);
        tasks.take(one("a"));
        tasks.take(one("b"));
        assert_eq!(
            tasks.running().collect::<Vec<_>>(),
            [&Running::of(&Task { id: "b".into(), ..Default::default() })]
        );
    }
}
