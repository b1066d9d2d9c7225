//! Nodes that join over SSH, in a real Swarm: some by key, some by password, and some not at all.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod stage;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stage::{Finished, Stage, by_key, by_password};
use swarmmanager_lab::{Node, NodeSpec};

/// From the start of a join until every agent reports.
const REPORTS_LIMIT: Duration = Duration::from_secs(30);
/// A node that is lost is noticed by three lost signs of life, 15 s apart.
const LOST_LIMIT: Duration = Duration::from_secs(75);
const WRONG: &str = "correct-horse-battery";

fn node<'s>(stage: &'s Stage, name: &str) -> &'s Node {
    stage.lab.node(name).unwrap()
}

fn key_entry(stage: &Stage, name: &str) -> Value {
    by_key(&stage.lab, node(stage, name))
}

/// The line of a node in what a join wrote last.
#[track_caller]
fn line<'f>(finished: &'f Finished, name: &str) -> &'f str {
    let start = format!("{name}: ");
    let line = finished.words.lines().rev().find(|line| line.starts_with(&start));
    line.unwrap_or_else(|| panic!("nothing of {name} in {finished:#?}"))
}

/// Joins one node, which has to fail.
#[track_caller]
fn failure(stage: &Stage, name: &str, more: &[&str]) -> String {
    let finished = stage.join(&[key_entry(stage, name)], more);
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    line(&finished, name).to_owned()
}

#[test]
fn mistakes_are_told_one_by_one_and_the_rest_is_a_swarm() {
    let mut nodes = vec![NodeSpec::manager("ap1")];
    nodes.extend((2..=5).map(|number| NodeSpec::worker(format!("ap{number}"))));
    nodes.push(NodeSpec::worker("ap6").without_engine());
    let stage = Stage::waiting(&nodes);
    stage.init("site");

    two_of_five_fail(&stage);
    what_is_in_the_way_is_told(&stage);
    a_second_run_joins_what_was_mistaken(&stage);
    a_lost_node_is_told_and_joins_when_it_is_back(&stage);

    stage.wait_for_agents();
    for manager in ["ap1", "ap4"] {
        let known = stage.docker_nodes(node(&stage, manager));
        let wanted = [
            "ap1 Ready Active Leader",
            "ap2 Ready Active",
            "ap3 Ready Active",
            "ap4 Ready Active Reachable",
            "ap5 Ready Active",
            "ap6 Ready Active",
        ];
        assert_eq!(known, wanted, "by {manager}");
    }
    stage.assert_untold(WRONG);
    stage.assert_untold(&stage.lab.ssh_password().unwrap());
}

fn two_of_five_fail(stage: &Stage) {
    let [a, b, c, _] = stage.first().address().octets();
    let dead =
        json!({"name": "gone", "address": format!("{a}.{b}.{c}.250"), "user": "root", "password": WRONG});
    let password = stage.lab.ssh_password().unwrap();
    let entries = [
        key_entry(stage, "ap2"),
        by_password(node(stage, "ap3"), &password),
        by_password(node(stage, "ap4"), WRONG),
        dead,
    ];
    let since = Instant::now();
    let joined = stage.join(&entries, &[]);
    assert_eq!(joined.code, Some(1), "{joined:#?}");
    assert!(line(&joined, "ap4").contains("the password was refused"), "{joined:#?}");
    assert!(line(&joined, "gone").contains("no SSH server answers"), "{joined:#?}");
    assert!(joined.words.ends_with("2 of 4 nodes joined; 2 failed\n"), "{joined:#?}");
    let ready = ["ap1 Ready Active Leader", "ap2 Ready Active", "ap3 Ready Active"];
    assert_eq!(stage.docker_nodes(stage.first()), ready);
    stage.wait_for_agents();
    assert!(since.elapsed() < REPORTS_LIMIT, "agents reported after {:?}", since.elapsed());
}

fn what_is_in_the_way_is_told(stage: &Stage) {
    node(stage, "ap2").stop_ssh().unwrap();
    let refused = failure(stage, "ap2", &[]);
    assert!(refused.contains("refused"), "{refused}");
    node(stage, "ap2").start_ssh().unwrap();

    node(stage, "ap3").change_host_key().unwrap();
    let changed = failure(stage, "ap3", &[]);
    assert!(changed.contains("HAS CHANGED") && changed.contains("known_hosts"), "{changed}");

    let (other, address) = (node(stage, "ap5"), node(stage, "ap5").address().to_string());
    let init = other.docker().args(["swarm", "init", "--advertise-addr", &address]).output().unwrap();
    assert!(init.status.success(), "{init:?}");
    let in_another = failure(stage, "ap5", &[]);
    assert!(in_another.contains("in another Swarm already"), "{in_another}");
    assert_eq!(stage.part_of(other), "active", "it was left alone");
    assert!(other.docker().args(["swarm", "leave", "--force"]).status().unwrap().success());

    let missing = failure(stage, "ap6", &[]);
    assert!(missing.contains("no Docker Engine") && missing.contains("--install-engine"), "{missing}");
}

fn a_second_run_joins_what_was_mistaken(stage: &Stage) {
    let mut manager = by_password(node(stage, "ap4"), &stage.lab.ssh_password().unwrap());
    manager["role"] = "manager".into();
    manager["labels"] = json!({"site": "roof"});
    let joined = stage.join(&[key_entry(stage, "ap2"), manager.clone()], &[]);
    assert_eq!(joined.code, Some(0), "{joined:#?}");
    assert!(line(&joined, "ap2").contains("in this Swarm already"), "{joined:#?}");
    let again = stage.join(&[key_entry(stage, "ap2"), manager], &[]);
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert!(!again.words.contains("1 of 2 nodes joined"), "{again:#?}");
    let labels = stage.docker(&["node", "inspect", "--format", "{{.Spec.Labels.site}}", "ap4"]);
    assert_eq!(labels.trim(), "roof");
    let there =
        node(stage, "ap4").command_inside("swarm-manager").unwrap().args(["node", "ls", "-q"]).output();
    let there = there.unwrap();
    assert_eq!(String::from_utf8_lossy(&there.stdout).lines().count(), 4, "{there:?}");
}

fn a_lost_node_is_told_and_joins_when_it_is_back(stage: &Stage) {
    let lost = node(stage, "ap5");
    let begun = stage.join(&[key_entry(stage, "ap5")], &["--detach"]);
    assert_eq!(begun.code, Some(0), "{begun:#?}");
    let job = stage.last_job()["id"].as_str().unwrap().to_owned();
    let job = || stage.get(&format!("/api/v1/jobs/{job}"));
    stage.until("the join to be on its way", REPORTS_LIMIT, || {
        let job = job();
        if job["items"][0]["step"] == "joining" { Ok(()) } else { Err(job) }
    });
    lost.kill().unwrap();

    let installed = stage.join(&[key_entry(stage, "ap6")], &["--install-engine"]);
    assert_eq!(installed.code, Some(0), "{installed:#?}");
    assert!(line(&installed, "ap6").contains("joined as a worker"), "{installed:#?}");

    let ended = stage.until("the lost node to be noticed", LOST_LIMIT, || {
        let job = job();
        if job["state"] == "running" { Err(job) } else { Ok(job) }
    });
    assert_eq!(ended["state"], "failed", "{ended:#}");
    lost.start().unwrap();
    let back = stage.join(&[key_entry(stage, "ap5")], &[]);
    assert_eq!(back.code, Some(0), "{back:#?}");
}

#[test]
fn twenty_nodes_join_at_once() {
    let mut nodes = vec![NodeSpec::manager("ap1")];
    nodes.extend((2..=20).map(|number| NodeSpec::worker(format!("ap{number}")).mhz(200.0).memory_mib(64)));
    let stage = Stage::waiting(&nodes);
    stage.init("site");
    let entries: Vec<Value> = stage.lab.nodes()[1..].iter().map(|node| by_key(&stage.lab, node)).collect();
    let joined = stage.join(&entries, &["--parallel", "19", "--quiet"]);
    assert_eq!(joined.code, Some(0), "{joined:#?}\n{:#}", stage.last_job());
    println!("19 nodes joined in {:?}", joined.took);
    let known = stage.docker_nodes(stage.first());
    assert_eq!(known.iter().filter(|node| node.contains("Ready Active")).count(), 20, "{known:#?}");
    stage.wait_for_agents();
}
