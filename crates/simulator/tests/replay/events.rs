//! Nodes that fail, instances that go.

use swarmmanager_placement::{SeedOriginal, Spread};
use swarmmanager_simulator::churn::Happening;
use swarmmanager_simulator::replay::{Figures, Replay};
use swarmmanager_simulator::workload::Workload;

use crate::stage::{Witness, deploy, instance, nodes, workload};

/// Nodes of 100 bytes.
fn run(workload: &Workload, count: usize, happenings: &[Happening]) -> (Figures, Witness) {
    let nodes = nodes(count, 100);
    let mut witness = Witness::default();
    let figures =
        Replay { workload, nodes: &nodes, happenings, warm_up: 0 }.run(&Spread, &mut witness, &|| ());
    (figures, witness)
}

fn names(witness: &Witness, step: usize) -> Vec<(&str, usize)> {
    witness.seen[step].iter().map(|(name, node)| (&**name, *node)).collect()
}

fn happenings(steps: usize) -> Vec<Happening> {
    vec![Happening::default(); steps]
}

#[test]
fn what_was_on_a_node_that_fails_goes_elsewhere_at_once() {
    let workload = workload(4, vec![instance("a", &[10.0], 40.0), instance("b", &[10.0], 40.0)]);
    let mut happenings = happenings(4);
    happenings[0] = deploy(&[0, 1]);
    happenings[1].nodes_fail = vec![0];
    happenings[3].nodes_return = vec![0];
    let (figures, witness) = run(&workload, 2, &happenings);
    assert_eq!(names(&witness, 0), [("a", 0), ("b", 1)]);
    assert_eq!(names(&witness, 1), [("a", 1), ("b", 1)]);
    assert_eq!(witness.ready[1..], [[false, true], [false, true], [true, true]]);
    // A node that is away is no node-time.
    assert_eq!((figures.node_steps, figures.waiting_steps, figures.moves), (6, 0, 0));
    assert_eq!(witness.counts[1], [0, 2]);
}

#[test]
fn what_finds_no_room_waits_for_the_node_to_return() {
    let workload = workload(4, vec![instance("a", &[10.0], 60.0), instance("b", &[10.0], 60.0)]);
    let mut happenings = happenings(4);
    happenings[0] = deploy(&[0, 1]);
    happenings[1].nodes_fail = vec![0];
    happenings[3].nodes_return = vec![0];
    let (figures, witness) = run(&workload, 2, &happenings);
    assert_eq!(names(&witness, 2), [("b", 1)]);
    assert_eq!(names(&witness, 3), [("a", 0), ("b", 1)]);
    assert_eq!((figures.rejected, figures.waiting_steps, figures.instance_steps), (1, 2, 6));
}

#[test]
fn what_goes_frees_its_room() {
    let workload = workload(4, vec![instance("a", &[10.0], 60.0), instance("b", &[10.0], 60.0)]);
    let mut happenings = happenings(4);
    happenings[0] = deploy(&[0, 1]);
    happenings[2].depart = vec![0];
    let (figures, witness) = run(&workload, 1, &happenings);
    assert_eq!([names(&witness, 1), names(&witness, 2)], [[("a", 0)], [("b", 0)]]);
    assert_eq!((figures.rejected, figures.waiting_steps, figures.instance_steps), (1, 2, 4));
    assert_eq!(witness.counts, [[1], [1], [1], [1]]);
}

#[test]
fn what_is_deployed_anew_leaves_nothing_behind() {
    let workload = workload(3, vec![instance("a", &[10.0], 60.0)]);
    let happenings = vec![deploy(&[0]); 3];
    let (figures, witness) = run(&workload, 2, &happenings);
    assert_eq!((figures.rejected, figures.decisions, figures.moves), (0, 3, 0));
    assert!(witness.counts.iter().all(|counts| counts.iter().sum::<u64>() == 1));
}

/// `seed-original` looks at use alone, so that `a` goes to the idle `n-1` although it is away.
///
/// | step | n-0   | n-1        | counts as               |
/// | ---: | ----- | ---------- | ----------------------- |
/// |    0 | b 500 |            | running                 |
/// |    1 | b 500 | away, a    | b running, a waiting    |
/// |    2 | b 500 | away, a    | b running, a waiting    |
/// |    3 | b 500 | a 950      | both running, a over 90 % |
#[test]
fn what_is_put_on_a_node_that_is_away_waits_for_it() {
    let workload = workload(4, vec![instance("a", &[950.0], 40.0), instance("b", &[500.0], 40.0)]);
    let mut happenings = happenings(4);
    happenings[0] = deploy(&[1]);
    happenings[1] = Happening { nodes_fail: vec![1], ..deploy(&[0]) };
    happenings[3].nodes_return = vec![1];
    let (nodes, mut witness) = (nodes(2, 100), Witness::default());
    let replay = Replay { workload: &workload, nodes: &nodes, happenings: &happenings, warm_up: 0 };
    let figures = replay.run(&SeedOriginal, &mut witness, &|| ());
    assert_eq!([names(&witness, 2), names(&witness, 3)], [vec![("b", 0)], vec![("a", 1), ("b", 0)]]);
    assert_eq!((figures.instance_steps, figures.waiting_steps, figures.node_steps), (5, 2, 6));
    // Of five steps run, one is on an overloaded node; of seven wanted, that and the two waited are lost.
    assert_eq!((figures.instance_overload, figures.waiting), (1.0 / 5.0, 2.0 / 7.0));
    assert_eq!(figures.lost_with_moves, [3.0 / 7.0; 2]);
}
