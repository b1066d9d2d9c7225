//! A lab with a manager on its first node and an agent on every node: what lab tests play on.

#![allow(dead_code, unused_imports, reason = "no test uses all of it")]

mod cut;
mod joining;

use std::env;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use swarmmanager_image::Image;
use swarmmanager_lab::{Lab, NodeSpec};
use tempfile::TempDir;

pub(crate) use cut::{Cut, CutSocket};
pub(crate) use joining::{Finished, by_key, by_password};

/// Between two looks at a condition.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The agent's image has to reach every node and the first report the manager.
const AGENTS_LIMIT: Duration = Duration::from_secs(60);
const AGENT_IMAGE: &str = "swarmmanager-agent:test";

pub(crate) struct Stage {
    pub(crate) lab: Lab,
    /// The manager's own files.
    pub(crate) folder: TempDir,
    manager: Option<Child>,
}

impl Stage {
    /// Starts the lab, the manager and the agents, and waits until every node reports.
    pub(crate) fn start(nodes: &[NodeSpec]) -> Self {
        let stage = Self::set_up(nodes);
        stage.wait_for_agents();
        stage
    }

    /// Starts a lab whose engines are in no Swarm, and a manager that waits for one.
    pub(crate) fn waiting(nodes: &[NodeSpec]) -> Self {
        let nodes: Vec<NodeSpec> = nodes.iter().cloned().map(NodeSpec::bare).collect();
        let stage = Self::set_up(&nodes);
        stage.until("the manager to wait", AGENTS_LIMIT, || {
            stage.try_json(&["swarm", "status", "--format", "json"]).map(drop)
        });
        stage
    }

    fn set_up(nodes: &[NodeSpec]) -> Self {
        let lab = Lab::start(nodes).unwrap();
        let mut stage = Self { lab, folder: tempfile::tempdir().unwrap(), manager: None };
        let agent = fs::read(programs().join("swarm-agent")).unwrap();
        let image = Image::new(AGENT_IMAGE).file("/swarm-agent", 0o755, agent).entrypoint(["/swarm-agent"]);
        fs::write(stage.file("agent.tar"), image.archive().unwrap().bytes).unwrap();
        stage.start_manager();
        stage
    }

    /// Starts the manager on the first node's engine.
    pub(crate) fn start_manager(&mut self) {
        let engine = self.first().socket();
        self.start_manager_at(&engine);
    }

    /// Starts the manager on that socket of the first node's engine.
    pub(crate) fn start_manager_at(&mut self, engine: &Path) {
        let log = fs::File::options().create(true).append(true).open(self.file("manager.log")).unwrap();
        let scope = format!("cgroup:/swarmlab/{}/{{{{.Node.Hostname}}}}", self.lab.name());
        let mut serve = self.first().command(programs().join("swarm-manager")).unwrap();
        serve.arg("serve").arg("--docker-host").arg(format!("unix://{}", engine.display()));
        serve.arg("--socket").arg(self.socket()).arg("--state-dir").arg(self.file("state"));
        serve.arg("--agent-image").arg(format!("{}/{AGENT_IMAGE}", self.lab.registry()));
        serve.arg("--agent-archive").arg(self.file("agent.tar")).arg("--agent-node-scope").arg(scope);
        serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.manager = Some(serve.spawn().unwrap());
    }

    /// Kills the manager as nothing can be prepared for.
    pub(crate) fn kill_manager(&mut self) {
        if let Some(mut manager) = self.manager.take() {
            manager.kill().unwrap();
            manager.wait().unwrap();
        }
    }

    /// Takes note that the manager was killed by somebody else.
    pub(crate) fn bury_manager(&mut self) {
        if let Some(mut manager) = self.manager.take() {
            manager.wait().unwrap();
        }
    }

    /// The manager's process id, for whoever kills it from another thread.
    pub(crate) fn manager_id(&self) -> u32 {
        self.manager.as_ref().unwrap().id()
    }

    /// Waits until every node's agent is live.
    pub(crate) fn wait_for_agents(&self) {
        self.until("a report from every node", AGENTS_LIMIT, || {
            let status = self.try_json(&["status", "--format", "json"])?;
            (status["nodes"].as_u64() > Some(0) && status["agents_live"] == status["nodes"])
                .then_some(())
                .ok_or(status)
        });
    }

    /// Looks until the condition holds; panics with the last state and the manager's log where it does not in time.
    #[track_caller]
    pub(crate) fn until<T, S: Debug>(
        &self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Result<T, S>,
    ) -> T {
        let deadline = Instant::now() + limit;
        loop {
            let state = match look() {
                Ok(value) => return value,
                Err(state) => state,
            };
            assert!(
                Instant::now() < deadline,
                "waited {limit:?} for {what}; at last: {state:#?}\nthe manager's log:\n{}",
                self.log(),
            );
            thread::park_timeout(LOOK_EVERY);
        }
    }

    /// What the manager logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.file("manager.log")).unwrap_or_default()
    }

    /// Runs a command as a client of the manager.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let mut client = Command::new(programs().join("swarm-manager"));
        client.arg("--host").arg(format!("unix://{}", self.socket().display())).args(args);
        client.stdin(Stdio::null()).output().unwrap()
    }

    /// The output of a command that has to succeed.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "swarm-manager {args:?}: {errors}\nthe manager's log:\n{}",
            self.log()
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// The errors of a command that has to fail.
    #[track_caller]
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(!output.status.success(), "swarm-manager {args:?} succeeded");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The JSON of a command that has to succeed, a value for each line.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Vec<Value> {
        self.ok(args).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// One JSON value, where the command succeeds.
    fn try_json(&self, args: &[&str]) -> Result<Value, Value> {
        let output = self.run(args);
        let errors = || Value::from(String::from_utf8_lossy(&output.stderr).into_owned());
        serde_json::from_slice(&output.stdout).map_err(|_| errors())
    }

    /// An answer of the API, read with curl as any other client would.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail-with-body", "--unix-socket"]).arg(self.socket());
        let output = curl.arg(format!("http://manager{path}")).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "GET {path}: {text} {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&text).unwrap()
    }

    /// What Docker's own client says on the first node.
    #[track_caller]
    pub(crate) fn docker(&self, args: &[&str]) -> String {
        let mut docker = Command::new("docker");
        docker.arg("--host").arg(format!("unix://{}", self.first().socket().display())).args(args);
        let output = docker.output().unwrap();
        assert!(output.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The names of Swarm's services, by Docker's own word.
    pub(crate) fn swarm_services(&self) -> Vec<String> {
        let list = self.docker(&["service", "ls", "--format", "{{.Name}}"]);
        list.lines().map(str::to_owned).collect()
    }

    /// The busybox image in the lab's registry.
    pub(crate) fn busybox(&self) -> String {
        format!("{}/busybox:latest", self.lab.registry())
    }

    /// The node that the manager runs on.
    pub(crate) fn first(&self) -> &swarmmanager_lab::Node {
        &self.lab.nodes()[0]
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.file("swarm-manager.sock")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.kill_manager();
    }
}

/// The folder of the programs that are tested.
pub(crate) fn programs() -> PathBuf {
    env::var_os("SWARMMANAGER_BINARIES")
        .expect("SWARMMANAGER_BINARIES names no folder; `cargo xtask test` builds the programs and sets it")
        .into()
}
