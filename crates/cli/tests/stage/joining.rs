//! Inventories of a lab's nodes, and what came of a command that took a while.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use swarmmanager_lab::{Lab, Node};

use super::{Stage, programs};

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    /// All that it wrote.
    pub(crate) words: String,
    pub(crate) took: Duration,
}

/// The entry of a node that is signed in to by the lab's key.
pub(crate) fn by_key(lab: &Lab, node: &Node) -> Value {
    json!({
        "name": node.name(), "address": node.address(), "user": "root",
        "key_file": lab.ssh_key().unwrap(), "advertise_address": node.address(),
    })
}

/// The entry of a node that is signed in to by a password.
pub(crate) fn by_password(node: &Node, password: &str) -> Value {
    json!({"name": node.name(), "address": node.address(), "user": "root", "password": password})
}

impl Stage {
    /// Writes an inventory and gives its path.
    pub(crate) fn inventory(&self, name: &str, nodes: &[Value]) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, json!({"nodes": nodes}).to_string()).unwrap();
        path
    }

    /// Joins the nodes of an inventory, new host keys accepted.
    pub(crate) fn join(&self, nodes: &[Value], more: &[&str]) -> Finished {
        let file = self.inventory("nodes.json", nodes);
        let words = ["swarm", "join", "--accept-new-host-keys", "--nodes", file.to_str().unwrap()];
        self.see(&[&words[..], more].concat())
    }

    /// Starts a Swarm on the first node.
    pub(crate) fn init(&self, name: &str) {
        let address = self.first().address().to_string();
        self.ok(&["swarm", "init", "--name", name, "--advertise-addr", &address]);
        // As in a lab's own Swarm: with Docker's 5 s, every lost node would be waited for.
        self.docker(&["swarm", "update", "--dispatcher-heartbeat", "1s"]);
    }

    /// Runs a command as a client of the manager, whatever comes of it.
    pub(crate) fn see(&self, args: &[&str]) -> Finished {
        self.tell(args, "")
    }

    /// The same, with text on its standard input.
    pub(crate) fn tell(&self, args: &[&str], input: &str) -> Finished {
        let since = Instant::now();
        let mut client = Command::new(programs().join("swarm-manager"));
        client.arg("--host").arg(format!("unix://{}", self.socket().display())).args(args);
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut client = client.spawn().unwrap();
        client.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let Output { status, stdout, stderr } = client.wait_with_output().unwrap();
        let words = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        Finished { code: status.code(), words, took: since.elapsed() }
    }

    /// The job that was begun last.
    pub(crate) fn last_job(&self) -> Value {
        let jobs = self.get("/api/v1/jobs");
        let jobs = jobs["jobs"].as_array().unwrap();
        jobs.iter().max_by_key(|job| job["started_unix_ms"].as_i64()).unwrap().clone()
    }

    /// Swarm's nodes by the word of Docker's own client on a manager: hostname, status, availability and, of managers,
    /// which kind.
    pub(crate) fn docker_nodes(&self, on: &Node) -> Vec<String> {
        let format = "{{.Hostname}} {{.Status}} {{.Availability}} {{.ManagerStatus}}";
        let output = on.docker().args(["node", "ls", "--format", format]).output().unwrap();
        assert!(output.status.success(), "{}: {}", on.name(), String::from_utf8_lossy(&output.stderr));
        let mut nodes: Vec<String> =
            String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim().to_owned()).collect();
        nodes.sort();
        nodes
    }

    /// A node's own part in a Swarm, by its engine's word.
    pub(crate) fn part_of(&self, node: &Node) -> String {
        let info = node.docker().args(["info", "--format", "{{.Swarm.LocalNodeState}}"]).output().unwrap();
        String::from_utf8(info.stdout).unwrap().trim().to_owned()
    }

    /// Nothing that is kept or told holds a secret.
    #[track_caller]
    pub(crate) fn assert_untold(&self, secret: &str) {
        let mut kept = vec![("the manager's log".to_owned(), self.log().into_bytes())];
        for path in ["jobs", "swarm", "audit", "events?topic=none", "images", "nodes"] {
            kept.push((path.to_owned(), self.see_path(&format!("/api/v1/{path}"))));
        }
        let files = fs::read_dir(self.file("state")).unwrap().flatten().map(|entry| entry.path());
        for file in files.filter(|path| path.is_file()) {
            kept.push((file.display().to_string(), fs::read(&file).unwrap()));
        }
        for (place, bytes) in kept {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{place} holds a password");
        }
    }

    fn see_path(&self, path: &str) -> Vec<u8> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--max-time", "5", "--unix-socket"]).arg(self.socket());
        curl.arg(format!("http://manager{path}")).output().unwrap().stdout
    }
}
