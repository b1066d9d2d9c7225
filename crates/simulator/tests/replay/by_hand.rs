//! Two nodes of 1,000 MHz, three instances, four steps, worked out on paper.

use swarmmanager_placement::{Resource, Spread};
use swarmmanager_simulator::churn::Happening;
use swarmmanager_simulator::replay::{Figures, Replay};

use crate::stage::{Witness, deploy, instance, nodes, workload};

/// `spread` puts `a` on `n-0`, `b` on `n-1`, and `c` again on `n-0`, the first by name of equals. At step 3 `a` moves.
///
/// | step | n-0           | n-1           | over 90 %             |
/// | ---: | ------------- | ------------- | --------------------- |
/// |    0 | a 500 + c 300 | b 300         | none                  |
/// |    1 | a 500 + c 450 | b 300         | n-0, 2 instances      |
/// |    2 | a 500 + c 300 | b 950         | n-1, 1 instance       |
/// |    3 | c 300         | b 950 + a 500 | n-1, 2 instances, 450 MHz too much |
fn run(warm_up: usize) -> (Figures, Witness) {
    let workload = workload(
        4,
        vec![
            instance("a", &[500.0, 500.0, 500.0, 500.0], 0.0),
            instance("b", &[300.0, 300.0, 950.0, 950.0], 0.0),
            instance("c", &[300.0, 450.0, 300.0, 300.0], 0.0),
        ],
    );
    let mut happenings = vec![Happening::default(); 4];
    happenings[0] = deploy(&[0, 1, 2]);
    let mut witness = Witness { moves: vec![(3, "a", 1)], ..Witness::default() };
    let nodes = nodes(2, 1 << 30);
    let replay = Replay { workload: &workload, nodes: &nodes, happenings: &happenings, warm_up };
    let figures = replay.run(&Spread, &mut witness, &|| ());
    (figures, witness)
}

#[track_caller]
fn is(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
}

#[test]
fn all_figures_are_those_on_paper() {
    let (figures, witness) = run(0);
    let places: Vec<(&str, usize)> = witness.seen[0].iter().map(|(name, node)| (&**name, *node)).collect();
    assert_eq!(places, [("a", 0), ("b", 1), ("c", 0)]);
    // Of 2 nodes × 4 steps, three are over 90 % and one is over 100 %.
    is(figures.node_overload, 3.0 / 8.0);
    is(figures.node_overload_by[Resource::Cpu], 3.0 / 8.0);
    is(figures.node_overload_by[Resource::Memory], 0.0);
    is(figures.node_saturated, 1.0 / 8.0);
    // Of 3 instances × 4 steps, 2 + 1 + 2 are on them.
    is(figures.instance_overload, 5.0 / 12.0);
    // 1100 + 1250 + 1750 + 1750 MHz are wanted.
    is(figures.unserved, 450.0 / 5_850.0);
    // One move, of 3,600 s of instance-time.
    is(figures.lost_with_moves[0], 5.0 / 12.0 + 30.0 / 3_600.0);
    is(figures.lost_with_moves[1], 5.0 / 12.0 + 120.0 / 3_600.0);
    // Seven of eight are below 95 %, the eighth is 145 %, in steps of 0.5 %.
    assert!((figures.p95 - 1.45).abs() < 0.006 && (figures.p99 - 1.45).abs() < 0.006, "{figures:?}");
    // Half of the difference of two: 0.25, 0.325, 0.075, 0.575.
    assert!((figures.imbalance - 0.306_25).abs() < 1e-6, "{}", figures.imbalance);
    assert_eq!((figures.rejected, figures.moves, figures.decisions), (0, 1, 3));
    assert_eq!((figures.instance_steps, figures.node_steps, figures.waiting_steps), (12, 8, 0));
    // n-1, at steps 2 and 3.
    assert_eq!(figures.longest_overload_steps, 2);
}

#[test]
fn the_course_is_that_on_paper() {
    let points = run(0).0.timeline.points;
    let overload: Vec<f64> = points.iter().map(|point| point.instance_overload).collect();
    for (found, expected) in overload.iter().zip([0.0, 2.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0]) {
        is(*found, expected);
    }
    assert_eq!(points.iter().map(|point| point.moves).collect::<Vec<_>>(), [0, 0, 0, 1]);
    for (point, expected) in points.iter().zip([0.55, 0.625, 0.875, 0.875]) {
        assert!((point.node_use - expected).abs() < 1e-6);
    }
}

#[test]
fn the_warm_up_is_not_counted() {
    let (figures, _) = run(2);
    is(figures.node_overload, 2.0 / 4.0);
    is(figures.instance_overload, 3.0 / 6.0);
    is(figures.unserved, 450.0 / 3_500.0);
    assert_eq!((figures.instance_steps, figures.timeline.points.len()), (6, 2));
}
