//! Simulated nodes are nodes to whoever looks: to Swarm, to Docker's client and to the manager.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what failed by panicking")]

mod stage;

use std::collections::BTreeSet;
use std::time::Duration;

use stage::Stage;
use swarmmanager_lab::{Crowd, NodeSpec};

const NODES: u32 = 30;
const FORGOTTEN_LIMIT: Duration = Duration::from_secs(20);

/// The ids of all nodes that are ready, by Docker's own word.
fn ready(stage: &Stage) -> BTreeSet<String> {
    let list = stage.docker(&["node", "ls", "--format", "{{.ID}} {{.Status}}"]);
    list.lines().filter_map(|line| line.strip_suffix(" Ready").map(str::to_owned)).collect()
}

/// The ids of all nodes whose agents are live, by the manager's word.
fn live(stage: &Stage) -> BTreeSet<String> {
    let nodes = stage.json(&["node", "ls", "--no-trunc", "--format", "json"]);
    let live = nodes.iter().filter(|node| node["Agent"] == "Live");
    live.map(|node| node["ID"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_crowd_joins_reports_takes_tasks_and_leaves_nothing() {
    let stage = Stage::start(&[NodeSpec::manager("ap1")]);
    let crowd = stage.lab.crowd(Crowd { nodes: NODES, seed: 1 }).unwrap();
    let ids: BTreeSet<String> = crowd.ids().iter().map(|id| id.as_str().to_owned()).collect();
    assert_eq!(ids.len(), NODES as usize);
    assert!(ready(&stage).is_superset(&ids), "by Docker's word {:?} are ready", ready(&stage));
    stage.wait_for_agents();
    assert!(live(&stage).is_superset(&ids), "by the manager's word {:?} are live", live(&stage));

    let image = stage.busybox();
    let demand = ["--replicas", "20", "--cpu", "100MHz", "--memory", "16m"];
    stage.ok(&[&["service", "create", "--name", "web"][..], &demand, &[&image, "sleep", "9999"]].concat());
    let tasks = stage.docker(&["service", "ps", "--format", "{{.Node}} {{.CurrentState}}", "web-19"]);
    assert!(tasks.starts_with("edge-") && tasks.contains(" Running"), "{tasks}");

    crowd.end().unwrap();
    assert_eq!(ready(&stage).len(), 1);
    stage.until("the manager to forget the crowd", FORGOTTEN_LIMIT, || {
        let nodes = stage.json(&["node", "ls", "--format", "json"]).len();
        if nodes == 1 { Ok(()) } else { Err(nodes) }
    });
}
