//! How far an update has come. Pure.

use swarmmanager_engine::{Task, TaskState};

use super::{InstanceService, Layout, ManagedService};

/// Swarm begins to replace a task well within this time.
const BEGINS_WITHIN_MS: i64 = 2_000;

/// Whether an instance has become what it was last changed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It has.
    Yes,
    /// Its new container does not run yet.
    NotYet,
    /// Swarm gave the update up; in its words.
    Paused(String),
}

/// How far one Swarm service of ours is. `tasks` are its own; `now_unix_ms` is by the clock of Swarm's leader.
pub(crate) fn settled<'a>(
    part: &InstanceService,
    tasks: impl Iterator<Item = &'a Task>,
    now_unix_ms: i64,
) -> Settled {
    let update = part.swarm.update_status.as_ref();
    let state = update.map_or("", |update| update.state.as_str());
    if let (Some(update), "paused" | "rollback_paused") = (update, state) {
        return Settled::Paused(update.message.clone());
    }
    let changed = part.swarm.updated_unix_ms;
    let runs = |task: &&Task| task.state == TaskState::Running && task.desired_state == TaskState::Running;
    let newest = tasks.filter(runs).map(|task| task.created_unix_ms).max();
    match (state, newest) {
        _ if part.replicas == 0 => Settled::Yes,
        // A change takes the state of the one before away. Swarm says this once the new task has run for its monitor's
        // time, 5 s; that it runs for a moment says nothing.
        ("completed" | "rollback_completed", _) => Settled::Yes,
        ("updating" | "rollback_started", _) => Settled::NotYet,
        // It was created so.
        (_, Some(created)) if created >= changed => Settled::Yes,
        // What runs is from before the change: it needed no new container, or Swarm has not begun yet.
        (_, Some(_)) if now_unix_ms.saturating_sub(changed) > BEGINS_WITHIN_MS => Settled::Yes,
        _ => Settled::NotYet,
    }
}

/// How far a global service is: Swarm replaces its tasks by itself.
fn by_swarm(part: &InstanceService) -> Settled {
    match part.swarm.update_status.as_ref().map(|update| (update.state.as_str(), &update.message)) {
        Some(("paused" | "rollback_paused", message)) => Settled::Paused(message.clone()),
        Some(("updating" | "rollback_started", _)) => Settled::NotYet,
        _ => Settled::Yes,
    }
}

/// The instance that keeps an update from going on to the next one, and how far it is: of those that have it already.
pub(crate) fn hold_up<'a>(
    service: &'a ManagedService,
    tasks: impl Fn(&str) -> Vec<&'a Task>,
    now_unix_ms: i64,
) -> Option<(&'a InstanceService, Settled)> {
    let revision = service.wanted.as_ref()?.revision;
    let has_it = service.parts().into_iter().filter(|part| part.revision == revision);
    has_it
        .map(|part| {
            let how_far = match service.layout {
                Layout::Instances { .. } => settled(part, tasks(&part.swarm.id).into_iter(), now_unix_ms),
                Layout::Global(_) => by_swarm(part),
            };
            (part, how_far)
        })
        .find(|(_, how_far)| *how_far != Settled::Yes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::cluster;
    use crate::service::managed_services;
    use swarmmanager_engine::UpdateStatus;

    /// An instance that was changed at 10 s, with a task that was created then, looked at then.
    fn at(created: i64, now: i64, state: &str) -> Settled {
        let mut cluster = cluster();
        cluster.services[0].updated_unix_ms = 10_000;
        if !state.is_empty() {
            let message = "update paused due to failure".to_owned();
            let status = UpdateStatus { state: state.into(), message, ..UpdateStatus::default() };
            cluster.services[0].update_status = Some(status);
        }
        cluster.tasks[0].created_unix_ms = created;
        let service = managed_services(&cluster.services).remove("web").unwrap();
        settled(service.parts()[0], cluster.tasks.iter(), now)
    }

    #[test]
    fn an_instance_has_settled_when_its_new_container_runs_or_it_needs_none() {
        assert_eq!(at(10_500, 13_000, "updating"), Settled::NotYet, "it may fail yet");
        assert_eq!(at(10_500, 11_000, ""), Settled::Yes, "it was created so");
        assert_eq!(at(9_000, 11_000, ""), Settled::NotYet, "Swarm may not have begun");
        assert_eq!(at(9_000, 13_000, "updating"), Settled::NotYet);
        assert_eq!(at(9_000, 13_000, ""), Settled::Yes, "nothing of its container changed");
        assert_eq!(at(9_000, 10_001, "completed"), Settled::Yes, "Swarm changed the service to say so");
        assert_eq!(at(9_000, 13_000, "paused"), Settled::Paused("update paused due to failure".into()));
    }

    #[test]
    fn an_instance_that_does_not_run_has_not_settled() {
        let mut cluster = cluster();
        cluster.tasks[0].state = TaskState::Preparing;
        let service = managed_services(&cluster.services).remove("web").unwrap();
        assert_eq!(settled(service.parts()[0], cluster.tasks.iter(), 99_000), Settled::NotYet);
    }
}
