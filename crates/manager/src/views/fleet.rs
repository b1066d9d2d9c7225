//! All nodes at once, as live pages want them.

use std::collections::BTreeMap;

use swarmmanager_api::{Fleet, FleetInstance, FleetNode, FleetReadings, InstanceState};
use swarmmanager_engine::{Node, Task};
use swarmmanager_units::NodeId;

use super::View;
use super::nodes::{availability, member_state, role};
use super::reservations::Reserved;
use super::services::{by_service, task_state};
use super::tasks::current;
use crate::clock::unix_ms;
use crate::measurements::Gauges;
use crate::service::{Layout, ManagedService};

/// Every node and instance, without a revision.
pub(crate) fn fleet(view: &View) -> Fleet {
    let tasks = by_service(&view.cluster);
    let nodes = sorted(view).into_iter().map(|node| {
        let gauges = view.measurements.gauges(&node.id);
        of_node(node, view.reserved().get(&node.id), gauges.as_ref())
    });
    let instances = view.managed().values().flat_map(|service| instances(service, &tasks));
    Fleet { revision: 0, nodes: nodes.collect(), instances: instances.collect() }
}

/// What the nodes of a fleet do now; `fleet` was made from the same view. `own` is this manager's node.
pub(crate) fn fleet_readings(view: &View, fleet: &Fleet, own: &NodeId) -> FleetReadings {
    let cluster = &view.cluster;
    let mut readings = FleetReadings {
        revision: fleet.revision,
        unix_ms: unix_ms(),
        swarm_as_of_unix_ms: cluster.as_of_unix_ms,
        swarm_error: cluster.error.clone(),
        leading: cluster.error.is_none() && cluster.is_leader(own),
        ..FleetReadings::default()
    };
    for node in &fleet.nodes {
        let gauges = view.measurements.gauges(&NodeId::from(node.id.as_str()));
        let gauges = gauges.as_ref();
        readings.reading_age_ms.push(gauges.map(|gauges| gauges.age_ms));
        readings.cpu_used_mhz.push(gauges.map(|gauges| gauges.cpu_used_mhz));
        readings.memory_used_bytes.push(gauges.map(|gauges| gauges.memory_used_bytes));
        readings.disk_used_bytes.push(gauges.map(|gauges| gauges.disk_used_bytes));
        readings.network_rx_bytes_per_s.push(gauges.map(|gauges| gauges.network_rx_bytes_per_s));
        readings.network_tx_bytes_per_s.push(gauges.map(|gauges| gauges.network_tx_bytes_per_s));
    }
    readings
}

fn sorted(view: &View) -> Vec<&Node> {
    let mut nodes: Vec<&Node> = view.cluster.nodes.iter().collect();
    nodes.sort_by(|a, b| (&a.hostname, &a.id).cmp(&(&b.hostname, &b.id)));
    nodes
}

fn of_node(node: &Node, reserved: Option<&Reserved>, gauges: Option<&Gauges>) -> FleetNode {
    let none = Reserved::default();
    let reserved = reserved.unwrap_or(&none);
    FleetNode {
        id: node.id.to_string(),
        hostname: node.hostname.clone(),
        address: node.address.clone(),
        role: role(node),
        leader: node.leader,
        availability: availability(node),
        state: member_state(node),
        message: node.message.clone(),
        platform: format!("{}/{}", node.os, node.arch),
        engine_version: node.engine_version.clone(),
        instances: u32::try_from(reserved.instances.len()).unwrap_or(u32::MAX),
        tasks: reserved.tasks,
        reserved_cpu_mhz: reserved.cpu.get().round() as u64,
        reserved_memory_bytes: reserved.memory.get(),
        reserved_disk_bytes: reserved.disk.get(),
        cpu_capacity_mhz: gauges.map(|gauges| gauges.cpu_capacity_mhz),
        cpu_capacity_nominal: gauges.is_some_and(|gauges| gauges.cpu_capacity_nominal),
        memory_total_bytes: gauges.map(|gauges| gauges.memory_total_bytes),
        disk_total_bytes: gauges.map(|gauges| gauges.disk_total_bytes),
        labels: node.labels.clone(),
    }
}

fn instances(service: &ManagedService, tasks: &BTreeMap<&str, Vec<&Task>>) -> Vec<FleetInstance> {
    let row = |name: &str, number: Option<u32>, pinned: Option<&NodeId>, task: Option<&Task>| FleetInstance {
        name: name.to_owned(),
        service: service.name.clone(),
        number,
        node: task.and_then(|task| task.node_id.as_ref()).or(pinned).map(NodeId::to_string),
        state: task.map_or(InstanceState::New, |task| task_state(task.state)),
        desired_state: task.map_or("running", |task| task.desired_state.as_str()).to_owned(),
    };
    match &service.layout {
        Layout::Instances { instances, desired, removing, .. } => {
            let wanted = if *removing { 0 } else { *desired };
            let numbers = (0..wanted).chain(instances.keys().copied().filter(|number| *number >= wanted));
            let rows = numbers.filter_map(|number| match instances.get(&number) {
                Some(part) if part.is_placed() => {
                    let of_part = tasks.get(part.swarm.id.as_str());
                    let task = of_part.and_then(|all| current(all.iter().copied()));
                    Some(row(part.swarm.name(), Some(number), part.node.as_ref(), task))
                }
                _ if number < wanted => {
                    Some(row(&format!("{}-{number}", service.name), Some(number), None, None))
                }
                _ => None,
            });
            rows.collect()
        }
        Layout::Global(one) => {
            let all = tasks.get(one.swarm.id.as_str()).into_iter().flatten();
            let meant = all.filter(|task| task.desired_state <= swarmmanager_engine::TaskState::Running);
            meant.map(|task| row(one.swarm.name(), None, None, Some(task))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::journal::Journal;
    use crate::samples::{cluster, measured};
    use crate::service::with_replicas;

    #[test]
    fn every_node_and_instance_is_in_the_fleet_and_every_column_has_the_nodes_order() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal.db")).unwrap();
        let mut cluster = cluster();
        cluster.services[0].spec = with_replicas(&cluster.services[0].spec, 2);
        let silent =
            Node { id: "n0".into(), hostname: "ap0".into(), leader: true, ..cluster.nodes[0].clone() };
        cluster.nodes.push(silent);
        let view = View::new(Arc::new(cluster), measured(3), journal);

        let fleet = fleet(&view);
        let names: Vec<_> = fleet.nodes.iter().map(|node| node.hostname.as_str()).collect();
        assert_eq!(names, ["ap0", "ap1"]);
        assert_eq!((fleet.nodes[0].cpu_capacity_mhz, fleet.nodes[1].cpu_capacity_mhz), (None, Some(1000)));
        assert_eq!((fleet.nodes[1].instances, fleet.nodes[1].reserved_cpu_mhz), (1, 100));
        let [first, second] = fleet.instances.as_slice() else { panic!("{:?}", fleet.instances) };
        assert_eq!((first.name.as_str(), first.node.as_deref()), ("web-0", Some("n1")));
        assert_eq!((first.state, second.state), (InstanceState::Running, InstanceState::New));
        assert_eq!((second.name.as_str(), second.node.as_deref()), ("web-1", None), "it has no node yet");

        let readings = fleet_readings(&view, &fleet, &"n0".into());
        assert_eq!(readings.cpu_used_mhz, [None, Some(100)]);
        assert_eq!(readings.memory_used_bytes, [None, Some(64 << 20)]);
        assert!(readings.leading);
    }

    #[test]
    fn a_node_shows_what_is_placed_on_it_and_what_its_containers_did() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal.db")).unwrap();
        let view = View::new(Arc::new(cluster()), measured(3), journal);
        let placed = super::super::node_detail(&view, "ap1").unwrap().placed;
        assert_eq!(
            (placed[0].name.as_str(), placed[0].instance, placed[0].decision),
            ("web-0", Some(0), None)
        );

        let histories = super::super::containers_history(&view, "ap1").unwrap().containers;
        let [container] = histories.as_slice() else { panic!("{histories:?}") };
        assert_eq!((container.task.as_deref(), container.service.as_deref()), (Some("web-0.1"), Some("web")));
        let steps: Vec<i64> = container.unix_ms.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(steps, [1000, 1000]);
        assert_eq!(container.network_rx_bytes_per_s.len(), 3);
    }
}
