use super::*;
use crate::NodeAvailability;
use crate::relocation::stage::Stage;

fn named(name: &str) -> Reactive {
    Reactive::named(name, 1).unwrap()
}

fn overloaded() -> Stage {
    let stage = Stage::new().node("ap1", 1_000.0, 1_000);
    let stage = stage.instance("large", "ap1", 450.0, 300).instance("middle", "ap1", 300.0, 200);
    stage.instance("small", "ap1", 150.0, 100)
}

#[test]
fn names_are_read_and_written() {
    for name in ["thr-mmt-0.8", "iqr-mc-1.5", "mad-rs-2.5", "lr-mmt-1.2", "ols-mu-1.2", "thr-mmt-0.8-pabfd"] {
        assert_eq!(named(name).to_string(), name);
    }
    for name in ["thr-mmt", "thr-0.8", "mmt-thr-0.8", "thr-mmt-0", "thr-mmt-0.8-x", "thr-mmt-0.8-pabfd-pabfd"]
    {
        assert!(Reactive::named(name, 1).is_none(), "{name}");
    }
}

#[test]
fn instances_go_until_the_node_is_not_overloaded() {
    // 90 % of ap1: without small (least memory) 75 %.
    let stage = overloaded().node("ap2", 1_000.0, 1_000);
    assert_eq!(stage.moves(&mut named("thr-mmt-0.8")), ["small → ap2"]);
    // Limit 70 %: middle has to go as well. The larger one is put somewhere first: to ap3 with 30 % after it, where
    // ap2 would have 40 %; then small to ap2 with 25 %, where ap3 would have 45 %.
    let stage = stage.instance("x", "ap2", 100.0, 10).node("ap3", 1_000.0, 1_000);
    assert_eq!(stage.moves(&mut named("thr-mmt-0.7")), ["middle → ap3", "small → ap2"]);
}

#[test]
fn a_node_that_would_be_overloaded_itself_takes_nothing() {
    // ap2 would have 85 %, ap3 80 %.
    let stage = overloaded().node("ap2", 1_000.0, 1_000).instance("x", "ap2", 700.0, 10);
    let plan = stage.plan(&mut named("thr-mmt-0.8"));
    assert_eq!((plan.moves.len(), plan.left.len()), (0, 1));
    assert_eq!(plan.left[0].reason, "no other node may take small");
    let stage = stage.node("ap3", 1_000.0, 1_000).instance("y", "ap3", 650.0, 10);
    assert_eq!(stage.moves(&mut named("thr-mmt-0.8")), ["small → ap3"]);
}

#[test]
fn a_node_that_is_out_or_has_promised_its_room_takes_nothing() {
    let paused =
        overloaded().node("ap2", 1_000.0, 1_000).with(|node| node.availability = NodeAvailability::Pause);
    assert_eq!(paused.moves(&mut named("thr-mmt-0.8")), [""; 0]);
    let full = overloaded().node("ap2", 1_000.0, 9);
    assert_eq!(full.moves(&mut named("thr-mmt-0.8")), [""; 0]);
}

#[test]
fn two_instances_of_a_service_see_each_other() {
    let one_each = |request: &mut crate::Request| {
        request.service = "web".into();
        request.max_per_node = Some(1);
    };
    let stage = Stage::new().node("ap1", 1_000.0, 1_000).node("ap3", 1_000.0, 1_000);
    let stage = stage.instance("a", "ap1", 900.0, 10).request(one_each);
    let stage = stage.instance("b", "ap3", 900.0, 10).request(one_each).node("ap2", 2_000.0, 1_000);
    assert_eq!(stage.moves(&mut named("thr-mmt-0.8")), ["a → ap2"]);
}

#[test]
fn pabfd_takes_the_node_whose_power_grows_least() {
    let stage = overloaded().node("ap2", 1_000.0, 1_000).node("ap3", 4_000.0, 4_000);
    let stage = stage.instance("x", "ap3", 2_000.0, 10);
    assert_eq!(stage.moves(&mut named("thr-mmt-0.8")), ["small → ap2"]);
    assert_eq!(stage.moves(&mut named("thr-mmt-0.8-pabfd")), ["small → ap3"]);
}

#[test]
fn the_history_is_that_of_what_is_on_the_node() {
    // Steady at 60 %, rising by 3 % with each step: 1.2 × (57 + 3) % at the next one is 72 %; at 86 % it is 104 %.
    let rising = |top: f64| (0..10).map(|step| top - 30.0 * f64::from(9 - step)).collect::<Vec<_>>();
    let stage = |top: f64| {
        let stage = Stage::new().node("ap1", 1_000.0, 1_000).node("ap2", 1_000.0, 1_000);
        let stage = stage.instance("a", "ap1", 300.0, 200);
        stage.instance("b", "ap1", top, 100).history(&rising(top))
    };
    assert_eq!(stage(300.0).moves(&mut named("lr-mmt-1.2")), [""; 0]);
    assert_eq!(stage(530.0).moves(&mut named("lr-mmt-1.2")), ["b → ap2"]);
}

#[test]
fn random_choices_depend_on_the_seed_alone() {
    let mut stage = Stage::new().node("ap1", 1_000.0, 1_000).node("ap2", 1_000.0, 1_000);
    for index in 0..9 {
        stage = stage.instance(&format!("i{index}"), "ap1", 100.0, 10);
    }
    let chosen = |seed| stage.moves(&mut Reactive::named("thr-rs-0.8", seed).unwrap());
    assert_eq!(chosen(7), chosen(7));
    assert!((0..20).map(chosen).collect::<std::collections::BTreeSet<_>>().len() > 3);
}
