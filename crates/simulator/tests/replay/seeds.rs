//! A seed is all that chance is made of.

use swarmmanager_simulator::churn::Churn;
use swarmmanager_simulator::comparison::{Comparison, Contender, compare};
use swarmmanager_simulator::scenario::Scenario;

use crate::stage::{instance, nodes, workload};

fn comparison(seed: u64) -> Comparison {
    let wave = |index: usize| -> Vec<f32> {
        (0..60).map(|step| ((step * 7 + index * 13) % 30) as f32 * 12.0).collect()
    };
    let instances = (0..20).map(|index| instance(&format!("i{index}"), &wave(index), 5.0)).collect();
    let scenario = Scenario {
        name: "stage".into(),
        workload: workload(60, instances),
        nodes: nodes(4, 1_000),
        churn: Churn { arrivals_within: 4, redeployed_every: 20.0, node_fails_every: 30.0, node_away_for: 3 },
        warm_up: 4,
    };
    let contender =
        |policy: &str, relocation: &str| Contender { policy: policy.into(), relocation: relocation.into() };
    let contenders = [contender("headroom", "cost-benefit"), contender("spread", "none")];
    compare(&[scenario], &contenders, seed, 2, &|_| ()).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    assert_eq!(comparison(1), comparison(1));
}

#[test]
fn another_seed_gives_others_and_the_seeds_follow_each_other() {
    let (first, second) = (comparison(1), comparison(2));
    assert_ne!(first.results[1].runs[0], second.results[1].runs[0]);
    assert_eq!(first.results[1].runs[1], second.results[1].runs[0]);
}
