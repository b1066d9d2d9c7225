//! Nodes of different sizes with instances on them, about a third of the nodes too busy.

use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use swarmmanager_placement::relocation::Running;
use swarmmanager_placement::{
    Demand, Load, Moments, NodeAvailability, NodeState, NodeStatus, PerResource, Rates, Request, Resource,
    Resources, Role,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

use crate::world::World;

const SERVICES: [&str; 4] = ["cache", "db", "mail", "web"];
/// The moment of the first scene.
pub(crate) const NOW: Duration = Duration::from_secs(7_200);
/// As many values as a history has.
const HISTORY: usize = 30;

/// Up to eight nodes and twenty instances of up to four services.
pub(crate) fn world() -> impl Strategy<Value = World> {
    let requests = SERVICES.map(|service| request(service).boxed());
    (vec(node(), 2..8), Vec::from(requests), vec(instance(), 1..20)).prop_map(
        |(mut nodes, requests, drawn)| {
            for (index, node) in nodes.iter_mut().enumerate() {
                node.id = format!("id{index}").as_str().into();
                node.hostname = format!("ap{index}");
            }
            let mut world = World::new(NOW, nodes);
            let requests: Vec<Arc<Request>> = requests.into_iter().map(Arc::new).collect();
            for (index, one) in drawn.into_iter().enumerate() {
                add(&mut world, index, &one, &requests[one.service]);
            }
            world
        },
    )
}

/// The same with all nodes fit for use and everything free to go anywhere.
pub(crate) fn open_world() -> impl Strategy<Value = World> {
    world().prop_map(|mut world| {
        for node in &mut world.nodes {
            node.status = NodeStatus::Ready;
            node.availability = NodeAvailability::Active;
            node.data_age = Duration::ZERO;
        }
        for running in &mut world.instances {
            running.since = Duration::ZERO;
            running.samples = 100;
            let request = Arc::make_mut(&mut running.request);
            request.constraints.clear();
            request.max_per_node = None;
        }
        world
    })
}

/// An instance as it is drawn: shares are of its node.
#[derive(Debug, Clone)]
struct Drawn {
    service: usize,
    /// The smaller of two, so that some nodes are fuller than others.
    node: [prop::sample::Index; 2],
    means: [f64; 5],
    deviations: [f64; 5],
    /// How much more or less than usual is expected now.
    change: f64,
    samples: u64,
    age: u64,
}

fn instance() -> impl Strategy<Value = Drawn> {
    let means = [0.01..0.5, 0.01..0.3, 0.0..0.2, 0.0..0.3, 0.0..0.3];
    (
        0..SERVICES.len(),
        any::<[prop::sample::Index; 2]>(),
        means,
        prop::array::uniform5(0.0..0.1),
        0.5..1.5,
        prop_oneof![1 => 0_u64..6, 4 => 6_u64..500],
        prop_oneof![1 => 0_u64..600, 3 => 600_u64..7_200],
    )
        .prop_map(|(service, node, means, deviations, change, samples, age)| Drawn {
            service,
            node,
            means,
            deviations,
            change,
            samples,
            age,
        })
}

fn add(world: &mut World, index: usize, drawn: &Drawn, request: &Arc<Request>) {
    let node = drawn.node.iter().map(|node| node.index(world.nodes.len())).min().unwrap();
    // What does not fit runs as one that asks for nothing.
    let request = if world.leaves_room(node, request) {
        request.clone()
    } else {
        let nothing = Demand { cpu: CpuDemand::Cores(0.0), memory: Bytes::ZERO, disk: Bytes::ZERO };
        Arc::new(Request { demand: nothing, ..Request::clone(request) })
    };
    let load = |change: f64| {
        Load::of(|resource| {
            let capacity = world.nodes[node].capacity_of(resource) * change;
            let deviation = drawn.deviations[resource as usize] * capacity;
            Moments { mean: drawn.means[resource as usize] * capacity, variance: deviation * deviation }
        })
    };
    let expected = load(drawn.change);
    let used = PerResource::of(|resource| expected[resource].mean);
    let running = Running {
        name: format!("{}-{index}", request.service).into(),
        request,
        node,
        used,
        expected,
        samples: drawn.samples,
        since: NOW.saturating_sub(Duration::from_secs(drawn.age)),
        history: vec![used[Resource::Cpu]; HISTORY],
    };
    world.add(running);
}

fn node() -> impl Strategy<Value = NodeState> {
    let size = (500.0..4_000.0_f64, 128_u64..2_048, 0_u64..4_096, select(vec![1.0, 2.0, 4.0]));
    let rates = (prop_oneof![Just(0.0), 1e6..1e8], prop_oneof![Just(0.0), 1e6..1e8]);
    let fitness = (
        prop_oneof![12 => Just(NodeStatus::Ready), 1 => Just(NodeStatus::Down)],
        prop_oneof![
            12 => Just(NodeAvailability::Active),
            1 => Just(NodeAvailability::Pause),
            1 => Just(NodeAvailability::Drain)
        ],
        prop_oneof![12 => Just(1_u64), 1 => Just(60)],
        select(vec![Role::Manager, Role::Worker, Role::Worker]),
    );
    (size, rates, fitness).prop_map(|(size, (disk_io, network), fitness)| NodeState {
        status: fitness.0,
        availability: fitness.1,
        data_age: Duration::from_secs(fitness.2),
        role: fitness.3,
        cores: size.3,
        capacity: Resources {
            cpu: Megahertz::new(size.0),
            memory: Bytes::from_mib(size.1),
            disk: Bytes::from_mib(size.2),
        },
        rates: Rates { disk_io, network },
        ..NodeState::default()
    })
}

fn request(service: &'static str) -> impl Strategy<Value = Request> {
    let cpu = prop_oneof![
        (10.0..600.0_f64).prop_map(|amount| CpuDemand::Megahertz(Megahertz::new(amount))),
        (0.0..1.0_f64).prop_map(CpuDemand::Cores),
    ];
    let bytes = || prop_oneof![Just(0_u64), 1_u64..400].prop_map(Bytes::from_mib);
    let constraint =
        select(vec!["node.role==worker", "node.role!=worker", "node.hostname!=ap1", "node.hostname!=ap0"]);
    (
        cpu,
        bytes(),
        bytes(),
        prop::option::weighted(0.3, constraint),
        prop::option::weighted(0.3, 1_u64..3),
        prop::bool::weighted(0.2),
    )
        .prop_map(move |(cpu, memory, disk, constraint, max_per_node, overcommit)| Request {
            constraints: constraint.into_iter().map(|text| text.parse().unwrap()).collect(),
            max_per_node,
            overcommit,
            ..Request::new(service, Demand { cpu, memory, disk })
        })
}
