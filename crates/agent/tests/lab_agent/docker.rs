//! What Docker itself says of a container, and the kernel of a cgroup and a cable.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::Value;
use swarmmanager_lab::Node;
use swarmmanager_units::ContainerId;

use crate::stage::said;

/// Starts a container of busybox that runs a shell's script.
pub(crate) fn run(node: &Node, options: &[&str], script: &str) -> ContainerId {
    let mut docker = node.docker();
    docker.args(["run", "--detach"]).args(options).args(["busybox", "sh", "-c", script]);
    ContainerId::from_hex(&said(&mut docker).unwrap()).unwrap()
}

/// Runs a shell's script in a container, to its end.
pub(crate) fn exec(node: &Node, container: &ContainerId, script: &str) {
    said(node.docker().args(["exec", &container.to_string(), "sh", "-c", script])).unwrap();
}

/// What `docker stats` is made of.
#[derive(Debug)]
pub(crate) struct Stats(Value);

impl Stats {
    pub(crate) fn of(node: &Node, container: &ContainerId) -> Self {
        let mut engine = UnixStream::connect(node.socket()).unwrap();
        // HTTP/1.0, so that the answer is the body alone.
        let path = format!("/v1.41/containers/{container}/stats?stream=false&one-shot=true");
        write!(engine, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        engine.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        Self(serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}")))
    }

    /// Cores in use since `before`, as Docker's client computes its percentage.
    pub(crate) fn cores_since(&self, before: &Self) -> f64 {
        let grown = |field: fn(&Value) -> &Value| {
            field(&self.0).as_f64().unwrap() - field(&before.0).as_f64().unwrap()
        };
        let used = grown(|stats| &stats["cpu_stats"]["cpu_usage"]["total_usage"]);
        let machine = grown(|stats| &stats["cpu_stats"]["system_cpu_usage"]);
        used / machine * self.0["cpu_stats"]["online_cpus"].as_f64().unwrap()
    }

    /// Memory in use, as Docker's client shows it.
    pub(crate) fn memory(&self) -> f64 {
        let memory = &self.0["memory_stats"];
        let cache =
            ["total_inactive_file", "inactive_file"].iter().find_map(|name| memory["stats"][name].as_f64());
        memory["usage"].as_f64().unwrap() - cache.unwrap()
    }

    /// Bytes received and sent so far.
    pub(crate) fn network(&self) -> [f64; 2] {
        let networks = self.0["networks"].as_object().unwrap();
        ["rx_bytes", "tx_bytes"]
            .map(|field| networks.values().map(|network| network[field].as_f64().unwrap()).sum())
    }

    /// Bytes read from and written to block devices so far.
    pub(crate) fn block_io(&self) -> [f64; 2] {
        let all = self.0["blkio_stats"]["io_service_bytes_recursive"].as_array().into_iter().flatten();
        let all: Vec<&Value> = all.collect();
        ["read", "write"].map(|operation| {
            let matching =
                all.iter().filter(|entry| entry["op"].as_str().unwrap().eq_ignore_ascii_case(operation));
            matching.map(|entry| entry["value"].as_f64().unwrap()).sum()
        })
    }
}

/// The size of a container's writable layer.
pub(crate) fn layer(node: &Node, container: &ContainerId) -> u64 {
    let size = ["inspect", "--size", "--format", "{{.SizeRw}}", &container.to_string()].map(str::to_owned);
    said(node.docker().args(size)).unwrap().parse().unwrap()
}

/// Bytes that a node has received and sent over its cable.
pub(crate) fn cable(node: &Node) -> [f64; 2] {
    let text = fs::read_to_string(node.root().unwrap().with_file_name("net/dev")).unwrap();
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix("eth0:")).unwrap();
    let counters: Vec<f64> = line.split_whitespace().map(|counter| counter.parse().unwrap()).collect();
    [counters[0], counters[8]]
}

/// CPU time that a cgroup has had, in seconds.
pub(crate) fn cpu_seconds(cgroup: &Path) -> f64 {
    if let Some(nanos) = read("cpuacct", cgroup, "cpuacct.usage") {
        return nanos.trim().parse::<f64>().unwrap() / 1e9;
    }
    number(&read("", cgroup, "cpu.stat").unwrap(), "usage_usec") / 1e6
}

/// Memory that a cgroup has in use, without cache that can be dropped at once, in bytes.
pub(crate) fn memory_used(cgroup: &Path) -> f64 {
    let (tree, usage, cache) = match read("memory", cgroup, "memory.usage_in_bytes") {
        Some(usage) => ("memory", usage, "total_inactive_file"),
        None => ("", read("", cgroup, "memory.current").unwrap(), "inactive_file"),
    };
    usage.trim().parse::<f64>().unwrap() - number(&read(tree, cgroup, "memory.stat").unwrap(), cache)
}

fn read(tree: &str, cgroup: &Path, file: &str) -> Option<String> {
    let cgroup = cgroup.strip_prefix("/").unwrap();
    fs::read_to_string(Path::new("/sys/fs/cgroup").join(tree).join(cgroup).join(file)).ok()
}

fn number(text: &str, key: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    line.unwrap().parse().unwrap()
}
