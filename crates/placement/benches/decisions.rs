//! What a decision costs, beside the bare arithmetic of the seed's score over the same nodes.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use swarmmanager_placement::{
    Availability, Demand, NodeState, Policy, Request, ResourceUsage, Resources, Snapshot, Usage,
};
use swarmmanager_units::{Bytes, Megahertz};

fn snapshot(nodes: usize) -> Snapshot {
    let used = |share: f64, of: f64| ResourceUsage { mean: share * of, abs_change: 0.01, trend: 0.0 };
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
            labels: Default::default(),
            engine_labels: Default::default(),
            cores: size,
            capacity: Resources {
                cpu: Megahertz::new(cpu),
                memory: Bytes::new(memory as u64),
                disk: Bytes::new(disk as u64),
            },
            usage: Some(Usage { cpu: used(load, cpu), memory: used(load, memory), disk: used(load, disk) }),
            data_age: Duration::ZERO,
            reserved: Resources::default(),
            unseen: Resources::default(),
            instances: Default::default(),
            host_ports: Default::default(),
        }
    };
    Snapshot { nodes: (0..nodes).map(node).collect() }
}

/// The seed's score over plain arrays: the least that looking at every node costs.
fn floor(nodes: &[[f64; 3]], demand: [f64; 3]) -> Option<usize> {
    let score = |free: &[f64; 3]| demand.iter().zip(free).map(|(demand, free)| demand / free).sum::<f64>();
    nodes.iter().map(score).enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

fn decisions(criterion: &mut Criterion) {
    let policy: &dyn Policy = &Availability;
    let request = Request::new("web", Demand::default());
    let mut group = criterion.benchmark_group("one decision");
    for nodes in [10, 100, 1_000, 10_000] {
        let snapshot = snapshot(nodes);
        group.bench_with_input(BenchmarkId::new("availability", nodes), &snapshot, |bencher, snapshot| {
            bencher.iter(|| policy.place_silently(black_box(snapshot), &request, 1));
        });
        let free: Vec<[f64; 3]> = (1..=nodes).map(|index| [index as f64; 3]).collect();
        group.bench_with_input(BenchmarkId::new("floor", nodes), &free, |bencher, free| {
            bencher.iter(|| floor(black_box(free), [1.0, 2.0, 3.0]));
        });
    }
    group.finish();
    let thousand = snapshot(1_000);
    let small = Request::new(
        "web",
        Demand { memory: Bytes::from_mib(1), disk: Bytes::from_mib(1), ..Demand::default() },
    );
    criterion.bench_function("10,000 instances over 1,000 nodes", |bencher| {
        bencher.iter(|| policy.place_silently(black_box(&thousand), &small, 10_000));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    targets = decisions
}
criterion_main!(benches);
