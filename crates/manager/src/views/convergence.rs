//! How far a service is from what was asked for.

use swarmmanager_api::{Convergence, Outcome};
use swarmmanager_engine::{Task, TaskState};

use super::View;
use super::services::Tasks;
use super::tasks::current;
use crate::clock::unix_ms;
use crate::service::{Layout, ManagedService, Settled, Step, hold_up, next_step};

/// How far a service's Swarm services are from what was asked for.
pub(super) fn convergence(
    view: &View,
    service: &ManagedService,
    desired: u32,
    running: u32,
    tasks: &Tasks<'_>,
) -> Convergence {
    let left = next_step(service);
    if let Layout::Instances { removing: true, .. } = service.layout {
        return Convergence::Removing;
    }
    if let Some(Step::Place(missing)) = &left {
        let message = format!("{} of {desired} instances have no suitable node", missing.len());
        return Convergence::Blocked { message };
    }
    if let Some(convergence) = update(view, service, left.as_ref(), tasks) {
        return convergence;
    }
    let error = service.parts().into_iter().find_map(|part| {
        let task = current(tasks.get(part.swarm.id.as_str())?.iter().copied())?;
        (task.state != TaskState::Running && !task.error.is_empty()).then(|| task.error.clone())
    });
    match error {
        _ if left.is_none() && running == desired => Convergence::Converged,
        Some(error) => Convergence::Progressing { message: error },
        None if view.cluster.error.is_some() => {
            Convergence::Progressing { message: "Swarm does not answer".into() }
        }
        None => Convergence::Progressing { message: format!("{running} of {desired} instances run") },
    }
}

/// How far its last update is; `None` where all instances have it and run with it.
fn update(
    view: &View,
    service: &ManagedService,
    left: Option<&Step>,
    tasks: &Tasks<'_>,
) -> Option<Convergence> {
    let revision = service.wanted.as_ref()?.revision;
    let of_part = |id: &str| -> Vec<&Task> { tasks.get(id).cloned().unwrap_or_default() };
    let held = hold_up(service, of_part, unix_ms());
    if let Some((part, Settled::Paused(message))) = &held {
        return Some(Convergence::Blocked { message: format!("{}: {message}", part.swarm.name()) });
    }
    if let Some(Step::Update(number)) = left {
        let parts = service.parts();
        let updated = parts.iter().filter(|part| part.revision == revision).count();
        let message = format!("{updated} of {} instances updated", parts.len());
        return Some(match no_node(view, service, *number).filter(|_| held.is_none()) {
            Some(message) => Convergence::Blocked { message },
            None => Convergence::Progressing { message },
        });
    }
    let (part, _) = held?;
    Some(Convergence::Progressing { message: format!("{} is being replaced", part.swarm.name()) })
}

/// The journal's words, where the latest about that instance is that there is no node for it.
fn no_node(view: &View, service: &ManagedService, instance: u32) -> Option<String> {
    let id = view.journal.latest_about(&service.name, instance).ok()??;
    let decision = view.journal.entry(id).ok()??;
    (decision.outcome == Outcome::NoNode).then_some(decision.summary)
}
