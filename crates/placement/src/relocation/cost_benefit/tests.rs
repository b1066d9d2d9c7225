use super::*;
use crate::relocation::stage::Stage;

/// Lets time pass, and gives the moves of each step.
fn course(stage: &mut Stage, relocation: &mut CostBenefit, seconds: &[u64]) -> Vec<Vec<String>> {
    let mut course = Vec::new();
    for now in seconds {
        let now = Duration::from_secs(*now);
        let plan = relocation.plan(&Scene { now, nodes: &stage.nodes, instances: &stage.instances });
        let mut words = Vec::new();
        for planned in plan.moves {
            let to = planned.to.unwrap();
            words.push(format!("{} → {}", planned.name, stage.nodes[to].hostname));
            stage.instances[planned.instance].node = to;
            stage.instances[planned.instance].since = now;
        }
        course.push(words);
    }
    course
}

/// 950 of ap1's 1000 MHz, and an idle node.
fn overloaded() -> Stage {
    let stage = Stage::new().node("ap1", 1_000.0, 1_000).node("ap2", 1_000.0, 1_000);
    let stage = stage.instance("large", "ap1", 500.0, 100).instance("middle", "ap1", 300.0, 100);
    stage.instance("small", "ap1", 150.0, 100)
}

#[test]
fn one_move_is_enough_where_it_ends_the_overload() {
    let course = course(&mut overloaded(), &mut CostBenefit::default(), &[3_600, 3_660, 3_720]);
    assert_eq!(course[0].len(), 1, "{course:?}");
    assert!(course[1..].iter().all(Vec::is_empty), "{course:?}");
}

#[test]
fn a_node_that_joins_takes_over_what_is_too_much_elsewhere() {
    let full = Stage::new().node("ap1", 1_000.0, 1_000).node("ap2", 1_000.0, 1_000);
    let full = full.instance("a", "ap1", 500.0, 100).instance("b", "ap1", 480.0, 100);
    let mut full = full.instance("c", "ap2", 490.0, 100).instance("d", "ap2", 490.0, 100);
    let mut ours = CostBenefit::default();
    assert_eq!(course(&mut full, &mut ours, &[3_600, 3_660]), [[""; 0]; 2], "there is nowhere to go");
    let mut joined = full.node("ap3", 2_000.0, 1_000);
    let moves: Vec<String> = course(&mut joined, &mut ours, &[3_720, 3_780]).into_iter().flatten().collect();
    assert_eq!(moves.len(), 2, "one off each: {moves:?}");
    assert!(moves.iter().all(|planned| planned.ends_with("ap3")), "{moves:?}");
}

#[test]
fn a_node_that_is_needy_for_a_moment_keeps_what_it_has() {
    let mut ours = CostBenefit::new(CostBenefitSettings {
        evidence: Duration::from_secs(120),
        ..CostBenefitSettings::default()
    });
    let (mut stage, mut calm) = (overloaded(), Stage::new().node("ap1", 1_000.0, 1_000));
    assert_eq!(course(&mut stage, &mut ours, &[3_600]), [[""; 0]; 1]);
    assert_eq!(course(&mut calm, &mut ours, &[3_660]), [[""; 0]; 1]);
    let course = course(&mut stage, &mut ours, &[3_720, 3_780, 3_840]);
    assert_eq!(course.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1, 0], "{course:?}");
}

#[test]
fn what_is_left_is_said_with_its_reason() {
    let lone = Stage::new().node("ap1", 1_000.0, 1_000).instance("a", "ap1", 950.0, 100);
    let plan = lone.plan(&mut CostBenefit::default());
    assert_eq!((plan.moves.len(), plan.left.len()), (0, 1));
    assert_eq!(plan.left[0].reason, "no move or exchange saves what it would cost");
    let patient =
        CostBenefitSettings { evidence: Duration::from_secs(600), ..CostBenefitSettings::default() };
    let plan = overloaded().plan(&mut CostBenefit::new(patient));
    assert_eq!(plan.left[0].reason, "not in need of relief for 600 s yet");
}

#[test]
fn a_move_says_what_it_saves() {
    let plan = overloaded().plan(&mut CostBenefit::default());
    assert!(plan.moves[0].reason.ends_with("s of instances on an overloaded ap1"), "{plan:?}");
}

#[test]
fn the_price_doubles_with_what_was_moved_of_late() {
    let price = Price { least: 150.0, used_up: 0.0, allowance: 8.0, doublings: 4.0 };
    assert_eq!([0, 2, 4, 8].map(|planned| price.after(planned)), [150.0, 300.0, 600.0, 2_400.0]);
}
