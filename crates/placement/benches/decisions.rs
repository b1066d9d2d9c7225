//! What a decision costs, beside the bare arithmetic of the seed's score over the same nodes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Bencher, BenchmarkId, Criterion, criterion_group, criterion_main};
use swarmmanager_placement::{
    Availability, Demand, NodeState, Policy, Request, ResourceUsage, Resources, Snapshot, Usage,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

fn snapshot(nodes: usize) -> Snapshot {
    let used = |share: f64, of: f64| ResourceUsage {
        mean: share * of,
        abs_change: 0.01,
        ..ResourceUsage::default()
    };
    let node = |index: usize| {
        let size = 1.0 + (index % 7) as f64;
        let load = (index % 13) as f64 / 20.0;
        let (cpu, memory, disk) = (size * 2_000.0, size * 2e9, size * 8e9);
        NodeState {
            id: format!("{index:025}").into(),
            hostname: format!("ap{index}"),
            address: None,
            role: Default::default(),
            status: Default::default(),
            availability: Default::default(),
            platform: Default::default(),
            labels: [("zone".to_owned(), if index.is_multiple_of(3) { "south" } else { "north" }.to_owned())]
                .into(),
            engine_labels: Default::default(),
            cores: size,
            capacity: Resources {
                cpu: Megahertz::new(cpu),
                memory: Bytes::new(memory as u64),
                disk: Bytes::new(disk as u64),
            },
            usage: Some(Usage {
                cpu: used(load, cpu),
                memory: used(load, memory),
                disk: used(load, disk),
                ..Usage::default()
            }),
            data_age: Duration::ZERO,
            reserved: Resources::default(),
            unseen: Resources::default(),
            instances: Default::default(),
            host_ports: Default::default(),
            ..NodeState::default()
        }
    };
    Snapshot { nodes: (0..nodes).map(node).collect() }
}

/// What the floor knows of a node.
type Free = [f64; 3];

fn free(snapshot: &Snapshot) -> Vec<Free> {
    let free = |capacity: f64, usage: ResourceUsage| capacity - usage.mean;
    let node = |node: &NodeState| {
        let usage = node.usage?;
        let (cpu, memory, disk) = (node.capacity.cpu.get(), node.capacity.memory, node.capacity.disk);
        Some([free(cpu, usage.cpu), free(memory.as_f64(), usage.memory), free(disk.as_f64(), usage.disk)])
    };
    snapshot.nodes.iter().filter_map(node).collect()
}

fn demand(request: &Request) -> [f64; 3] {
    let CpuDemand::Megahertz(cpu) = request.demand.cpu else { return [0.0; 3] };
    [cpu.get(), request.demand.memory.as_f64(), request.demand.disk.as_f64()]
}

fn score(demand: &[f64; 3], free: &Free) -> f64 {
    demand.iter().zip(free).map(|(demand, free)| demand / free).sum()
}

/// The seed's score over plain arrays: the least that looking at every node costs.
fn floor(nodes: &[Free], demand: [f64; 3]) -> Option<usize> {
    let scores = nodes.iter().map(|free| score(&demand, free)).enumerate();
    scores.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

/// The same for many instances, with the nodes in a heap: positive floats are in the order of their bits.
fn floor_of_many(nodes: &[Free], demand: [f64; 3], count: usize) -> Vec<usize> {
    let mut nodes = nodes.to_vec();
    let entry = |index: usize, free: &Free| Reverse((score(&demand, free).to_bits(), index));
    let mut heap: BinaryHeap<_> = nodes.iter().enumerate().map(|(index, free)| entry(index, free)).collect();
    let mut place = || {
        let mut top = heap.peek_mut()?;
        let index = top.0.1;
        let free = &mut nodes[index];
        free.iter_mut().zip(demand).for_each(|(free, demand)| *free -= demand);
        *top = entry(index, free);
        Some(index)
    };
    (0..count).map_while(|_| place()).collect()
}

fn one_decision(criterion: &mut Criterion) {
    let policy: &dyn Policy = &Availability;
    let request = Request::new("web", Demand::default());
    let mut constrained = request.clone();
    constrained.constraints = ["node.labels.zone==north", "node.role!=manager"]
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    let mut group = criterion.benchmark_group("one decision");
    for nodes in [10, 100, 1_000, 10_000] {
        let snapshot = snapshot(nodes);
        let decide = |bencher: &mut Bencher<'_>, request: &Request| {
            bencher.iter(|| policy.place_silently(black_box(&snapshot), request, 1));
        };
        group.bench_with_input(BenchmarkId::new("availability", nodes), &request, decide);
        group.bench_with_input(BenchmarkId::new("with two constraints", nodes), &constrained, decide);
        group.bench_with_input(
            BenchmarkId::new("with its explanation", nodes),
            &request,
            |bencher, request| {
                bencher.iter(|| policy.place(black_box(&snapshot), request, 1));
            },
        );
        let (free, demand) = (free(&snapshot), demand(&request));
        group.bench_with_input(BenchmarkId::new("floor", nodes), &free, |bencher, free| {
            bencher.iter(|| floor(black_box(free), demand));
        });
    }
    group.finish();
}

fn many_instances(criterion: &mut Criterion) {
    let policy: &dyn Policy = &Availability;
    let snapshot = snapshot(1_000);
    let small = Demand { memory: Bytes::from_mib(1), disk: Bytes::from_mib(1), ..Demand::default() };
    let request = Request::new("web", small);
    let (free, demand) = (free(&snapshot), demand(&request));
    let mut group = criterion.benchmark_group("10,000 instances over 1,000 nodes");
    group.bench_function("availability", |bencher| {
        bencher.iter(|| policy.place_silently(black_box(&snapshot), &request, 10_000));
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| floor_of_many(black_box(&free), demand, 10_000));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = one_decision, many_instances
}
criterion_main!(benches);
