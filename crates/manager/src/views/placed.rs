//! What is placed on a node, and by which decision.

use swarmmanager_api::{InstanceState, PlacedInstance};
use swarmmanager_engine::{Task, TaskState};
use swarmmanager_units::NodeId;

use super::View;
use super::services::{by_service, task_state};
use super::tasks::current;
use crate::service::Layout;

/// Our instances on a node, by service and number.
pub(super) fn placed_on(view: &View, node: &NodeId) -> Vec<PlacedInstance> {
    let tasks = by_service(&view.cluster);
    let mut placed = Vec::new();
    for service in view.managed().values() {
        let mut add = |name: &str, instance: Option<u32>, task: Option<&Task>| {
            placed.push(PlacedInstance {
                service: service.name.clone(),
                instance,
                name: name.to_owned(),
                state: task.map_or(InstanceState::New, |task| task_state(task.state)),
                decision: instance.and_then(|number| decision(view, &service.name, number)),
            });
        };
        match &service.layout {
            Layout::Instances { instances, .. } => {
                let here =
                    instances.iter().filter(|(_, part)| part.is_placed() && part.node.as_ref() == Some(node));
                for (number, part) in here {
                    let of_part = tasks.get(part.swarm.id.as_str());
                    let task = of_part.and_then(|all| current(all.iter().copied()));
                    add(part.swarm.name(), Some(*number), task);
                }
            }
            Layout::Global(one) => {
                let all = tasks.get(one.swarm.id.as_str()).into_iter().flatten();
                let here = all.filter(|task| task.node_id.as_ref() == Some(node));
                for task in here.filter(|task| task.desired_state <= TaskState::Running) {
                    add(one.swarm.name(), None, Some(task));
                }
            }
        }
    }
    placed
}

fn decision(view: &View, service: &str, instance: u32) -> Option<i64> {
    let latest = view.journal.latest_about(service, instance);
    latest.inspect_err(|error| tracing::warn!(%error, service, "its decision cannot be looked up")).ok()?
}
