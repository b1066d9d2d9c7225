//! A small Swarm for tests.

use std::collections::BTreeMap;

use swarmmanager_api::{Mode, ServiceCreate};
use swarmmanager_engine::{self as engine, Service, Task, TaskState};
use swarmmanager_telemetry::{Clock, Fleet, Report, wire};
use swarmmanager_units::{ContainerId, Megahertz, NodeId};

use crate::cluster::Cluster;
use crate::measurements::Measurements;
use crate::service::{PlacedOn, References, anchor_spec, pinned};

/// The container's id.
pub(crate) const CONTAINER: [u8; 32] = [7; 32];

/// A node of 1000 MHz and 256 MiB that reported for so many seconds until now, with one container.
pub(crate) fn measured(seconds: u64) -> Measurements {
    let (fleet, clock) = (Fleet::default(), Clock::start());
    let history = fleet.enter(&NodeId::from("n1"));
    let now = clock.now();
    for second in (0..seconds).rev() {
        let report = wire::NodeReport {
            node_id: "n1".into(),
            node: Some(wire::NodeSample {
                cpu_capacity_mhz: 1000.0,
                cpu_used_mhz: 100.0,
                cores: 1.0,
                memory_total_bytes: 256 << 20,
                memory_available_bytes: 192 << 20,
                disk_total_bytes: 1 << 30,
                disk_used_bytes: 1 << 28,
                ..Default::default()
            }),
            containers: vec![wire::ContainerSample { id: CONTAINER.to_vec(), ..Default::default() }],
            ..Default::default()
        };
        history.lock().unwrap().record(now.before(second * 1000), 0, Report::try_from(report).unwrap());
    }
    Measurements::new(fleet, clock)
}

/// A Swarm of that node with one instance of `web` on it, which runs as the container.
pub(crate) fn cluster() -> Cluster {
    let mut request = ServiceCreate::new("web", "app");
    request.mode = Mode::Replicated(1);
    let anchor = anchor_spec(&request, &References::default());
    let spec = pinned(&anchor, &PlacedOn { node: "n1".into(), per_core: Megahertz::new(1000.0), cores: 1.0 });
    let node = engine::Node {
        id: "n1".into(),
        version: 1,
        hostname: "ap1".into(),
        address: "10.0.0.1".into(),
        role: engine::Role::Worker,
        leader: false,
        reachability: None,
        availability: engine::Availability::Active,
        state: engine::NodeState::Ready,
        message: String::new(),
        os: "linux".into(),
        arch: "x86_64".into(),
        engine_version: "20.10.24".into(),
        labels: BTreeMap::from([("zone".to_owned(), "north".to_owned())]),
        engine_labels: BTreeMap::new(),
        nano_cpus: 1_000_000_000,
        memory_bytes: 256 << 20,
        created_unix_ms: 0,
    };
    let task = Task {
        id: "t1".into(),
        service_id: "s1".into(),
        slot: Some(1),
        node_id: Some("n1".into()),
        state: TaskState::Running,
        desired_state: TaskState::Running,
        message: String::new(),
        error: String::new(),
        container_id: Some(ContainerId::from_bytes(CONTAINER).to_string()),
        exit_code: None,
        image: "app".into(),
        created_unix_ms: 0,
        since_unix_ms: 0,
        reserved_nano_cpus: 0,
        reserved_memory_bytes: 0,
    };
    Cluster {
        nodes: vec![node],
        services: vec![Service { id: "s1".into(), spec, ..Service::default() }],
        tasks: vec![task],
        ..Cluster::default()
    }
}
