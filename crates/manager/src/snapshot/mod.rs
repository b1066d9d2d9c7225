//! Swarm's state and the measurements, as placement sees them.

mod outlook;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use swarmmanager_engine as engine;
use swarmmanager_placement::{
    Constraint, Demand, HostPort, NodeAvailability, NodeState, NodeStatus, Platform, Request, Resource,
    Resources, Role, Snapshot,
};
use swarmmanager_units::{Bytes, ContainerId, NodeId};

use crate::clock::unix_ms;
use crate::cluster::Cluster;
use crate::measurements::Measurements;
use crate::service::{
    InstanceService, Layout, ManagedService, affinities, demand, host_ports, max_per_node, platforms,
    replicas, users_constraints,
};
use crate::views::{Reserved, is_active, reserved_on};

/// The nodes at this moment.
pub(crate) fn take(cluster: &Cluster, measurements: &Measurements) -> Snapshot {
    let mut snapshot = read(cluster, measurements);
    snapshot.nodes.iter_mut().for_each(outlook::raise_to_measured);
    snapshot
}

/// The nodes as if that instance of ours were not there: what it may use and does use counts as free.
pub(crate) fn take_without(
    cluster: &Cluster,
    measurements: &Measurements,
    part: &InstanceService,
) -> Snapshot {
    let id = part.swarm.id.as_str();
    let (of_part, others): (Vec<_>, Vec<_>) =
        cluster.tasks.iter().cloned().partition(|task| task.service_id == id);
    let services = cluster.services.iter().filter(|service| service.id != id).cloned().collect();
    let rest = Cluster { services, tasks: others, ..cluster.clone() };
    let mut snapshot = read(&rest, measurements);
    for task in of_part.iter().filter(|task| is_active(task)) {
        let node = task.node_id.as_ref().and_then(|id| snapshot.nodes.iter_mut().find(|node| node.id == *id));
        let container = task.container_id.as_deref().and_then(ContainerId::from_hex);
        let (Some(node), Some(container)) = (node, container) else { continue };
        let Some((sample, _)) = measurements.container(&node.id, &container) else { continue };
        outlook::take_off(
            node,
            &[
                (Resource::Cpu, sample.cpu_used.get()),
                (Resource::Memory, sample.memory_working_set.as_f64()),
                (Resource::Disk, sample.writable_layer.map_or(0.0, |size| size.as_f64())),
                (Resource::Network, f64::from(sample.network_rx) + f64::from(sample.network_tx)),
            ],
        );
    }
    snapshot.nodes.iter_mut().for_each(outlook::raise_to_measured);
    snapshot
}

fn read(cluster: &Cluster, measurements: &Measurements) -> Snapshot {
    let managed = cluster.managed();
    let reserved = reserved_on(cluster, &managed, |node| measurements.per_core(node));
    let mut failures = outlook::failures(cluster, &managed, unix_ms());
    let none = Reserved::default();
    let nodes = cluster.nodes.iter().map(|node| {
        let reserved = reserved.get(&node.id).unwrap_or(&none);
        NodeState {
            failures: failures.remove(&node.id).unwrap_or_default(),
            ..state(cluster, measurements, node, reserved)
        }
    });
    Snapshot { nodes: nodes.collect() }
}

/// What placing further instances of a service with that spec asks for.
pub(crate) fn request_of_further(
    cluster: &Cluster,
    measurements: &Measurements,
    service: &str,
    spec: &Value,
) -> Request {
    let managed = cluster.managed().remove(service);
    let expected = outlook::of_newcomer(measurements, managed.as_ref(), &demand(spec));
    Request { expected, ..request(service, spec) }
}

/// What placing an instance that runs elsewhere asks for, with that spec.
pub(crate) fn request_of_part(
    measurements: &Measurements,
    service: &ManagedService,
    part: &InstanceService,
    spec: &Value,
) -> Request {
    let known = measurements.profiles().known(part);
    let mut request = request(&service.name, spec);
    request.expected = known.or_else(|| outlook::of_newcomer(measurements, Some(service), &demand(spec)));
    if let Layout::Instances { desired, .. } = &service.layout {
        request.replicas = *desired;
    }
    request
}

fn request(service: &str, spec: &Value) -> Request {
    let api = demand(spec);
    let mut request = Request::new(service, Demand { cpu: api.cpu, memory: api.memory, disk: api.disk });
    // Checked when the service was created. What somebody wrote into Swarm's service since then and cannot be read
    // is for Swarm to hold.
    request.constraints =
        users_constraints(spec).iter().filter_map(|text| text.parse::<Constraint>().ok()).collect();
    request.platforms = platforms(spec);
    request.max_per_node = max_per_node(spec);
    request.affinities = affinities(spec);
    // Written on the anchor alone.
    request.replicas = replicas(spec).unwrap_or(request.replicas);
    request.host_ports =
        host_ports(spec).map(|(port, protocol)| HostPort { port, protocol: protocol.to_owned() }).collect();
    request
}

fn state(
    cluster: &Cluster,
    measurements: &Measurements,
    node: &engine::Node,
    reserved: &Reserved,
) -> NodeState {
    let latest = measurements.latest(&node.id);
    let sample = latest.as_ref().map(|latest| &latest.node);
    let mut instances = BTreeMap::new();
    for (service, _) in &reserved.instances {
        *instances.entry(service.clone()).or_insert(0) += 1;
    }
    NodeState {
        id: node.id.clone(),
        hostname: node.hostname.clone(),
        address: node.address.parse().ok(),
        role: match node.role {
            engine::Role::Manager => Role::Manager,
            engine::Role::Worker => Role::Worker,
        },
        status: match node.state {
            engine::NodeState::Ready => NodeStatus::Ready,
            engine::NodeState::Down => NodeStatus::Down,
            engine::NodeState::Unknown => NodeStatus::Unknown,
            engine::NodeState::Disconnected => NodeStatus::Disconnected,
        },
        availability: match node.availability {
            engine::Availability::Active => NodeAvailability::Active,
            engine::Availability::Pause => NodeAvailability::Pause,
            engine::Availability::Drain => NodeAvailability::Drain,
        },
        platform: Platform { os: node.os.clone(), arch: node.arch.clone() },
        labels: node.labels.clone(),
        engine_labels: node.engine_labels.clone(),
        cores: sample.map_or(0.0, |sample| f64::from(sample.cores)),
        capacity: sample.map_or(Resources::default(), |sample| Resources {
            cpu: sample.cpu_capacity,
            memory: sample.memory_total,
            disk: sample.disk_total,
        }),
        rates: outlook::rates(&node.labels),
        usage: measurements.usage(&node.id),
        expected: outlook::expected(measurements, &node.id, &reserved.instances),
        background: measurements.profiles().background(&node.id),
        losses: measurements.profiles().losses(&node.id),
        data_age: latest.as_ref().map_or(Duration::MAX, |latest| latest.age),
        reserved: Resources { cpu: reserved.cpu, memory: reserved.memory, disk: reserved.disk },
        unseen: unseen(cluster, measurements, &node.id, reserved),
        instances,
        host_ports: reserved
            .host_ports
            .iter()
            .map(|(port, protocol)| HostPort { port: *port, protocol: protocol.clone() })
            .collect(),
        ..NodeState::default()
    }
}

/// The part of our instances' demands that the node's means do not contain yet.
fn unseen(cluster: &Cluster, measurements: &Measurements, node: &NodeId, reserved: &Reserved) -> Resources {
    let mut unseen = Resources::default();
    let per_core = measurements.per_core(node);
    for (_, part) in &reserved.instances {
        let tasks = cluster.tasks.iter().filter(|task| task.service_id == part.swarm.id && is_active(task));
        let here = tasks.filter(|task| task.node_id.as_ref() == Some(node));
        let containers = here.filter_map(|task| ContainerId::from_hex(task.container_id.as_deref()?));
        let seen = containers.map(|id| measurements.share_seen(node, &id)).fold(0.0, f64::max);
        let missing = 1.0 - seen;
        let demand = part.demand();
        unseen.cpu += demand.cpu.on(per_core) * missing;
        unseen.memory += share_of(demand.memory, missing);
        unseen.disk += share_of(demand.disk, missing);
    }
    unseen
}

fn share_of(amount: Bytes, share: f64) -> Bytes {
    Bytes::new((amount.as_f64() * share) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmmanager_api::{Mode, ServiceCreate};
    use swarmmanager_placement::{Affinity, Reason, Wish};
    use swarmmanager_telemetry::{Clock, Fleet};

    use crate::samples::{cluster, measured};
    use crate::service::{References, anchor_spec};

    fn unseen_cpu(cluster: &Cluster, seconds: u64) -> f64 {
        take(cluster, &measured(seconds)).nodes[0].unseen.cpu.get()
    }

    #[test]
    fn a_node_is_seen_with_what_it_has_uses_and_promised() {
        let snapshot = take(&cluster(), &measured(30));
        let node = &snapshot.nodes[0];
        assert_eq!((node.hostname.as_str(), node.capacity.cpu.get()), ("ap1", 1000.0));
        assert_eq!(node.usage.unwrap().memory.mean, f64::from(64 << 20));
        assert_eq!((node.reserved.cpu.get(), node.reserved.memory), (100.0, Bytes::from_mib(64)));
        assert_eq!(node.instances, BTreeMap::from([("web".to_owned(), 1)]));
        assert_eq!(node.labels["zone"], "north");
    }

    #[test]
    fn what_was_just_placed_counts_until_the_means_contain_it() {
        let cluster = cluster();
        assert!((unseen_cpu(&cluster, 3) - 90.0).abs() < 1e-6);
        assert!(unseen_cpu(&cluster, 30).abs() < 1e-6);
        assert!(unseen_cpu(&cluster, 300).abs() < 1e-6);
        let not_started = Cluster { tasks: Vec::new(), ..cluster };
        assert!((unseen_cpu(&not_started, 300) - 100.0).abs() < 1e-6);
    }

    /// The measurements of so many seconds, once as many minutes were learned from them.
    fn learned(minutes: u64, seconds: u64) -> Measurements {
        let measurements = measured(seconds);
        (0..minutes).for_each(|_| measurements.profiles().learn(&cluster(), &measurements));
        measurements
    }

    #[test]
    fn what_is_expected_is_what_was_learned_and_never_less_than_what_is_measured() {
        let cpu =
            |snapshot: &Snapshot| snapshot.nodes[0].expected.map(|load| load[Resource::Cpu].mean.round());
        assert_eq!(cpu(&take(&cluster(), &learned(2, 60))), None, "not known yet");
        // The container uses nothing, the system 100 MHz.
        assert_eq!(cpu(&take(&cluster(), &learned(3, 60))), Some(100.0));
        let mut cluster = cluster();
        cluster.tasks.clear();
        // What was just placed shows up in full until it is measured.
        assert_eq!(cpu(&take(&cluster, &learned(3, 60))), Some(200.0));
    }

    #[test]
    fn an_instance_is_asked_for_by_what_it_is_known_to_use() {
        let managed = cluster().managed().remove("web").unwrap();
        let part = managed.anchor().unwrap();
        let of_part = |measurements| {
            let request = request_of_part(&measurements, &managed, part, &part.swarm.spec);
            (request.replicas, request.expected.map(|load| load[Resource::Cpu].mean))
        };
        assert_eq!(of_part(learned(1, 60)), (1, Some(100.0)), "its demand");
        assert_eq!(of_part(learned(3, 60)), (1, Some(0.0)), "what it used");
        let of_one_more = |name: &str| {
            let request = request_of_further(&cluster(), &learned(3, 60), name, &part.swarm.spec);
            request.expected.map(|load| load[Resource::Cpu].mean)
        };
        assert_eq!((of_one_more("web"), of_one_more("db")), (Some(0.0), Some(100.0)));
    }

    #[test]
    fn tasks_that_failed_of_late_speak_against_their_node() {
        let mut cluster = cluster();
        let mut failed = cluster.tasks[0].clone();
        failed.state = swarmmanager_engine::TaskState::Failed;
        failed.since_unix_ms = unix_ms() - 60_000;
        let mut old = failed.clone();
        old.since_unix_ms -= 600_000;
        cluster.tasks.extend([failed, old]);
        let snapshot = take(&cluster, &measured(30));
        assert_eq!(snapshot.nodes[0].failures, BTreeMap::from([("web".to_owned(), 1)]));
    }

    #[test]
    fn what_a_node_carries_is_what_its_labels_say() {
        let mut cluster = cluster();
        cluster.nodes[0].labels.insert("swarmmanager.network-rate".into(), "12MiB".into());
        cluster.nodes[0].labels.insert("swarmmanager.disk-rate".into(), "fast".into());
        let rates = take(&cluster, &measured(30)).nodes[0].rates;
        assert_eq!((rates.network, rates.disk_io), (Bytes::from_mib(12).as_f64(), 0.0));
    }

    #[test]
    fn a_node_that_never_reported_is_out() {
        let never = Measurements::new(Fleet::default(), Clock::start());
        let snapshot = take(&cluster(), &never);
        let request = request("db", &cluster().services[0].spec);
        let policy: &dyn swarmmanager_placement::Policy = &swarmmanager_placement::Availability;
        let placement = policy.place(&snapshot, &request, 1);
        let explanation = placement.decisions[0].explanation.as_ref().unwrap();
        let swarmmanager_placement::Verdict::Out { reasons } = &explanation.nodes[0].verdict else {
            panic!("{explanation:?}")
        };
        assert_eq!(reasons, &[Reason::NoReports]);
    }

    #[test]
    fn a_request_is_what_the_spec_says() {
        let mut create = ServiceCreate::new("web", "app");
        create.constraints = vec!["node.role == worker".into()];
        create.max_replicas_per_node = Some(2);
        create.mode = Mode::Replicated(3);
        create.anti_affinity = vec!["db".into()];
        let request = request("web", &anchor_spec(&create, &References::default()));
        assert_eq!(request.constraints[0].to_string(), "node.role==worker");
        assert_eq!((request.max_per_node, request.replicas), (Some(2), 3));
        assert_eq!(request.affinities, [Affinity { service: "db".into(), wish: Wish::Apart }]);
        assert_eq!(request.demand.memory, Bytes::from_mib(64));
    }
}
