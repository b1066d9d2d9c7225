use std::time::Duration;

use super::*;
use swarmmanager_placement::{
    Affinity, Demand, NodeState, NodeStatus, Rates, Request, ResourceUsage, Resources, Snapshot, Usage, Wish,
    policy,
};
use swarmmanager_units::{Bytes, Megahertz};

const MIB: f64 = 1_048_576.0;

/// A mean and a deviation, in the resource's unit.
fn usage(mean: f64, deviation: f64) -> ResourceUsage {
    ResourceUsage { mean, deviation, ..ResourceUsage::default() }
}

fn node(name: &str, cpu: [f64; 3], memory_mib: [f64; 3]) -> NodeState {
    let [capacity, mean, deviation] = cpu;
    let memory = memory_mib.map(|amount| amount * MIB);
    NodeState {
        id: format!("{name}-id").as_str().into(),
        hostname: name.into(),
        cores: 4.0,
        capacity: Resources {
            cpu: Megahertz::new(capacity),
            memory: Bytes::new(memory[0] as u64),
            disk: Bytes::from_mib(2048),
        },
        rates: Rates { disk_io: 80.0 * MIB, network: 12.0 * MIB },
        usage: Some(Usage {
            cpu: usage(mean, deviation),
            memory: usage(memory[1], memory[2]),
            disk: usage(310.0 * MIB, 0.0),
            disk_io: usage(2.0 * MIB, 3.0 * MIB),
            network: usage(1.0 * MIB, 0.6 * MIB),
        }),
        ..NodeState::default()
    }
}

/// Four access points: a calm one, one whose CPU varies and that has an instance already, a full one, a lost one.
fn fleet() -> Snapshot {
    let mut varying = node("ap2", [2000.0, 1200.0, 260.0], [512.0, 180.0, 20.0]);
    varying.instances = [("web".to_owned(), 1), ("db".to_owned(), 1)].into();
    let mut rising = node("ap1", [2000.0, 640.0, 160.0], [512.0, 200.0, 12.0]);
    if let Some(usage) = &mut rising.usage {
        usage.cpu.trend = 0.12;
    }
    let full = node("ap3", [600.0, 300.0, 40.0], [128.0, 80.0, 4.0]);
    let mut lost = node("ap4", [600.0, 300.0, 40.0], [128.0, 20.0, 4.0]);
    lost.status = NodeStatus::Down;
    lost.data_age = Duration::from_secs(90);
    Snapshot { nodes: vec![varying, rising, full, lost] }
}

fn told(name: &str, snapshot: &Snapshot) -> String {
    let mut request = Request::new("web", Demand::default());
    request.constraints = vec!["node.role==worker".parse().unwrap()];
    request.affinities = vec![Affinity { service: "db".into(), wish: Wish::Together }];
    let placement = policy(name).unwrap().place(snapshot, &request, 1);
    explanation(&placement.decisions[0])
}

#[test]
fn a_policy_that_looks_ahead_shows_what_it_expects_and_what_it_adds_up() {
    insta::assert_snapshot!(told("headroom", &fleet()));
}

#[test]
fn the_availability_score_is_shown_with_its_shares_and_factors() {
    insta::assert_snapshot!(told("availability", &fleet()));
}

#[test]
fn another_policy_shows_its_score_alone() {
    insta::assert_snapshot!(told("spread", &fleet()));
}

#[test]
fn where_every_node_is_out_there_are_the_reasons_alone() {
    let mut snapshot = fleet();
    snapshot.nodes.drain(..2);
    insta::assert_snapshot!(told("headroom", &snapshot));
}

#[test]
fn nothing_is_wider_than_a_terminal() {
    for name in ["headroom", "availability", "spread"] {
        let told = told(name, &fleet());
        let widest = told.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(120), "{told}");
    }
}

#[test]
fn a_node_without_anything_free_has_no_share() {
    let part = Part {
        resource: Resource::Cpu,
        capacity: 600.0,
        used: 600.0,
        unseen: 0.0,
        reserved: 0.0,
        free: 0.0,
        demand: 100.0,
        share: f64::MAX,
        factors: Vec::new(),
    };
    assert_eq!(share(&part), ["100MHz/0MHz"]);
}

#[test]
fn the_page_about_placement_has_these_tables() {
    let page = include_str!("../../../../../../docs/placement.md");
    for name in ["headroom", "availability"] {
        let told = told(name, &fleet());
        assert!(page.contains(&told), "docs/placement.md, \"Reading the table\":\n{told}");
    }
}
