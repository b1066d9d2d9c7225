//! The nodes that decisions are made over, and what runs on them.

use std::sync::Arc;
use std::time::Duration;

use swarmmanager_placement::relocation::Running;
use swarmmanager_placement::{
    Demand, Load, Moments, NodeState, PerResource, Rates, Request, ResourceUsage, Resources, Snapshot, Usage,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

/// Services that have an instance on each node.
const SERVICES: usize = 8;

/// Nodes of seven sizes, used up to 60 %, each with instances and a forecast.
pub(crate) fn snapshot(nodes: usize) -> Snapshot {
    Snapshot { nodes: (0..nodes).map(|index| node(index, index % 7, (index % 13) as f64 / 20.0)).collect() }
}

/// Nodes that differ in nothing but their names: none of them can be passed over for another.
pub(crate) fn alike(nodes: usize) -> Snapshot {
    Snapshot { nodes: (0..nodes).map(|index| node(index, 3, 0.3)).collect() }
}

/// Nodes that are all likely to be overloaded: none is calm enough for the others to be passed over.
pub(crate) fn busy(nodes: usize) -> Snapshot {
    let load = |index: usize| 0.8 + (index % 13) as f64 / 130.0;
    Snapshot { nodes: (0..nodes).map(|index| node(index, index % 7, load(index))).collect() }
}

/// The same with an instance of the service on every node.
pub(crate) fn with_siblings(mut snapshot: Snapshot, service: &str) -> Snapshot {
    for node in &mut snapshot.nodes {
        node.instances.insert(service.to_owned(), 1);
    }
    snapshot
}

/// Before anything is known of what runs there.
pub(crate) fn without_forecasts(mut snapshot: Snapshot) -> Snapshot {
    for node in &mut snapshot.nodes {
        node.expected = None;
    }
    snapshot
}

fn node(index: usize, size: usize, load: f64) -> NodeState {
    let size = 1.0 + size as f64;
    let mut node = NodeState {
        id: format!("{index:025}").into(),
        hostname: format!("ap{index}"),
        labels: [("zone".to_owned(), if index.is_multiple_of(3) { "south" } else { "north" }.to_owned())]
            .into(),
        cores: size,
        capacity: Resources {
            cpu: Megahertz::new(size * 2_000.0),
            memory: Bytes::new((size * 2e9) as u64),
            disk: Bytes::new((size * 8e9) as u64),
        },
        rates: Rates { disk_io: size * 1e8, network: 1.25e8 },
        instances: (0..SERVICES).map(|service| (format!("service-{service}"), 1)).collect(),
        ..NodeState::default()
    };
    let used = |of: f64| ResourceUsage {
        mean: load * of,
        abs_change: 0.01,
        deviation: 0.05 * of,
        ..ResourceUsage::default()
    };
    node.usage = Some(Usage {
        cpu: used(node.capacity.cpu.get()),
        memory: used(node.capacity.memory.as_f64()),
        disk: used(node.capacity.disk.as_f64()),
        disk_io: used(node.rates.disk_io),
        network: used(node.rates.network),
    });
    node.expected = Some(Load::of(|resource| {
        let capacity = node.capacity_of(resource);
        Moments { mean: load * capacity, variance: (0.05 * capacity).powi(2) }
    }));
    node
}

/// So many nodes with ten times as many instances on them, in the order of the nodes. A node in ten is overloaded.
pub(crate) fn running(nodes: usize) -> (Vec<NodeState>, Vec<Running>) {
    let mut states = Vec::with_capacity(nodes);
    let mut instances = Vec::with_capacity(10 * nodes);
    for place in 0..nodes {
        let busy = if place.is_multiple_of(10) { 0.95 } else { 0.3 + (place % 13) as f64 / 40.0 };
        let state = node(place, place % 7, busy);
        let share = busy / 10.0;
        let used = PerResource::of(|resource| share * state.capacity_of(resource));
        let cpu = state.capacity.cpu.get();
        let demand = Demand {
            cpu: CpuDemand::Megahertz(Megahertz::new(0.02 * cpu)),
            memory: Bytes::from_mib(16),
            disk: Bytes::from_mib(16),
        };
        for number in 0..10 {
            // Ten instances to a service, each on another node.
            let service = format!("service-{}-{number}", place / 10);
            let varies = 0.1 + 0.1 * (number % 3) as f64;
            let expected = Load::of(|resource| Moments {
                mean: used[resource],
                variance: (varies * used[resource]).powi(2),
            });
            instances.push(Running {
                name: format!("{service}-{}", place % 10).into(),
                request: Arc::new(Request { expected: Some(expected), ..Request::new(service, demand) }),
                node: place,
                used,
                expected,
                samples: 1_000,
                since: Duration::ZERO,
                history: vec![used[swarmmanager_placement::Resource::Cpu]; 30],
            });
        }
        states.push(state);
    }
    (states, instances)
}
