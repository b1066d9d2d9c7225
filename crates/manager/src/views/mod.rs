//! What the API shows, made from one reading of Swarm's state and the latest measurements.

mod convergence;
mod fleet;
mod nodes;
mod placed;
mod reservations;
mod services;
mod tasks;
mod view;

use swarmmanager_api::{CollectorCounters, Status};

pub(crate) use fleet::{fleet, fleet_readings};
pub(crate) use nodes::{containers_history, node_detail, node_history, node_list};
pub(crate) use reservations::{Reserved, reserved_on};
pub(crate) use services::{service_detail, service_list, service_name};
pub(crate) use tasks::is_active;
pub(crate) use view::View;

use crate::state::Manager;

/// How the manager is.
pub(crate) fn status(manager: &Manager) -> Status {
    let view = manager.view();
    let nodes = node_list(&view).nodes;
    let services = service_list(&view).services;
    let count = |matching: usize| u32::try_from(matching).unwrap_or(u32::MAX);
    let own = view.cluster.nodes.iter().find(|node| node.id == manager.node);
    let collector = manager.collector.snapshot();
    Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        swarm_id: manager.swarm_id.to_string(),
        node_id: manager.node.to_string(),
        hostname: own.map(|node| node.hostname.clone()).unwrap_or_default(),
        leading: view.cluster.error.is_none() && view.cluster.is_leader(&manager.node),
        leader: view.cluster.leader_hostname(),
        swarm_as_of_unix_ms: view.cluster.as_of_unix_ms,
        swarm_error: view.cluster.error.clone(),
        started_unix_ms: manager.host.started_unix_ms,
        policy: manager.executor.policy().to_owned(),
        nodes: count(nodes.len()),
        nodes_ready: count(nodes.iter().filter(|n| n.state == swarmmanager_api::MemberState::Ready).count()),
        agents_live: count(nodes.iter().filter(|n| n.agent == swarmmanager_api::AgentState::Live).count()),
        services: count(services.len()),
        instances_desired: services.iter().map(|service| service.desired).sum(),
        instances_running: services.iter().map(|service| service.running).sum(),
        collector: CollectorCounters {
            connections: collector.connections,
            accepted: collector.accepted,
            refused: collector.refused.into_iter().map(|(cause, n)| (cause.to_string(), n)).collect(),
        },
    }
}
