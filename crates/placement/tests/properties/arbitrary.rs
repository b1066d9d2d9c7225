//! Nodes and requests of all kinds. Values are few and round, so that ties and exact fits are common.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use swarmmanager_placement::{
    Affinity, Demand, HostPort, Load, Moments, NodeAvailability, NodeState, NodeStatus, Percentiles,
    Platform, Rates, Request, ResourceUsage, Resources, Role, Snapshot, Usage, Wish,
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
            let used = usage(&node.capacity, &node.rates);
            used.prop_map(move |usage| NodeState { usage: Some(usage), ..node.clone() }).boxed()
        }
    };
    snapshot_of(healthy.prop_flat_map(usage).boxed())
}

/// So many that some are passed over because of what was found among the ones before.
pub(crate) fn many_nodes() -> impl Strategy<Value = Snapshot> {
    vec(healthy_snapshot(), 2..8).prop_map(|snapshots| {
        let mut nodes: Vec<NodeState> = snapshots.into_iter().flat_map(|snapshot| snapshot.nodes).collect();
        for (index, node) in nodes.iter_mut().enumerate() {
            node.id = format!("id{index}").as_str().into();
        }
        Snapshot { nodes }
    })
}

fn snapshot_of(node: BoxedStrategy<NodeState>) -> impl Strategy<Value = Snapshot> {
    // Half of them are as large and as busy as the one before, so that it is the rest that decides.
    vec((node, any::<bool>()), 0..8).prop_map(|drawn| {
        let mut nodes: Vec<NodeState> = Vec::new();
        for (index, (mut node, twin)) in drawn.into_iter().enumerate() {
            if let Some(before) = nodes.last().filter(|_| twin) {
                node = NodeState {
                    instances: node.instances,
                    reserved: node.reserved,
                    failures: node.failures,
                    ..before.clone()
                };
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
    (capacity(), rates()).prop_flat_map(|(capacity, rates)| {
        let fitness = (
            prop_oneof![9 => Just(NodeStatus::Ready), 1 => select(vec![NodeStatus::Down, NodeStatus::Unknown, NodeStatus::Disconnected])],
            prop_oneof![9 => Just(NodeAvailability::Active), 1 => select(vec![NodeAvailability::Pause, NodeAvailability::Drain])],
            prop::option::weighted(0.95, usage(&capacity, &rates)),
            select(vec![0, 1_000, 5_000, 5_001, 60_000]),
        );
        let forecast = (
            prop::option::of(load(amounts(&capacity, &rates))),
            prop::option::weighted(0.2, load(amounts(&capacity, &rates))),
            btree_map(select(SERVICES.to_vec()), select(vec![0, 1, 5, 12]), 0..2),
            select(vec![0, 0, 0, 1, 20]),
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
        (fitness, forecast, kind, taken).prop_map(move |(fitness, forecast, kind, taken)| NodeState {
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
            rates,
            usage: fitness.2,
            data_age: Duration::from_millis(fitness.3),
            reserved: taken.0,
            unseen: taken.1,
            expected: forecast.0,
            background: forecast.1,
            failures: named(forecast.2),
            losses: forecast.3,
            instances: named(taken.2),
            host_ports: taken.3,
        })
    })
}

fn named(counts: BTreeMap<&str, u32>) -> BTreeMap<String, u32> {
    counts.into_iter().map(|(service, count)| (service.to_owned(), count)).collect()
}

/// Often not known.
fn rates() -> impl Strategy<Value = Rates> {
    let rate = || select(vec![0.0, 0.0, 1e6, 1e8]);
    (rate(), rate()).prop_map(|(disk_io, network)| Rates { disk_io, network })
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

fn amounts(capacity: &Resources, rates: &Rates) -> [f64; 5] {
    let Resources { cpu, memory, disk } = capacity;
    [cpu.get(), memory.as_f64(), disk.as_f64(), rates.disk_io, rates.network]
}

/// Eighths of the amounts as means, sixteenths as deviations. More than there is, too: a limit may shrink under a load.
fn load(of: [f64; 5]) -> impl Strategy<Value = Load> {
    let one = || (0_u32..10, select(vec![0_u32, 0, 1, 2, 8]));
    [one(), one(), one(), one(), one()].prop_map(move |ones| {
        let moments = |index: usize| {
            let (eighths, sixteenths) = ones[index];
            let deviation = of[index] * f64::from(sixteenths) / 16.0;
            Moments { mean: of[index] * f64::from(eighths) / 8.0, variance: deviation * deviation }
        };
        Load::new([0, 1, 2, 3, 4].map(moments))
    })
}

fn usage(capacity: &Resources, rates: &Rates) -> impl Strategy<Value = Usage> + use<> {
    let moves = || (select(vec![0.0, 0.3, 0.31]), select(vec![-0.11, -0.1, 0.0, 0.1]));
    (load(amounts(capacity, rates)), [moves(), moves(), moves()]).prop_map(|(load, moves)| {
        let [cpu, memory, disk, disk_io, network] = [0, 1, 2, 3, 4].map(|index| {
            let Moments { mean, .. } = load.values()[index];
            let deviation = load.values()[index].deviation();
            let (abs_change, trend) = moves.get(index).copied().unwrap_or_default();
            let [p50, p90, p95, p99] = [0.0, 1.3, 1.6, 2.3].map(|z| mean + z * deviation);
            let percentiles = Percentiles { p50, p90, p95, p99 };
            ResourceUsage { mean, abs_change, trend, deviation, percentiles }
        });
        Usage { cpu, memory, disk, disk_io, network }
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
    let known = prop::option::of(load([200.0, 64.0 * MIB as f64, 64.0 * MIB as f64, 1e5, 1e6]));
    (select(SERVICES.to_vec()), cpu, bytes(), bytes(), known).prop_map(
        |(service, cpu, memory, disk, expected)| Request {
            expected,
            ..Request::new(service, Demand { cpu, memory, disk })
        },
    )
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
        vec((select(SERVICES.to_vec()), select(vec![Wish::Together, Wish::Apart])), 0..3),
        select(vec![1, 3, 10]),
        prop::bool::weighted(0.3),
    )
        .prop_map(
            |(
                plain,
                constraints,
                platforms,
                max_per_node,
                host_ports,
                exclude,
                wishes,
                replicas,
                overcommit,
            )| Request {
                constraints: constraints.into_iter().map(|text| text.parse().unwrap()).collect(),
                platforms,
                max_per_node,
                host_ports,
                exclude: exclude.into_iter().map(Into::into).collect(),
                affinities: wishes
                    .into_iter()
                    .map(|(service, wish)| Affinity { service: service.to_owned(), wish })
                    .collect(),
                replicas,
                overcommit,
                ..plain
            },
        )
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
            (number(), number(), number(), number()).prop_map(|(mean, abs_change, trend, deviation)| {
                ResourceUsage { mean, abs_change, trend, deviation, ..ResourceUsage::default() }
            })
        };
        (one(), one(), one(), one(), one()).prop_map(|(cpu, memory, disk, disk_io, network)| Usage {
            cpu,
            memory,
            disk,
            disk_io,
            network,
        })
    };
    let load = move || {
        let one = || (number(), number()).prop_map(|(mean, variance)| Moments { mean, variance });
        prop::option::of([one(), one(), one(), one(), one()].prop_map(Load::new))
    };
    let rates = move || (number(), number()).prop_map(|(disk_io, network)| Rates { disk_io, network });
    let taken = (amounts(), amounts(), amounts());
    let numbers = (taken, used(), number(), select(vec![0, 1, u32::MAX]), rates(), load());
    // Demands are as large as they can be written.
    let cpu = prop_oneof![
        prop_oneof![0.0..1_024.0, select(vec![0.0, f64::MIN_POSITIVE, 1_024.0])].prop_map(CpuDemand::Cores),
        prop_oneof![0.0..1e7, select(vec![0.0, f64::MIN_POSITIVE, 1e7])]
            .prop_map(|amount| CpuDemand::Megahertz(Megahertz::new(amount))),
    ];
    let request = (cpu, bytes(), bytes(), load(), prop::bool::weighted(0.3)).prop_map(
        |(cpu, memory, disk, expected, overcommit)| Request {
            expected,
            overcommit,
            ..Request::new("web", Demand { cpu, memory, disk })
        },
    );
    (healthy_snapshot(), vec(numbers, 8), request).prop_map(|(mut snapshot, numbers, request)| {
        for (node, (taken, usage, cores, instances, rates, expected)) in
            snapshot.nodes.iter_mut().zip(numbers)
        {
            let (capacity, reserved, unseen) = taken;
            let usage = Some(usage);
            *node = NodeState { capacity, reserved, unseen, usage, cores, rates, expected, ..node.clone() };
            node.instances.insert("web".into(), instances);
        }
        (snapshot, request)
    })
}
