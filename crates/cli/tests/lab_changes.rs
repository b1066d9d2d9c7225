//! Services and nodes are changed on a real Swarm: by whom, one after the other, and what is seen of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what failed by panicking")]

mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use stage::Stage;
use swarmmanager_lab::NodeSpec;

const RUN_LIMIT: Duration = Duration::from_secs(60);
const HEAR_LIMIT: Duration = Duration::from_secs(10);

fn three_nodes() -> Vec<NodeSpec> {
    ["ap1", "ap2", "ap3"]
        .map(|name| match name {
            "ap1" => NodeSpec::manager(name).memory_mib(512),
            _ => NodeSpec::worker(name).memory_mib(192),
        })
        .to_vec()
}

#[test]
fn services_are_changed_and_rolled_back_one_instance_after_the_other() {
    let stage = Stage::start(&three_nodes());
    let image = stage.busybox();
    let command = ["--memory", "8m", "--env", "A=0", "--env", "B=0", &image, "sleep", "9999"];
    stage.ok(&[&["service", "create", "--name", "web", "--replicas", "3"][..], &command].concat());
    let placed = placed(&stage);
    let nodes: BTreeSet<&String> = placed.values().collect();
    assert_eq!(nodes.len(), 3, "one on each node: {placed:?}");

    assert_eq!(
        stage.ok(&["service", "update", "--env-add", "A=1", "--label-add", "team=blue", "web"]),
        "web\n"
    );
    assert_eq!(environments(&stage), [r#"["A=1","B=0"]"#; 3]);
    assert_eq!(self::placed(&stage), placed, "they stay where they fit");
    let updated = decisions(&stage, "action=update");
    let instances: Vec<_> = updated.iter().map(|decision| decision["instance"].as_u64()).collect();
    assert_eq!(instances, [Some(2), Some(1), Some(0), None], "newest first: {updated:#?}");
    assert!(
        updated.iter().all(|decision| decision["by"] == "root" && decision["outcome"] == "done"),
        "{updated:#?}"
    );
    let begun: Vec<i64> = (0..3).map(|number| started(&stage, number)).collect();
    assert!(begun.is_sorted(), "one after the other: {begun:?}");

    // A constraint that one node does not meet moves the one instance that is there.
    for node in ["ap1", "ap2"] {
        stage.ok(&["node", "update", "--label-add", "zone=north", node]);
    }
    stage.ok(&["service", "update", "--constraint-add", "node.labels.zone==north", "web"]);
    let moved = self::placed(&stage);
    for (instance, node) in &placed {
        let expected = if node == "ap3" { &moved[instance] } else { node };
        assert_eq!(&moved[instance], expected, "{instance}");
        assert_ne!(moved[instance], "ap3", "{instance}");
    }
    let reason = &decisions(&stage, "action=place")[0]["summary"];
    assert!(reason.as_str().unwrap().contains("ap3 does not fit any more"), "{reason}");

    // What fits nowhere leaves everything as it runs, and says why.
    let refused = stage.refused(&["service", "update", "--constraint-add", "node.labels.zone==south", "web"]);
    assert!(refused.contains("no suitable node") && refused.contains("rollback"), "{refused}");
    assert_eq!(self::placed(&stage), moved);
    stage.ok(&["service", "rollback", "web"]);
    let detail = stage.get("/api/v1/services/web");
    assert_eq!(detail["constraints"], serde_json::json!(["node.labels.zone==north"]));
    assert_eq!(
        (&detail["convergence"]["state"], &detail["labels"]["team"]),
        (&"converged".into(), &"blue".into())
    );
    assert_eq!(self::placed(&stage), moved);

    // What does not run stops at the first instance.
    let refused = stage.refused(&["service", "update", "--args", "false", "web"]);
    assert!(refused.contains("update paused") && refused.contains("rollback"), "{refused}");
    let commands = specs(&stage, "{{json .Spec.TaskTemplate.ContainerSpec.Args}}");
    assert_eq!(commands, [r#"["false"]"#, r#"["sleep","9999"]"#, r#"["sleep","9999"]"#]);
    stage.ok(&["service", "rollback", "web"]);
    assert_eq!(self::placed(&stage), moved);
}

#[test]
fn what_a_service_writes_is_read_and_followed() {
    let stage = Stage::start(&three_nodes()[..2]);
    let image = stage.busybox();
    let script = "echo hello from $HOSTNAME; echo oops >&2; i=0; while true; do i=$((i+1)); echo line $i; sleep 1; done";
    let create = ["service", "create", "--name", "chat", "--memory", "8m", "--hostname", "chat", &image];
    stage.ok(&[&create[..], &["sh", "-c", script]].concat());

    let text = stage.ok(&["service", "logs", "chat"]);
    assert!(
        text.lines().any(|line| line.starts_with("chat-0@ap") && line.ends_with("| hello from chat")),
        "{text}"
    );
    let last = stage.ok(&["service", "logs", "--raw", "--tail", "1", "chat"]);
    assert_eq!(last.lines().count(), 1, "{last}");
    assert!(last.starts_with("line "), "{last}");
    let errors = String::from_utf8(stage.run(&["service", "logs", "chat"]).stderr).unwrap();
    assert!(errors.contains("| oops"), "{errors}");

    let mut following = stage.follow("/api/v1/services/chat/logs?follow=true&tail=1");
    following.event("log", |line| line["instance"] == "chat-0" && line["unix_ms"].as_i64() > Some(0));
    stage.ok(&["service", "scale", "--detach", "chat=2"]);
    following.event("log", |line| line["instance"] == "chat-1" && line["line"] == "hello from chat");
    stage.ok(&["service", "rm", "chat"]);
    following.event("end", |_| true);
    let unknown = stage.refused(&["service", "logs", "chat"]);
    assert!(unknown.contains("No such service: chat"), "{unknown}");
}

#[test]
fn nodes_are_changed_and_the_managers_quorum_is_kept() {
    let stage = Stage::start(&three_nodes()[..2]);
    let mut fleet = stage.follow("/api/v1/events?topic=fleet");
    let first = fleet.event("fleet", |fleet| fleet["nodes"].as_array().unwrap().len() == 2);
    let readings = fleet.event("readings", |readings| readings["revision"] == first["revision"]);
    assert!(
        readings["reading_age_ms"].as_array().unwrap().iter().all(|age| age.as_u64() < Some(5_000)),
        "{readings}"
    );

    assert_eq!(
        stage.ok(&["node", "update", "--availability", "drain", "--label-add", "zone=north", "ap2"]),
        "ap2\n"
    );
    let spec = |format| stage.docker(&["node", "inspect", "ap2", "--format", format]);
    assert_eq!(spec("{{.Spec.Availability}} {{json .Spec.Labels}}").trim(), r#"drain {"zone":"north"}"#);
    let changed = fleet.event("fleet", |fleet| fleet["nodes"][1]["availability"] == "drain");
    assert_eq!(changed["nodes"][1]["labels"]["zone"], "north");
    assert!(changed["revision"].as_u64() > first["revision"].as_u64());
    stage.ok(&[
        "node",
        "update",
        "--availability",
        "active",
        "--label-rm",
        "zone",
        "--label-rm",
        "nothing",
        "ap2",
    ]);
    assert_eq!(spec("{{.Spec.Availability}} {{json .Spec.Labels}}").trim(), "active {}");

    let refused = stage.refused(&["node", "demote", "ap1"]);
    assert!(refused.contains("ap1 stays a manager"), "{refused}");
    assert_eq!(stage.ok(&["node", "promote", "ap2"]), "Node ap2 promoted to a manager in the swarm.\n");
    assert_eq!(stage.ok(&["node", "promote", "ap2"]), "Node ap2 is already a manager.\n");
    stage.until("the second manager to be in touch", RUN_LIMIT, || {
        let status = spec("{{json .ManagerStatus}}");
        status.contains(r#""Reachability":"reachable""#).then_some(()).ok_or(status)
    });
    assert_eq!(stage.ok(&["node", "demote", "ap2"]), "Manager ap2 demoted in the swarm.\n");
    assert_eq!(spec("{{.Spec.Role}}").trim(), "worker");
}

/// Where each instance of `web` runs by Docker's word.
fn placed(stage: &Stage) -> BTreeMap<String, String> {
    let place = |number: u32| {
        let name = format!("web-{number}");
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
            let text = stage.docker(&ps);
            let lines: Vec<&str> = text.lines().collect();
            let runs =
                lines.first().and_then(|line| line.split_once(" Running")).filter(|_| lines.len() == 1);
            runs.map(|(node, _)| node.to_owned()).ok_or(text)
        });
        (name, node)
    };
    (0..3).map(place).collect()
}

/// The variables of each instance of `web`.
fn environments(stage: &Stage) -> Vec<String> {
    specs(stage, "{{json .Spec.TaskTemplate.ContainerSpec.Env}}")
}

/// A part of the spec of each instance of `web`.
fn specs(stage: &Stage, format: &str) -> Vec<String> {
    let inspect =
        |number| stage.docker(&["service", "inspect", &format!("web-{number}"), "--format", format]);
    (0..3).map(|number| inspect(number).trim().to_owned()).collect()
}

/// When the running task of an instance of `web` came into its state.
fn started(stage: &Stage, number: usize) -> i64 {
    let detail = stage.get("/api/v1/services/web");
    detail["instances"][number]["since_unix_ms"].as_i64().unwrap()
}

/// The journal of `web`, newest first.
fn decisions(stage: &Stage, query: &str) -> Vec<Value> {
    let list = stage.get(&format!("/api/v1/decisions?service=web&{query}"));
    list["decisions"].as_array().unwrap().clone()
}

impl Stage {
    /// Follows an event stream.
    fn follow(&self, path: &str) -> Following {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--no-buffer", "--unix-socket"]).arg(self.socket());
        let mut curl = curl.arg(format!("http://manager{path}")).stdout(Stdio::piped()).spawn().unwrap();
        let (heard_in, heard) = channel();
        let output = curl.stdout.take().unwrap();
        thread::spawn(move || read_events(output, |event, data| heard_in.send((event, data)).is_ok()));
        Following { curl, heard }
    }
}

/// An event stream that is followed.
struct Following {
    curl: Child,
    heard: Receiver<(String, Value)>,
}

impl Following {
    /// Waits for an event of that name that the condition holds for.
    #[track_caller]
    fn event(&mut self, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + HEAR_LIMIT;
        let mut last = None;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let heard = self.heard.recv_timeout(left);
            assert!(heard.is_ok(), "no event {name} within {HEAR_LIMIT:?}; the last: {last:#?}");
            let (event, data) = heard.unwrap();
            if event == name && holds(&data) {
                return data;
            }
            last = Some((event, data));
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.curl.kill();
        let _ = self.curl.wait();
    }
}

fn read_events(output: ChildStdout, mut tell: impl FnMut(String, Value) -> bool) {
    let mut event = String::new();
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if let Some(name) = line.strip_prefix("event: ") {
            event = name.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ")
            && !tell(event.clone(), serde_json::from_str(data).unwrap())
        {
            return;
        }
    }
}
