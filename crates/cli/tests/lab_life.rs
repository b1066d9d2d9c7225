//! A Swarm's whole life on a manager's word: nodes drained, promoted, demoted, removed and lost, and its end.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod stage;

use std::time::Duration;

use serde_json::Value;
use stage::{Stage, by_key};
use swarmmanager_lab::{Node, NodeSpec};

/// Swarm takes a node for lost after three missed heartbeats of five seconds each, and a moment.
const LOST_LIMIT: Duration = Duration::from_secs(45);
const SETTLED_LIMIT: Duration = Duration::from_secs(30);

fn node<'s>(stage: &'s Stage, name: &str) -> &'s Node {
    stage.lab.node(name).unwrap()
}

#[test]
fn a_swarm_lives_from_init_to_destroy_and_begins_anew() {
    let mut nodes = vec![NodeSpec::manager("ap1").memory_mib(512)];
    nodes.extend((2..=5).map(|number| NodeSpec::worker(format!("ap{number}"))));
    let stage = Stage::waiting(&nodes);
    let waiting = stage.refused(&["service", "ls"]);
    assert!(waiting.contains("swarm-manager swarm init"), "{waiting}");
    begin(&stage);

    a_drained_node_is_empty(&stage);
    a_removed_node_has_left(&stage);
    a_lost_manager_is_removed_and_quorum_is_kept(&stage);
    the_end_names_who_did_not_hear_of_it(&stage);

    begins_again(&stage);
    stage.assert_untold(&stage.lab.ssh_password().unwrap());
}

/// Two managers and three workers.
fn begin(stage: &Stage) {
    stage.init("site");
    let mut entries: Vec<Value> =
        stage.lab.nodes()[1..].iter().map(|node| by_key(&stage.lab, node)).collect();
    entries[0]["role"] = "manager".into();
    let joined = stage.join(&entries, &["--quiet"]);
    assert_eq!(joined.code, Some(0), "{joined:#?}");
    stage.wait_for_agents();
    let create = ["service", "create", "--name", "web", "--replicas", "3", "--memory", "8m"];
    // Nothing in the container listens to signals, and its end would be waited for.
    let how = ["--stop-signal", "KILL", "--constraint", "node.role==worker"];
    stage.ok(&[&create[..], &how, &[&stage.busybox(), "sleep", "9999"]].concat());
}

/// Where the instances of the service run.
fn placed(stage: &Stage) -> Vec<String> {
    let running = ["service", "ps", "--filter", "desired-state=running", "--format", "{{.Node}}"];
    let nodes = stage.docker(&[&running[..], &["web-0", "web-1", "web-2"]].concat());
    nodes.lines().map(str::to_owned).collect()
}

fn a_drained_node_is_empty(stage: &Stage) {
    assert!(placed(stage).iter().any(|node| node == "ap3"), "{:?}", placed(stage));
    let drained = stage.see(&["node", "drain", "--wait", "ap3"]);
    assert_eq!(drained.code, Some(0), "{drained:#?}");
    assert!(drained.words.contains("1 instance moved"), "{drained:#?}");
    let after = placed(stage);
    assert!(after.len() == 3 && after.iter().all(|node| node != "ap3"), "{after:?}");
    assert!(stage.docker_nodes(stage.first()).contains(&"ap3 Ready Drain".to_owned()));
    stage.ok(&["node", "update", "--availability", "active", "ap3"]);
}

fn a_removed_node_has_left(stage: &Stage) {
    let removed = stage.see(&["node", "rm", "ap5"]);
    assert_eq!(removed.code, Some(0), "{removed:#?}");
    assert_eq!(stage.part_of(node(stage, "ap5")), "inactive");
    let left = stage.docker_nodes(stage.first());
    assert!(left.len() == 4 && left.iter().all(|node| !node.starts_with("ap5")), "{left:?}");
    let after = placed(stage);
    assert!(after.len() == 3 && after.iter().all(|node| node != "ap5"), "{after:?}");
    let own = stage.refused(&["node", "rm", "ap1"]);
    assert!(own.contains("the manager's own host"), "{own}");
}

fn a_lost_manager_is_removed_and_quorum_is_kept(stage: &Stage) {
    stage.ok(&["node", "promote", "ap3"]);
    let managers = || {
        let nodes = stage.docker_nodes(stage.first());
        nodes.iter().filter(|node| node.ends_with("Leader") || node.ends_with("Reachable")).count()
    };
    stage.until("three managers", SETTLED_LIMIT, || if managers() == 3 { Ok(()) } else { Err(managers()) });

    node(stage, "ap3").kill().unwrap();
    stage.until("the lost manager to be down", LOST_LIMIT, || {
        let nodes = stage.docker_nodes(stage.first());
        if nodes.iter().any(|node| node.starts_with("ap3 Down")) { Ok(()) } else { Err(nodes) }
    });
    for refusal in [["node", "demote", "ap2"], ["node", "rm", "ap2"]] {
        let refused = stage.refused(&refusal);
        assert!(refused.contains("stays a manager"), "{refused}");
    }
    let removed = stage.see(&["node", "rm", "--force", "ap3"]);
    assert_eq!(removed.code, Some(0), "{removed:#?}");
    stage.ok(&["node", "demote", "ap2"]);
    let known = ["ap1 Ready Active Leader", "ap2 Ready Active", "ap4 Ready Active"];
    stage.until("one manager and two workers", SETTLED_LIMIT, || {
        let nodes = stage.docker_nodes(stage.first());
        if nodes == known { Ok(()) } else { Err(nodes) }
    });
}

fn the_end_names_who_did_not_hear_of_it(stage: &Stage) {
    node(stage, "ap4").stop_ssh().unwrap();
    let unnamed = stage.refused(&["swarm", "destroy"]);
    assert!(unnamed.contains("Nothing was done"), "{unnamed}");
    assert_eq!(stage.docker_nodes(stage.first()).len(), 3);
    let ended = stage.see(&["swarm", "destroy", "--force"]);
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(
        ended.words.contains("ap4: failed") && ended.words.contains("docker swarm leave --force"),
        "{ended:#?}"
    );
    assert!(ended.words.contains("2 of 3 nodes left"), "{ended:#?}");
    let parts = ["ap1", "ap2", "ap4"].map(|name| stage.part_of(node(stage, name)));
    assert_eq!(parts, ["inactive", "inactive", "active"], "ap4 did not hear of it");
    stage.until("the manager to wait again", SETTLED_LIMIT, || {
        let refused = stage.see(&["service", "ls"]);
        if refused.words.contains("swarm-manager swarm init") { Ok(()) } else { Err(refused) }
    });
    node(stage, "ap4").start_ssh().unwrap();
}

/// Nodes that were in it before, one of them without having heard of its end.
fn begins_again(stage: &Stage) {
    stage.init("site-2");
    let entries = ["ap2", "ap4", "ap5"].map(|name| by_key(&stage.lab, node(stage, name)));
    let joined = stage.join(&entries, &[]);
    assert_eq!(joined.code, Some(0), "{joined:#?}");
    assert!(joined.words.contains("ap4: leaving what it was in before"), "{joined:#?}");
    let known = ["ap1 Ready Active Leader", "ap2 Ready Active", "ap4 Ready Active", "ap5 Ready Active"];
    assert_eq!(stage.docker_nodes(stage.first()), known);
    stage.wait_for_agents();
}
