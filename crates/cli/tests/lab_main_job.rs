//! The main job on a real Swarm: measure, place, confirm by Docker's own word, explain, heal.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what failed by panicking")]

mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use stage::Stage;
use swarmmanager_lab::{Load, NodeSpec};
use swarmmanager_units::Bytes;

/// A load has to be in the views so soon, and in the decisions.
const VISIBLE_LIMIT: Duration = Duration::from_secs(2);
const RUN_LIMIT: Duration = Duration::from_secs(30);
const HEAL_LIMIT: Duration = Duration::from_secs(30);

/// Five access points, no two alike.
fn five_nodes() -> Vec<NodeSpec> {
    vec![
        NodeSpec::manager("ap1").mhz(1200.0).memory_mib(512),
        NodeSpec::worker("ap2").mhz(1000.0).memory_mib(256),
        NodeSpec::worker("ap3").mhz(800.0).memory_mib(192),
        NodeSpec::worker("ap4").mhz(600.0).memory_mib(128),
        NodeSpec::worker("ap5").mhz(400.0).memory_mib(96),
    ]
}

#[test]
fn instances_are_placed_by_what_nodes_have_free_and_docker_confirms_it() {
    let stage = Stage::start(&five_nodes());
    let image = stage.busybox();
    capacities_are_what_the_lab_gave(&stage);

    let preview = stage.get_preview(&image);
    let (demand, command) = (["--cpu", "100MHz", "--memory", "16m"], [&*image, "sleep", "9999"]);
    let create = ["service", "create", "--name", "web", "--replicas", "4"];
    stage.ok(&[&create[..], &demand, &command].concat());
    let placed = placed_by_us(&stage, "web");
    assert_eq!(placed.len(), 4);
    assert_eq!(placed, preview, "what the preview said is what was done");
    assert_eq!(placed, placed_by_docker(&stage, "web"));

    for (instance, hostname) in &placed {
        let number = instance.rsplit_once('-').unwrap().1;
        let explained = stage.ok(&["service", "explain", "web", "--instance", number]);
        assert!(explained.contains(hostname), "{explained}");
        for node in stage.lab.nodes() {
            assert!(explained.contains(node.name()), "{} is not in\n{explained}", node.name());
        }
    }

    // The node that would win is loaded: within two seconds that is seen, and the next instance goes elsewhere.
    let favourite = stage.winner(&image);
    let load = Load { cpu: 0.9, memory: Bytes::ZERO, duration: 4 * RUN_LIMIT };
    let _running = stage.lab.node(&favourite).unwrap().load(load).unwrap();
    stage.until("the load to show", VISIBLE_LIMIT, || {
        let node = stage.get(&format!("/api/v1/nodes/{favourite}"));
        let reading = &node["reading"];
        let (used, capacity) = (&reading["cpu_used_mhz"], &reading["cpu_capacity_mhz"]);
        (used.as_f64() > Some(0.5 * capacity.as_f64().unwrap())).then_some(()).ok_or(reading.clone())
    });
    stage.until("the next placement to go elsewhere", VISIBLE_LIMIT, || {
        let winner = stage.winner(&image);
        (winner != favourite).then_some(()).ok_or(winner)
    });
    stage.ok(&["service", "create", "--name", "next", "--memory", "16m", &image, "sleep", "9999"]);
    assert_ne!(placed_by_docker(&stage, "next")["next-0"], favourite);
}

#[test]
fn twenty_services_come_grow_and_go_and_leave_nothing_behind() {
    let stage = Stage::start(&five_nodes()[..3]);
    let image = stage.busybox();
    let before = containers(&stage);
    let names: Vec<String> = (1..=20).map(|number| format!("s{number}")).collect();
    for name in &names {
        stage.ok(&[
            "service", "create", "--detach", "--name", name, "--cpu", "5MHz", "--memory", "4m", "--disk",
            "1m", &image, "sleep", "9999",
        ]);
    }
    let all_run = |instances: usize| {
        stage.until(&format!("{instances} instances to run"), RUN_LIMIT * 2, || {
            let running: u64 =
                services(&stage).iter().map(|service| service["running"].as_u64().unwrap()).sum();
            (running == instances as u64).then_some(()).ok_or(running)
        });
    };
    all_run(20);
    let doubled: Vec<String> = names.iter().map(|name| format!("{name}=2")).collect();
    stage.ok(&[
        &["service", "scale", "--detach"],
        &doubled.iter().map(String::as_str).collect::<Vec<_>>()[..],
    ]
    .concat());
    all_run(40);
    stage.ok(&[&["service", "rm"], &names.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
    assert_eq!(stage.swarm_services(), ["swarmmanager-agent"]);
    for node in stage.lab.nodes() {
        let labels = stage.docker(&["node", "inspect", node.name(), "--format", "{{json .Spec.Labels}}"]);
        assert_eq!(labels.trim(), "{}", "no label is left on {}", node.name());
    }
    stage.until("the containers to be gone", RUN_LIMIT * 2, || {
        let left: Vec<String> = containers(&stage).difference(&before).cloned().collect();
        left.is_empty().then_some(()).ok_or(left)
    });
}

#[test]
fn killed_managers_and_agents_and_lost_nodes_are_recovered_from() {
    let mut stage = Stage::start(&five_nodes()[..3]);
    let image = stage.busybox();
    stage.ok(&[
        "service",
        "create",
        "--name",
        "web",
        "--replicas",
        "2",
        "--memory",
        "8m",
        &image,
        "sleep",
        "9999",
    ]);

    stage.kill_manager();
    let refused = stage.refused(&["status"]);
    assert!(refused.contains("swarm-manager serve"), "what to do is said: {refused}");
    stage.start_manager();
    stage.wait_for_agents();
    assert_eq!(stage.get("/api/v1/services/web")["running"], 2);

    let killed = agent_containers(&stage);
    assert_eq!(killed.len(), 3);
    let agents = Command::new("pkill").args(["-KILL", "--exact", "swarm-agent"]).status().unwrap();
    assert!(agents.success());
    stage.until("other agents that report", HEAL_LIMIT, || {
        let agents = agent_containers(&stage);
        let live = stage.get("/api/v1/status")["agents_live"].as_u64();
        (agents.len() == 3 && agents.is_disjoint(&killed) && live == Some(3))
            .then_some(())
            .ok_or((agents, live))
    });

    let lost = stage.lab.node("ap3").unwrap();
    lost.kill().unwrap();
    stage.until("the lost node to be out", HEAL_LIMIT, || {
        let node = stage.get("/api/v1/nodes/ap3");
        (node["state"] == "down" && node["agent"] == "stale").then_some(()).ok_or(node)
    });
    let explained = stage.ok(&["placement", "preview", &image]);
    assert!(explained.contains("down"), "{explained}");
    assert_ne!(stage.winner(&image), "ap3");
    lost.start().unwrap();
    stage.wait_for_agents();
}

fn capacities_are_what_the_lab_gave(stage: &Stage) {
    for node in stage.lab.nodes() {
        let detail = stage.get(&format!("/api/v1/nodes/{}", node.name()));
        let reading = &detail["reading"];
        let mhz = reading["cpu_capacity_mhz"].as_f64().unwrap();
        assert!((mhz / node.cpu().get() - 1.0).abs() < 0.02, "{}: {mhz} MHz", node.name());
        assert_eq!(reading["memory_total_bytes"].as_u64(), Some(node.spec().memory.get()), "{}", node.name());
    }
}

/// Where each instance is by SwarmManager's word.
fn placed_by_us(stage: &Stage, service: &str) -> BTreeMap<String, String> {
    let detail = stage.get(&format!("/api/v1/services/{service}"));
    let instances = detail["instances"].as_array().unwrap().iter();
    instances.map(|instance| (text(&instance["name"]), text(&instance["hostname"]))).collect()
}

/// Where each instance runs by Docker's word.
fn placed_by_docker(stage: &Stage, service: &str) -> BTreeMap<String, String> {
    let prefix = format!("{service}-");
    let names = stage.swarm_services().into_iter().filter(|name| name.starts_with(&prefix));
    let place = |name: String| {
        let ps = [
            "service",
            "ps",
            &name,
            "--filter",
            "desired-state=running",
            "--format",
            "{{.Node}} {{.CurrentState}}",
        ];
        let node = stage.until("the instance to run", RUN_LIMIT, || {
            let line = stage.docker(&ps);
            line.split_once(" Running").map(|(node, _)| node.to_owned()).ok_or(line)
        });
        (name, node)
    };
    names.map(place).collect()
}

impl Stage {
    /// Where the next four instances of `web` would go, by name.
    fn get_preview(&self, image: &str) -> BTreeMap<String, String> {
        let demand = ["--cpu", "100MHz", "--memory", "16m", "--format", "json"];
        let preview = self.json(
            &[&["placement", "preview", "--name", "web", "--replicas", "4"][..], &demand, &[image]].concat(),
        );
        preview
            .iter()
            .enumerate()
            .map(|(number, decision)| (format!("web-{number}"), hostname(decision)))
            .collect()
    }

    /// The node that would get an instance now.
    fn winner(&self, image: &str) -> String {
        let preview = self.json(&["placement", "preview", "--memory", "16m", "--format", "json", image]);
        hostname(&preview[0])
    }
}

fn hostname(decision: &Value) -> String {
    text(&decision["outcome"]["hostname"])
}

fn services(stage: &Stage) -> Vec<Value> {
    stage.get("/api/v1/services")["services"].as_array().unwrap().clone()
}

/// The ids of every container of every node.
fn containers(stage: &Stage) -> BTreeSet<String> {
    let of_node = |node: &swarmmanager_lab::Node| {
        let output = node.docker().args(["ps", "--all", "--quiet", "--no-trunc"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    stage
        .lab
        .nodes()
        .iter()
        .flat_map(|node| of_node(node).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The ids of the agents' running containers.
fn agent_containers(stage: &Stage) -> BTreeSet<String> {
    let of_node = |node: &swarmmanager_lab::Node| {
        let filter = "label=com.docker.swarm.service.name=swarmmanager-agent";
        let output =
            node.docker().args(["ps", "--quiet", "--no-trunc", "--filter", filter]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    stage
        .lab
        .nodes()
        .iter()
        .flat_map(|node| of_node(node).lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
