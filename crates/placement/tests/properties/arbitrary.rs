//! Nodes and requests of all kinds. Values are few and round, so that ties and exact fits are common.

use std::time::Duration;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use swarmmanager_placement::{
    Demand, HostPort, NodeAvailability, NodeState, NodeStatus, Platform, Request, ResourceUsage, Resources,
    Role, Snapshot, Usage,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

const MIB: u64 = 1 << 20;
const SERVICES: [&str; 2] = ["web", "db"];

/// Up to eight nodes; about half of them are fit for use.
pub(crate) fn snapshot() -> impl Strategy<Value = Snapshot> {
    snapshot_of(node().boxed())
}

/// Up to eight nodes, all ready, active and measured.
pub(crate) fn healthy_snapshot() -> impl Strategy<Value = Snapshot> {
    let healthy = node().prop_map(|mut node| {
        node.status = NodeStatus::Ready;
        node.availability = NodeAvailability::Active;
        node.data_age = Duration::from_secs(1);
        node
    });
    let usage = |node: NodeState| match node.usage {
        Some(_) => Just(node).boxed(),
        None => {
            let used = usage(&node.capacity);
            used.prop_map(move |usage| NodeState { usage: Some(usage), ..node.clone() }).boxed()
        }
    };
    snapshot_of(healthy.prop_flat_map(usage).boxed())
}

fn snapshot_of(node: BoxedStrategy<NodeState>) -> impl Strategy<Value = Snapshot> {
    // Half of them are as large and as busy as the one before, so that it is the rest that decides.
    vec((node, any::<bool>()), 0..8).prop_map(|drawn| {
        let mut nodes: Vec<NodeState> = Vec::new();
        for (index, (mut node, twin)) in drawn.into_iter().enumerate() {
            if let Some(before) = nodes.last().filter(|_| twin) {
                node = NodeState { instances: node.instances, reserved: node.reserved, ..before.clone() };
            }
            node.id = format!("id{index}").as_str().into();
            // Some share a hostname, as nodes may.
            node.hostname = format!("ap{}", index / 2);
            nodes.push(node);
        }
        Snapshot { nodes }
    })
}

fn node() -> impl Strategy<Value = NodeState> {
    capacity().prop_flat_map(|capacity| {
        let fitness = (
            prop_oneof![9 => Just(NodeStatus::Ready), 1 => select(vec![NodeStatus::Down, NodeStatus::Unknown, NodeStatus::Disconnected])],
            prop_oneof![9 => Just(NodeAvailability::Active), 1 => select(vec![NodeAvailability::Pause, NodeAvailability::Drain])],
            prop_oneof![9 => prop::option::weighted(0.95, usage(&capacity))],
            select(vec![0, 1_000, 5_000, 5_001, 60_000]),
        );
        let kind = (
            select(vec![Role::Manager, Role::Worker]),
            select(vec!["x86_64", "aarch64", "armv7l", ""]),
            btree_map(select(vec!["zone", "Zone"]), select(vec!["north", "SOUTH", ""]), 0..2),
            prop::option::of(select(vec!["10.0.0.1", "10.0.1.1", "2001:db8::1"])),
        );
        let taken = (
            resources(&capacity),
            resources(&capacity),
            btree_map(select(SERVICES.to_vec()), 0_u32..3, 0..2),
            btree_set(host_port(), 0..2),
            select(vec![0.0, 1.0, 2.0, 4.0]),
        );
        (fitness, kind, taken).prop_map(move |(fitness, kind, taken)| NodeState {
            id: "".into(),
            hostname: String::new(),
            address: kind.3.map(|address| address.parse().unwrap()),
            role: kind.0,
            status: fitness.0,
            availability: fitness.1,
            platform: Platform { os: "linux".into(), arch: kind.1.into() },
            labels: kind.2.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            engine_labels: Default::default(),
            cores: taken.4,
            capacity,
            usage: fitness.2,
            data_age: Duration::from_millis(fitness.3),
            reserved: taken.0,
            unseen: taken.1,
            instances: taken.2.into_iter().map(|(service, count)| (service.to_owned(), count)).collect(),
            host_ports: taken.3,
            ..NodeState::default()
        })
    })
}

fn capacity() -> impl Strategy<Value = Resources> {
    let cpu = select(vec![0.0, 600.0, 1_000.0, 2_000.0, 4_000.0]);
    let mib = || select(vec![0, 128, 256, 512, 1_024]);
    (cpu, mib(), mib()).prop_map(|(cpu, memory, disk)| Resources {
        cpu: Megahertz::new(cpu),
        memory: Bytes::from_mib(memory),
        disk: Bytes::from_mib(disk),
    })
}

/// Eighths of what there is, mostly nothing.
fn resources(of: &Resources) -> impl Strategy<Value = Resources> + use<> {
    let of = *of;
    let eighths = || prop_oneof![4 => Just(0_u64), 1 => 0_u64..9];
    (eighths(), eighths(), eighths()).prop_map(move |(cpu, memory, disk)| Resources {
        cpu: of.cpu * (cpu as f64 / 8.0),
        memory: Bytes::new(of.memory.get() / 8 * memory),
        disk: Bytes::new(of.disk.get() / 8 * disk),
    })
}

fn usage(of: &Resources) -> impl Strategy<Value = Usage> + use<> {
    let of = [of.cpu.get(), of.memory.as_f64(), of.disk.as_f64()];
    // More than there is, too: a limit may shrink under a load.
    let one = || (0_u32..10, select(vec![0.0, 0.3, 0.31]), select(vec![-0.11, -0.1, 0.0, 0.1]));
    [one(), one(), one()].prop_map(move |ones| {
        let [cpu, memory, disk] = [0, 1, 2].map(|index| {
            let (eighths, abs_change, trend) = ones[index];
            ResourceUsage {
                mean: of[index] * f64::from(eighths) / 8.0,
                abs_change,
                trend,
                ..ResourceUsage::default()
            }
        });
        Usage { cpu, memory, disk, ..Usage::default() }
    })
}

fn host_port() -> impl Strategy<Value = HostPort> {
    (select(vec![80, 443]), select(vec!["tcp", "udp"]))
        .prop_map(|(port, protocol)| HostPort { port, protocol: protocol.to_owned() })
}

/// A request with anything that may be asked for; every second one asks for its size only.
pub(crate) fn request() -> impl Strategy<Value = Request> {
    prop_oneof![plain_request(), picky_request()]
}

/// A request that asks for its size only.
pub(crate) fn plain_request() -> impl Strategy<Value = Request> {
    let cpu = prop_oneof![
        select(vec![0.0, 75.0, 100.0, 250.0, 1_000.0])
            .prop_map(|amount| CpuDemand::Megahertz(Megahertz::new(amount))),
        select(vec![0.1, 0.5, 1.0, 3.0]).prop_map(CpuDemand::Cores),
    ];
    let bytes = || select(vec![0, 16 * MIB, 64 * MIB, 64 * MIB + 1, 256 * MIB]).prop_map(Bytes::new);
    (select(SERVICES.to_vec()), cpu, bytes(), bytes())
        .prop_map(|(service, cpu, memory, disk)| Request::new(service, Demand { cpu, memory, disk }))
}

fn picky_request() -> impl Strategy<Value = Request> {
    let constraints = vec![
        "node.role==worker",
        "node.role!=manager",
        "node.labels.zone==north",
        "node.labels.Zone!=south",
        "node.ip==10.0.0.0/24",
        "node.hostname!=ap1",
        "node.platform.arch==x86_64",
    ];
    let platforms = ["amd64", "aarch64", ""].map(|arch| Platform { os: "linux".into(), arch: arch.into() });
    (
        plain_request(),
        subsequence(constraints, 0..3),
        subsequence(platforms.to_vec(), 0..3),
        prop::option::of(0_u64..4),
        vec(host_port(), 0..2),
        btree_set(select(vec!["id0", "id1"]), 0..2),
    )
        .prop_map(|(plain, constraints, platforms, max_per_node, host_ports, exclude)| Request {
            constraints: constraints.into_iter().map(|text| text.parse().unwrap()).collect(),
            platforms,
            max_per_node,
            host_ports,
            exclude: exclude.into_iter().map(Into::into).collect(),
            ..plain
        })
}

/// A healthy snapshot and a request with numbers of all sizes, also such as no engine would report.
pub(crate) fn extreme() -> impl Strategy<Value = (Snapshot, Request)> {
    let number = || {
        prop_oneof![
            any::<f64>(),
            select(vec![0.0, -1.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NAN])
        ]
    };
    let bytes = || prop_oneof![any::<u64>(), select(vec![0, 1, u64::MAX - 1, u64::MAX])].prop_map(Bytes::new);
    let amounts = move || {
        (number(), bytes(), bytes()).prop_map(|(cpu, memory, disk)| Resources {
            cpu: Megahertz::new(cpu),
            memory,
            disk,
        })
    };
    let used = move || {
        let one = || {
            (number(), number(), number()).prop_map(|(mean, abs_change, trend)| ResourceUsage {
                mean,
                abs_change,
                trend,
                ..ResourceUsage::default()
            })
        };
        (one(), one(), one()).prop_map(|(cpu, memory, disk)| Usage { cpu, memory, disk, ..Usage::default() })
    };
    let numbers = (amounts(), amounts(), amounts(), used(), number(), select(vec![0, 1, u32::MAX]));
    // Demands are as large as they can be written.
    let cpu = prop_oneof![
        prop_oneof![0.0..1_024.0, select(vec![0.0, f64::MIN_POSITIVE, 1_024.0])].prop_map(CpuDemand::Cores),
        prop_oneof![0.0..1e7, select(vec![0.0, f64::MIN_POSITIVE, 1e7])]
            .prop_map(|amount| CpuDemand::Megahertz(Megahertz::new(amount))),
    ];
    let request = (cpu, bytes(), bytes())
        .prop_map(|(cpu, memory, disk)| Request::new("web", Demand { cpu, memory, disk }));
    (healthy_snapshot(), vec(numbers, 8), request).prop_map(|(mut snapshot, numbers, request)| {
        for (node, (capacity, reserved, unseen, usage, cores, instances)) in
            snapshot.nodes.iter_mut().zip(numbers)
        {
            *node = NodeState { capacity, reserved, unseen, usage: Some(usage), cores, ..node.clone() };
            node.instances.insert("web".into(), instances);
        }
        (snapshot, request)
    })
}
