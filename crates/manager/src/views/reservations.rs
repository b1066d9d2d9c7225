//! What is promised to whom on a node.

use std::collections::{BTreeMap, BTreeSet};

use swarmmanager_engine::TaskState;
use swarmmanager_units::{Bytes, Megahertz, NodeId};

use super::is_active;
use crate::cluster::Cluster;
use crate::service::{InstanceService, ManagedService, host_ports};

/// What the instances and tasks on a node may count on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reserved {
    pub(crate) cpu: Megahertz,
    pub(crate) memory: Bytes,
    pub(crate) disk: Bytes,
    /// Our instances on it: service, and the part itself.
    pub(crate) instances: Vec<(String, InstanceService)>,
    /// Active tasks of any service.
    pub(crate) tasks: u32,
    /// Ports published on the node itself.
    pub(crate) host_ports: BTreeSet<(u16, String)>,
}

/// What is promised on every node. Our instances count where they are pinned, running or not, so that what was placed
/// a moment ago is not given away again; all other tasks count where they are, by Swarm's own reservations.
///
/// `per_core` says what one core of a node gives.
pub(crate) fn reserved_on(
    cluster: &Cluster,
    managed: &BTreeMap<String, ManagedService>,
    per_core: impl Fn(&NodeId) -> Megahertz,
) -> BTreeMap<NodeId, Reserved> {
    let mut nodes: BTreeMap<NodeId, Reserved> = BTreeMap::new();
    let mut ours = BTreeSet::new();
    for service in managed.values() {
        for part in service.parts() {
            let Some(node) = part.node.as_ref().filter(|_| part.is_placed()) else { continue };
            ours.insert(part.swarm.id.as_str());
            let demand = part.demand();
            let reserved = nodes.entry(node.clone()).or_default();
            reserved.cpu += demand.cpu.on(per_core(node));
            reserved.memory += demand.memory;
            reserved.disk += demand.disk;
            let ports = host_ports(&part.swarm.spec).map(|(port, protocol)| (port, protocol.to_owned()));
            reserved.host_ports.extend(ports);
            reserved.instances.push((service.name.clone(), part.clone()));
        }
    }
    let specs: BTreeMap<&str, &serde_json::Value> =
        cluster.services.iter().map(|service| (service.id.as_str(), &service.spec)).collect();
    for task in cluster.tasks.iter().filter(|task| is_active(task)) {
        let Some(node) = &task.node_id else { continue };
        let reserved = nodes.entry(node.clone()).or_default();
        reserved.tasks += u32::from(task.state == TaskState::Running);
        if ours.contains(task.service_id.as_str()) {
            continue;
        }
        reserved.cpu += per_core(node) * (task.reserved_nano_cpus as f64 / 1e9);
        reserved.memory += Bytes::new(task.reserved_memory_bytes);
        if let Some(spec) = specs.get(task.service_id.as_str()) {
            reserved.host_ports.extend(host_ports(spec).map(|(port, protocol)| (port, protocol.to_owned())));
        }
    }
    nodes
}
