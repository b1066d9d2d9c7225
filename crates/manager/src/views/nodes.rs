//! Nodes as the API shows them.

use std::collections::BTreeMap;

use swarmmanager_api::{
    AgentState, Availability, ContainerHistoryList, ContainerUsage, HistoryResolution, MemberState, Node,
    NodeDetail, NodeHistory, NodeList, Pressure, Reading, Role,
};
use swarmmanager_engine as engine;
use swarmmanager_telemetry::{ContainerSample, NodeSample, STALE_AFTER};
use swarmmanager_units::NodeId;

use super::View;
use super::placed::placed_on;
use super::reservations::Reserved;
use crate::cluster::Cluster;
use crate::measurements::Latest;
use crate::service::ManagedService;

/// Every node, by hostname.
pub(crate) fn node_list(view: &View) -> NodeList {
    let reserved = view.reserved();
    let mut nodes: Vec<Node> = view
        .cluster
        .nodes
        .iter()
        .map(|node| summary(node, view.measurements.latest(&node.id).as_ref(), reserved.get(&node.id)))
        .collect();
    nodes.sort_by(|a, b| (&a.hostname, &a.id).cmp(&(&b.hostname, &b.id)));
    NodeList { swarm_as_of_unix_ms: view.cluster.as_of_unix_ms, nodes }
}

/// One node with its containers, the busiest first.
pub(crate) fn node_detail(view: &View, reference: &str) -> Option<NodeDetail> {
    let node = view.cluster.find_node(reference)?;
    let latest = view.measurements.latest(&node.id);
    let names = container_names(&view.cluster, view.managed(), &node.id);
    let mut containers: Vec<ContainerUsage> = latest
        .iter()
        .flat_map(|latest| &latest.containers)
        .map(|sample| container_usage(sample, names.get(&sample.id.to_string())))
        .collect();
    containers.sort_by(|a, b| b.cpu_used_mhz.total_cmp(&a.cpu_used_mhz).then_with(|| a.id.cmp(&b.id)));
    Some(NodeDetail {
        node: summary(node, latest.as_ref(), view.reserved().get(&node.id)),
        labels: node.labels.clone(),
        engine_labels: node.engine_labels.clone(),
        agent_version: latest.as_ref().and_then(|latest| latest.agent_version.clone()),
        agent_scope: latest.as_ref().and_then(|latest| latest.agent_scope.clone()),
        clock_skew_ms: latest.as_ref().map(|latest| latest.clock_skew_ms),
        placed: placed_on(view, &node.id),
        containers,
    })
}

/// What a node did over time.
pub(crate) fn node_history(
    view: &View,
    reference: &str,
    resolution: HistoryResolution,
) -> Option<NodeHistory> {
    let node = view.cluster.find_node(reference)?;
    Some(view.measurements.history(&node.id, resolution))
}

/// What a node's containers did over the last minute.
pub(crate) fn containers_history(view: &View, reference: &str) -> Option<ContainerHistoryList> {
    let node = view.cluster.find_node(reference)?;
    let names = container_names(&view.cluster, view.managed(), &node.id);
    let mut containers = view.measurements.containers(&node.id);
    for container in &mut containers {
        if let Some(name) = names.get(&container.id) {
            container.task = Some(name.task.clone());
            container.service.clone_from(&name.service);
        }
    }
    Some(ContainerHistoryList { containers })
}

fn summary(node: &engine::Node, latest: Option<&Latest>, reserved: Option<&Reserved>) -> Node {
    let none = Reserved::default();
    let reserved = reserved.unwrap_or(&none);
    let agent = match latest {
        None => AgentState::Silent,
        Some(latest) if latest.age > STALE_AFTER => AgentState::Stale,
        Some(_) => AgentState::Live,
    };
    Node {
        id: node.id.to_string(),
        hostname: node.hostname.clone(),
        address: node.address.clone(),
        role: role(node),
        leader: node.leader,
        availability: availability(node),
        state: member_state(node),
        message: node.message.clone(),
        agent,
        reading_age_ms: latest.map(|latest| u64::try_from(latest.age.as_millis()).unwrap_or(u64::MAX)),
        platform: format!("{}/{}", node.os, node.arch),
        engine_version: node.engine_version.clone(),
        instances: u32::try_from(reserved.instances.len()).unwrap_or(u32::MAX),
        tasks: reserved.tasks,
        reserved_cpu_mhz: reserved.cpu.get(),
        reserved_memory_bytes: reserved.memory.get(),
        reserved_disk_bytes: reserved.disk.get(),
        reading: latest.map(|latest| reading(&latest.node)),
    }
}

/// Its role.
pub(super) fn role(node: &engine::Node) -> Role {
    match node.role {
        engine::Role::Manager => Role::Manager,
        engine::Role::Worker => Role::Worker,
    }
}

/// Whether Swarm may put tasks on it.
pub(super) fn availability(node: &engine::Node) -> Availability {
    match node.availability {
        engine::Availability::Active => Availability::Active,
        engine::Availability::Pause => Availability::Pause,
        engine::Availability::Drain => Availability::Drain,
    }
}

/// Whether it is in touch with Swarm.
pub(super) fn member_state(node: &engine::Node) -> MemberState {
    match node.state {
        engine::NodeState::Unknown => MemberState::Unknown,
        engine::NodeState::Down => MemberState::Down,
        engine::NodeState::Ready => MemberState::Ready,
        engine::NodeState::Disconnected => MemberState::Disconnected,
    }
}

fn reading(sample: &NodeSample) -> Reading {
    let pressure = |pressure: Option<swarmmanager_telemetry::Pressure>| {
        pressure.map(|pressure| Pressure {
            some_percent: f64::from(pressure.some_percent),
            full_percent: f64::from(pressure.full_percent),
        })
    };
    Reading {
        cpu_capacity_mhz: sample.cpu_capacity.get(),
        cpu_capacity_nominal: sample.cpu_capacity_nominal,
        cpu_used_mhz: sample.cpu_used.get(),
        core_used_mhz: sample.core_used.iter().map(|used| used.get()).collect(),
        cores: f64::from(sample.cores),
        load: sample.load.map(f64::from),
        cpu_pressure: pressure(sample.cpu_pressure),
        memory_pressure: pressure(sample.memory_pressure),
        io_pressure: pressure(sample.io_pressure),
        memory_total_bytes: sample.memory_total.get(),
        memory_used_bytes: sample.memory_used().get(),
        memory_available_bytes: sample.memory_available.get(),
        swap_total_bytes: sample.swap_total.get(),
        swap_used_bytes: sample.swap_used.get(),
        disk_total_bytes: sample.disk_total.get(),
        disk_used_bytes: sample.disk_used.get(),
        network_rx_bytes_per_s: f64::from(sample.network_rx),
        network_tx_bytes_per_s: f64::from(sample.network_tx),
        temperature_celsius: sample.temperature.map(f64::from),
    }
}

/// A container's task and service, as their users know them.
pub(super) struct Name {
    task: String,
    service: Option<String>,
}

/// The names of a node's containers, by container id.
fn container_names(
    cluster: &Cluster,
    managed: &BTreeMap<String, ManagedService>,
    node: &NodeId,
) -> BTreeMap<String, Name> {
    let swarm_names: BTreeMap<&str, &str> =
        cluster.services.iter().map(|service| (service.id.as_str(), service.name())).collect();
    let users_names: BTreeMap<&str, &str> = managed
        .values()
        .flat_map(|service| {
            service.parts().into_iter().map(|part| (part.swarm.id.as_str(), service.name.as_str()))
        })
        .collect();
    let tasks = cluster.tasks.iter().filter(|task| task.node_id.as_ref() == Some(node));
    tasks
        .filter_map(|task| {
            let container = task.container_id.clone()?;
            let swarm_name = swarm_names.get(task.service_id.as_str())?;
            let slot = task.slot.map_or_else(|| node.to_string(), |slot| slot.to_string());
            let service = users_names.get(task.service_id.as_str()).unwrap_or(swarm_name);
            Some((
                container,
                Name { task: format!("{swarm_name}.{slot}"), service: Some((*service).to_owned()) },
            ))
        })
        .collect()
}

/// One container's usage.
pub(super) fn container_usage(sample: &ContainerSample, name: Option<&Name>) -> ContainerUsage {
    ContainerUsage {
        id: sample.id.to_string(),
        task: name.map(|name| name.task.clone()),
        service: name.and_then(|name| name.service.clone()),
        cpu_used_mhz: sample.cpu_used.get(),
        memory_working_set_bytes: sample.memory_working_set.get(),
        network_rx_bytes_per_s: f64::from(sample.network_rx),
        network_tx_bytes_per_s: f64::from(sample.network_tx),
        block_read_bytes_per_s: f64::from(sample.block_read),
        block_write_bytes_per_s: f64::from(sample.block_write),
        writable_layer_bytes: sample.writable_layer.map(|size| size.get()),
    }
}
