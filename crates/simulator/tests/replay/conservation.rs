//! No instance is lost, and none is in two places.

use std::collections::BTreeSet;

use proptest::prelude::*;
use swarmmanager_placement::{Policy, Rules, policies};
use swarmmanager_simulator::churn::{Churn, Happening, happenings};
use swarmmanager_simulator::replay::Replay;
use swarmmanager_simulator::workload::{Instance, Workload};

use crate::stage::{Witness, instance, nodes, workload};

const STEPS: usize = 24;

fn one() -> impl Strategy<Value = (Vec<f32>, u8, Option<usize>, Option<usize>)> {
    let life = (0..STEPS, 1..STEPS)
        .prop_map(|(arrives, lives)| (Some(arrives), (arrives + lives < STEPS).then_some(arrives + lives)));
    let life = prop_oneof![Just((None, None)), life];
    (prop::collection::vec(0.0_f32..400.0, STEPS), 0_u8..50, life)
        .prop_map(|(cpu, memory, (arrives, departs))| (cpu, memory, arrives, departs))
}

fn workloads() -> impl Strategy<Value = Workload> {
    prop::collection::vec(one(), 1..12).prop_map(|ones| {
        let instances = ones.into_iter().enumerate().map(|(index, (cpu, memory, arrives, departs))| {
            Instance { arrives, departs, ..instance(&format!("i{index}"), &cpu, f64::from(memory)) }
        });
        workload(STEPS, instances.collect())
    })
}

fn churns() -> impl Strategy<Value = Churn> {
    (1..STEPS, 0.0..20.0_f64, 0.0..20.0_f64, 1_usize..6).prop_map(
        |(arrivals_within, redeployed_every, node_fails_every, node_away_for)| Churn {
            arrivals_within,
            redeployed_every,
            node_fails_every,
            node_away_for,
        },
    )
}

/// Those that came and did not go, at each step.
fn present(happenings: &[Happening]) -> Vec<BTreeSet<usize>> {
    let mut present: BTreeSet<usize> = BTreeSet::new();
    let step = |happening: &Happening| {
        present.retain(|index| !happening.depart.contains(index));
        present.extend(happening.deploy.iter().copied());
        present.clone()
    };
    happenings.iter().map(step).collect()
}

/// Those that keep to rules: the seed's knows none, and places on nodes that are away.
fn keeping_to_rules() -> Vec<Box<dyn Policy>> {
    policies().into_iter().filter(|policy| policy.rules() != Rules::None).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_instance_is_waiting_or_on_one_ready_node(
        workload in workloads(),
        churn in churns(),
        policy in 0..keeping_to_rules().len(),
        seed in 0_u64..1_000,
    ) {
        let nodes = nodes(3, 100);
        let happenings = happenings(&workload, nodes.len(), &churn, seed);
        let policy = &keeping_to_rules()[policy];
        let mut witness = Witness::default();
        let replay = Replay { workload: &workload, nodes: &nodes, happenings: &happenings, warm_up: 0 };
        let figures = replay.run(&**policy, &mut witness, &|| ());
        let present = present(&happenings);
        let mut running = 0;
        for (step, seen) in witness.seen.iter().enumerate() {
            running += seen.len() as u64;
            for (name, node) in seen {
                let index: usize = name[1..].parse().unwrap();
                prop_assert!(present[step].contains(&index), "{name} runs at step {step} and should not be there");
                prop_assert!(witness.ready[step][*node], "{name} is on a node that is away at step {step}");
            }
            // The nodes say the same of what they have.
            for node in 0..nodes.len() {
                let there = seen.values().filter(|other| **other == node).count() as u64;
                prop_assert_eq!(witness.counts[step][node], there);
            }
        }
        let expected: usize = present.iter().map(BTreeSet::len).sum();
        prop_assert_eq!(figures.instance_steps, running);
        prop_assert_eq!(figures.instance_steps + figures.waiting_steps, expected as u64);
        let ready = witness.ready.iter().flatten().filter(|ready| **ready).count();
        prop_assert_eq!(figures.node_steps, ready as u64);
        let moves: u64 = figures.timeline.points.iter().map(|point| point.moves).sum();
        prop_assert_eq!(figures.moves, moves);
    }
}
