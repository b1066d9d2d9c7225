//! `swarm-lab` on a machine: started twice, interrupted, beside another lab, and gone without a trace.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod host;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use host::{Host, assert_gone, refused, said, succeeded, wait_for};

/// A lab of the command line, removed at the end of its test.
struct CommandLine {
    name: String,
}

impl CommandLine {
    fn new(test: &str) -> Self {
        Self { name: format!("{test}-{}", std::process::id() % 100_000) }
    }

    fn lab(&self, arguments: &[&str]) -> Command {
        let built = env::var_os("SWARMMANAGER_BINARIES").map(|folder| Path::new(&folder).join("swarm-lab"));
        let mut lab = Command::new(built.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_swarm-lab"))));
        lab.args(["--name", &self.name]).args(arguments);
        lab
    }

    fn up(&self, nodes: &str) -> String {
        succeeded(&mut self.lab(&["up", "--nodes", nodes]))
    }

    fn run(&self, arguments: &[&str]) -> String {
        succeeded(&mut self.lab(arguments))
    }

    fn states(&self) -> Vec<String> {
        let status: serde_json::Value =
            serde_json::from_str(&self.run(&["status", "--format", "json"])).unwrap();
        let nodes = status["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["state"].as_str().unwrap().to_owned()).collect()
    }

    fn folder(&self) -> PathBuf {
        Path::new("/run/swarmlab").join(&self.name)
    }

    /// The processes of the lab whose program has that name.
    fn processes(&self, program: &str) -> Vec<String> {
        let cgroup = format!("/swarmlab/{}/", self.name);
        let is_ours = |pid: &&str| {
            fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|text| text.contains(&cgroup))
        };
        let all = said("ps", &["-C", program, "-o", "pid="]);
        all.split_whitespace().filter(is_ours).map(str::to_owned).collect()
    }
}

impl Drop for CommandLine {
    fn drop(&mut self) {
        let _ = self.lab(&["down"]).stdin(Stdio::null()).output();
    }
}

#[test]
fn up_again_changes_nothing_and_down_leaves_nothing() {
    let before = Host::now();
    let lab = CommandLine::new("twice");
    let first = lab.up("3");
    assert!(first.contains("3 nodes") && first.contains("600MHz"), "{first}");
    let status = lab.run(&["status", "--format", "json"]);
    let programs = ["dockerd", "containerd", "sshd", "docker-registry", "sleep"];
    let running = programs.map(|program| lab.processes(program));
    assert_eq!(running.each_ref().map(Vec::len), [3, 3, 3, 1, 7]);
    let nodes = lab.run(&["docker", "ap1", "--", "node", "ls"]);

    lab.run(&["up"]);
    lab.up("3");
    assert_eq!(lab.run(&["status", "--format", "json"]), status);
    assert_eq!(programs.map(|program| lab.processes(program)), running);
    assert_eq!(lab.run(&["docker", "ap1", "--", "node", "ls"]), nodes);

    lab.run(&["docker", "ap2", "--", "run", "--detach", "busybox", "sleep", "1000"]);
    lab.run(&["down"]);
    assert_gone(&lab.name);
    lab.run(&["down"]);
    assert_eq!(Host::now(), before);
}

#[test]
fn up_restarts_what_died_and_adds_nodes() {
    let lab = CommandLine::new("mend");
    lab.up("3");
    let kill = |pids: Vec<String>| {
        assert!(!pids.is_empty());
        let pids: Vec<&str> = pids.iter().map(String::as_str).collect();
        said("kill", &[&["-9"], pids.as_slice()].concat());
        wait_for("them to end", Duration::from_secs(20), || {
            let left: Vec<&&str> = pids.iter().filter(|pid| Path::new("/proc").join(pid).exists()).collect();
            if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
        });
    };
    kill(lab.processes("docker-registry"));
    kill(lab.processes("dockerd")[1..].to_vec());
    lab.run(&["partition", "ap3"]);
    lab.run(&["up"]);
    assert_eq!(lab.states(), ["ready"; 3]);

    // The switch among them, and every other namespace too.
    kill(lab.processes("sleep"));
    lab.run(&["up"]);
    assert_eq!(lab.states(), ["ready"; 3]);
    lab.up("4");
    assert_eq!(lab.states(), ["ready"; 4]);
    assert_eq!(lab.run(&["docker", "ap1", "--", "node", "ls", "-q"]).lines().count(), 4);
    lab.run(&["docker", "ap4", "--", "run", "--rm", "busybox", "true"]);

    let error = refused(&mut lab.lab(&["up", "--nodes", "2"]));
    assert!(error.contains("node ap3 is not what was asked for"), "{error}");
}

/// What an interrupted `up` got to.
type Milestone = (&'static str, fn(&CommandLine) -> bool);

const MILESTONES: [Milestone; 5] = [
    ("it remembers its nodes", |lab| {
        Path::new("/var/lib/swarmlab").join(&lab.name).join("lab.json").exists()
    }),
    ("the switch is there", |lab| lab.folder().join("registry.yml").exists()),
    ("a disk is there", |lab| Path::new("/var/lib/swarmlab").join(&lab.name).join("ap2.ext4").exists()),
    ("an engine starts", |lab| lab.folder().join("ap3/dockerd.log").exists()),
    ("the Swarm has a manager", |lab| {
        let mut docker = lab.lab(&["docker", "ap1", "--", "node", "ls"]);
        docker.output().is_ok_and(|output| output.status.success())
    }),
];

impl CommandLine {
    fn interrupt_up_when(&self, (what, is_there): Milestone) {
        let mut up = self.lab(&["up", "--nodes", "3"]);
        let mut up = up.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_for(
            what,
            Duration::from_secs(60),
            || if is_there(self) { Ok(()) } else { Err("not yet".into()) },
        );
        up.kill().unwrap();
        up.wait().unwrap();
    }
}

#[test]
fn down_after_an_interrupted_up_leaves_nothing() {
    let before = Host::now();
    for milestone in MILESTONES {
        let lab = CommandLine::new("torn");
        lab.interrupt_up_when(milestone);
        lab.run(&["down"]);
        assert_gone(&lab.name);
        assert_eq!(Host::now(), before, "{}", milestone.0);
    }
}

#[test]
fn up_after_an_interrupted_up_finishes_it() {
    for milestone in MILESTONES.into_iter().step_by(2) {
        let lab = CommandLine::new("again");
        lab.interrupt_up_when(milestone);
        lab.run(&["up"]);
        assert_eq!(lab.states(), ["ready"; 3], "{}", milestone.0);
        assert_eq!(
            lab.run(&["docker", "ap1", "--", "node", "ls", "-q"]).lines().count(),
            3,
            "{}",
            milestone.0
        );
        lab.run(&["docker", "ap3", "--", "run", "--rm", "busybox", "true"]);
    }
}

#[test]
fn labs_stand_side_by_side() {
    let before = Host::now();
    let (one, other) = (CommandLine::new("one"), CommandLine::new("other"));
    let mut starting = one.lab(&["up", "--nodes", "2"]).stdout(Stdio::null()).spawn().unwrap();
    other.up("2");
    assert!(starting.wait().unwrap().success());
    let status = |lab: &CommandLine| -> serde_json::Value {
        serde_json::from_str(&lab.run(&["status", "--format", "json"])).unwrap()
    };
    assert_ne!(status(&one)["registry"], status(&other)["registry"]);
    assert_ne!(status(&one)["nodes"][0]["address"], status(&other)["nodes"][0]["address"]);

    one.run(&["down"]);
    assert_gone(&one.name);
    assert_eq!(other.states(), ["ready"; 2]);
    other.run(&["docker", "ap2", "--", "run", "--rm", "busybox", "true"]);
    other.run(&["down"]);
    assert_eq!(Host::now(), before);
}

#[test]
fn commands_reach_the_node_that_they_name() {
    let lab = CommandLine::new("reach");
    let error = refused(&mut lab.lab(&["status"]));
    assert!(error.starts_with("error: there is no lab"), "{error}");
    let config = tempfile::NamedTempFile::new().unwrap();
    fs::write(config.path(), "[[node]]\nname = \"a\"\ncpu = \"500MHz\"\nmemory = \"64MiB\"\nspeed = 3\n")
        .unwrap();
    let path = config.path().to_str().unwrap();
    let error = refused(&mut lab.lab(&["up", "--config", path]));
    assert!(error.contains("unknown field `speed`") && error.contains("line 5"), "{error}");
    assert_gone(&lab.name);

    fs::write(config.path(), "[[node]]\nname = \"a\"\ncpu = \"500MHz\"\nmemory = \"64MiB\"\n").unwrap();
    lab.run(&["up", "--config", path]);
    assert_eq!(lab.run(&["exec", "a", "--", "hostname"]), "a");
    assert_eq!(lab.lab(&["exec", "a", "--", "sh", "-c", "exit 7"]).status().unwrap().code(), Some(7));
    assert_eq!(lab.run(&["docker", "a", "--", "info", "--format", "{{.Name}}"]), "a");
    let error = refused(&mut lab.lab(&["exec", "b", "--", "hostname"]));
    assert_eq!(error, "error: the lab has no node \"b\"; it has a");

    lab.run(&["load", "a", "--cpu", "50%", "--memory", "10MiB", "--for", "1s"]);
    lab.run(&["kill", "a"]);
    assert_eq!(lab.states(), ["off"]);
    let error = refused(&mut lab.lab(&["exec", "a", "--", "hostname"]));
    assert_eq!(error, "error: node a is off; `swarm-lab start a` starts it");
    lab.run(&["start", "a"]);
    let table = wait_for("the node to be ready", Duration::from_secs(20), || {
        let table = lab.run(&["status"]);
        if table.contains("ready") { Ok(table) } else { Err(table) }
    });
    assert!(table.contains("500MHz") && table.contains("64MiB"), "{table}");
}

#[test]
fn a_node_that_cannot_start_says_why() {
    let lab = CommandLine::new("broken");
    lab.up("1");
    lab.run(&["kill", "ap1"]);
    let disk = Path::new("/var/lib/swarmlab").join(&lab.name).join("ap1.ext4");
    fs::write(disk, "this is no file system").unwrap();
    let since = Instant::now();
    let error = refused(&mut lab.lab(&["start", "ap1"]));
    assert!(
        error.starts_with("error: the namespaces of ap1 ended") && error.contains("/var/lib/docker"),
        "{error}"
    );
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
}
