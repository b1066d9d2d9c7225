//! What a decision costs with each policy, beside the bare arithmetic of the seed's score over the same nodes.
//!
//! `count POLICY NODES DECISIONS` makes so many decisions and nothing else, for a program that counts instructions.

mod fleet;
mod floor;

use std::env;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Bencher, BenchmarkId, Criterion};
use swarmmanager_placement::relocation::{Scene, relocation};
use swarmmanager_placement::{DEFAULT_POLICY, Demand, Policy, Request, Snapshot, policies, policy};
use swarmmanager_units::Bytes;

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["count", name, nodes, decisions] = words.as_slice() {
        let numbers = (nodes.parse().unwrap_or_default(), decisions.parse().unwrap_or_default());
        return count(name, numbers.0, numbers.1);
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    one_decision(&mut criterion);
    many_instances(&mut criterion);
    a_plan(&mut criterion);
    criterion.final_summary();
}

fn request() -> Request {
    Request::new("web", Demand::default())
}

fn count(name: &str, nodes: usize, decisions: usize) {
    let (snapshot, request) = (fleet::snapshot(nodes), request());
    let (free, demand) = (floor::free(&snapshot), floor::demand(&request));
    let policy = policy(name).ok();
    for _ in 0..decisions {
        match &policy {
            Some(policy) => {
                black_box(policy.place_silently(black_box(&snapshot), &request, 1));
            }
            None => {
                black_box(floor::one(black_box(&free), demand));
            }
        }
    }
}

fn one_decision(criterion: &mut Criterion) {
    let request = request();
    let mut constrained = request.clone();
    constrained.constraints = ["node.labels.zone==north", "node.role!=manager"]
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    let mut group = criterion.benchmark_group("one decision");
    for nodes in SIZES {
        let snapshot = fleet::snapshot(nodes);
        let mut bench = |name: &str, policy: &dyn Policy, snapshot: &Snapshot, request: &Request| {
            group.bench_function(BenchmarkId::new(name, nodes), |bencher: &mut Bencher<'_>| {
                bencher.iter(|| policy.place_silently(black_box(snapshot), request, 1));
            });
        };
        let policies = policies();
        for policy in &policies {
            bench(policy.name(), &**policy, &snapshot, &request);
        }
        for ours in policies.iter().filter(|policy| policy.name() == DEFAULT_POLICY) {
            let mut bench = |what: &str, snapshot: &Snapshot, request: &Request| {
                bench(&format!("{DEFAULT_POLICY} {what}"), &**ours, snapshot, request);
            };
            bench("over nodes all alike", &fleet::alike(nodes), &request);
            bench("over nodes all at risk", &fleet::busy(nodes), &request);
            let siblings = fleet::with_siblings(snapshot.clone(), &request.service);
            bench("over nodes that all run the service", &siblings, &request);
            bench("without forecasts", &fleet::without_forecasts(snapshot.clone()), &request);
            bench("with two constraints", &snapshot, &constrained);
        }
        let explained = BenchmarkId::new(format!("{DEFAULT_POLICY} with its explanation"), nodes);
        group.bench_function(explained, |bencher| {
            let Ok(ours) = policy(DEFAULT_POLICY) else { return };
            bencher.iter(|| ours.place(black_box(&snapshot), &request, 1));
        });
        let (free, demand) = (floor::free(&snapshot), floor::demand(&request));
        group.bench_with_input(BenchmarkId::new("floor", nodes), &free, |bencher, free| {
            bencher.iter(|| floor::one(black_box(free), demand));
        });
    }
    group.finish();
}

fn many_instances(criterion: &mut Criterion) {
    let snapshot = fleet::snapshot(1_000);
    let small = Demand { memory: Bytes::from_mib(1), disk: Bytes::from_mib(1), ..Demand::default() };
    let request = Request::new("web", small);
    let (free, demand) = (floor::free(&snapshot), floor::demand(&request));
    let mut group = criterion.benchmark_group("10,000 instances over 1,000 nodes");
    for policy in policies() {
        group.bench_function(policy.name(), |bencher| {
            bencher.iter(|| policy.place_silently(black_box(&snapshot), &request, 10_000));
        });
    }
    group.bench_function("floor", |bencher| {
        bencher.iter(|| floor::many(black_box(&free), demand, 10_000));
    });
    group.finish();
}

fn a_plan(criterion: &mut Criterion) {
    let (nodes, instances) = fleet::running(1_000);
    let scene = Scene { now: Duration::from_secs(7_200), nodes: &nodes, instances: &instances };
    let mut group = criterion.benchmark_group("a relocation plan, 10,000 instances on 1,000 nodes");
    group.sample_size(10);
    for name in ["cost-benefit", "low-node-utilization", "low-node-load", "thr-mmt-0.8"] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| relocation(name, 1).map(|mut relocation| relocation.plan(black_box(&scene))));
        });
    }
    group.finish();
}
