//! What happens besides load, whatever is asked for.

#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

use proptest::prelude::*;
use swarmmanager_placement::PerResource;
use swarmmanager_simulator::churn::{Churn, Happening, happenings};
use swarmmanager_simulator::workload::{Instance, Series, Workload};

const NODES: usize = 5;

fn workload(steps: usize, lives: &[(Option<usize>, Option<usize>)]) -> Workload {
    let instance = |(index, (arrives, departs)): (usize, &(Option<usize>, Option<usize>))| Instance {
        name: format!("i{index}"),
        service: format!("i{index}"),
        demand: PerResource::default(),
        used: PerResource::<Series>::of(|_| Series::default()),
        arrives: *arrives,
        departs: *departs,
    };
    let instances = lives.iter().enumerate().map(instance).collect();
    Workload { name: "lives".into(), step_seconds: 300, steps, instances }
}

type Lives = Vec<(Option<usize>, Option<usize>)>;

fn cases() -> impl Strategy<Value = (usize, Lives, Churn, u64)> {
    (1_usize..40).prop_flat_map(|steps| {
        let life = (prop::option::of(0..steps), 1_usize..40).prop_map(move |(arrives, lives)| {
            let end = arrives.unwrap_or(0) + lives;
            (arrives, (end < steps).then_some(end))
        });
        let churn = (0..steps + 3, 0.0..30.0_f64, 0.0..30.0_f64, 0_usize..6).prop_map(
            |(arrivals_within, redeployed_every, node_fails_every, node_away_for)| Churn {
                arrivals_within,
                redeployed_every,
                node_fails_every,
                node_away_for,
            },
        );
        (Just(steps), prop::collection::vec(life, 0..20), churn, any::<u64>())
    })
}

fn steps_of(happenings: &[Happening], is_it: impl Fn(&Happening) -> usize) -> Vec<usize> {
    happenings.iter().enumerate().flat_map(|(step, one)| std::iter::repeat_n(step, is_it(one))).collect()
}

fn count(list: &[usize], wanted: usize) -> usize {
    list.iter().filter(|index| **index == wanted).count()
}

proptest! {
    #[test]
    fn instances_come_once_go_once_and_are_deployed_in_between((steps, lives, churn, seed) in cases()) {
        let happenings = happenings(&workload(steps, &lives), NODES, &churn, seed);
        prop_assert_eq!(happenings.len(), steps);
        for (index, (arrives, departs)) in lives.iter().enumerate() {
            let deployed = steps_of(&happenings, |one| count(&one.deploy, index));
            let first = *deployed.first().unwrap();
            match arrives {
                Some(arrives) => prop_assert_eq!(first, *arrives),
                None => prop_assert!(first < churn.arrivals_within.max(1)),
            }
            prop_assert!(deployed.windows(2).all(|pair| pair[0] < pair[1]), "twice in one step");
            let gone = steps_of(&happenings, |one| count(&one.depart, index));
            prop_assert_eq!(gone, departs.iter().copied().collect::<Vec<_>>());
            prop_assert!(deployed.iter().all(|step| departs.is_none_or(|departs| *step < departs)));
            if churn.redeployed_every == 0.0 {
                prop_assert_eq!(deployed.len(), 1);
            }
        }
    }

    #[test]
    fn a_node_that_fails_returns_in_time_and_cannot_fail_meanwhile((steps, lives, churn, seed) in cases()) {
        let happenings = happenings(&workload(steps, &lives), NODES, &churn, seed);
        let away_for = churn.node_away_for.max(1);
        for node in 0..NODES {
            let failed = steps_of(&happenings, |one| count(&one.nodes_fail, node));
            let returned = steps_of(&happenings, |one| count(&one.nodes_return, node));
            let expected: Vec<usize> =
                failed.iter().map(|step| step + away_for).filter(|step| *step < steps).collect();
            prop_assert_eq!(returned, expected);
            prop_assert!(failed.windows(2).all(|pair| pair[1] >= pair[0] + away_for));
        }
    }

    #[test]
    fn one_rate_does_not_change_what_another_brings((steps, lives, churn, seed) in cases()) {
        let workload = workload(steps, &lives);
        let run = |churn: &Churn| happenings(&workload, NODES, churn, seed);
        let (before, after) = (run(&churn), run(&Churn { redeployed_every: 1.5, ..churn.clone() }));
        for (before, after) in before.iter().zip(&after) {
            prop_assert_eq!(&before.nodes_fail, &after.nodes_fail);
            prop_assert_eq!(&before.nodes_return, &after.nodes_return);
        }
    }
}

#[test]
fn rates_are_met_in_the_mean() {
    let workload = workload(5_000, &[(Some(0), None); 20]);
    let churn =
        Churn { arrivals_within: 1, redeployed_every: 100.0, node_fails_every: 200.0, node_away_for: 4 };
    let happenings = happenings(&workload, 20, &churn, 7);
    let total = |is_it: fn(&Happening) -> usize| happenings.iter().map(is_it).sum::<usize>() as f64;
    // 100,000 instance-steps: 1,000 deployments, give or take four standard deviations of 32.
    let deployed = total(|one| one.deploy.len()) - 20.0;
    assert!((deployed - 1_000.0).abs() < 128.0, "{deployed}");
    // A node is 200 steps up and 4 away: about 490 failures, give or take four of 22.
    let failed = total(|one| one.nodes_fail.len());
    assert!((failed - 490.0).abs() < 90.0, "{failed}");
}

#[test]
fn a_seed_decides() {
    let workload = workload(50, &[(None, None); 10]);
    let run = |seed| happenings(&workload, NODES, &Churn::default(), seed);
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
