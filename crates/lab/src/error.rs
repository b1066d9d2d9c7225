//! Why a lab cannot do what it was asked.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use swarmmanager_crowd::CrowdError;
use swarmmanager_engine::EngineError;
use swarmmanager_image::ImageError;

/// Why an operation of a lab failed.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// Namespaces and cgroups are root's.
    #[error("a lab needs root, for namespaces, cgroups and mounts")]
    NotRoot,
    /// Programs that a lab is made of are missing.
    #[error("these programs are missing: {}; `cargo xtask packages` installs them", .0.join(" "))]
    Missing(Vec<String>),
    /// There are no cgroups, or none of CPU and memory.
    #[error("this machine has no cgroups of CPU and memory under /sys/fs/cgroup")]
    NoCgroups,
    /// What was asked for is no lab.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// No lab of that name.
    #[error("there is no lab {0:?}; `swarm-lab --name {0} up` makes it")]
    NoSuchLab(String),
    /// The lab has no node of that name.
    #[error("the lab has no node {name:?}; it has {}", .nodes.join(", "))]
    NoSuchNode {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        nodes: Vec<String>,
    },
    /// The node is off.
    #[error("node {0} is off; `swarm-lab start {0}` starts it")]
    Off(String),
    /// The lab is there, but with nodes that differ from those asked for.
    #[error("lab {name} is there already, and its node {node} is not what was asked for; `down` removes it")]
    Differs {
        /// The lab.
        name: String,
        /// The first node that differs.
        node: String,
    },
    /// Every subnet that labs use is taken.
    #[error("no subnet is free: there are labs in all of 10.77.0.0/16")]
    NoSubnet,
    /// A port of this machine cannot be listened at.
    #[error("cannot listen at {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The system's word.
        source: io::Error,
    },
    /// A file or folder could not be read, written, made or removed.
    #[error("cannot {action} {path}")]
    File {
        /// What was tried: a verb.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A program could not be run.
    #[error("cannot run `{command}`")]
    Run {
        /// The command line.
        command: String,
        /// The system's word.
        source: io::Error,
    },
    /// A program failed.
    #[error("`{command}` failed with {status}: {stderr}")]
    Failed {
        /// The command line.
        command: String,
        /// Its exit status.
        status: std::process::ExitStatus,
        /// What it said.
        stderr: String,
    },
    /// A daemon ended that should run.
    #[error("{what} ended; the end of its log:\n{log}")]
    Ended {
        /// Which one.
        what: String,
        /// The last lines of its log.
        log: String,
    },
    /// A condition did not come to hold in time.
    #[error("waited {} s for {what}; at last: {state}", .limit.as_secs())]
    TimedOut {
        /// The condition.
        what: String,
        /// The time that it had.
        limit: Duration,
        /// What was seen last.
        state: String,
    },
    /// A node's engine refused or failed.
    #[error("Docker Engine of node {node} failed")]
    Engine {
        /// The node.
        node: String,
        /// The engine's word.
        source: EngineError,
    },
    /// A node's engine could not be asked.
    #[error("cannot start the runtime that speaks to engines")]
    Runtime(#[source] io::Error),
    /// An image could not be built.
    #[error("cannot build an image")]
    Image(#[from] ImageError),
    /// Simulated nodes could not join.
    #[error("the crowd is not in the Swarm")]
    Crowd(#[source] CrowdError),
    /// What the lab remembers of itself cannot be understood.
    #[error("{path} cannot be understood; `swarm-lab down` removes the lab")]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A program's answer cannot be understood.
    #[error("cannot understand what `{command}` says")]
    Answer {
        /// The command line.
        command: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Why a description of a lab is refused.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// A name that cannot be one.
    #[error(
        "invalid {kind} name {name:?}: write up to {longest} lower-case letters, digits and dashes, such as {example}"
    )]
    Name {
        /// Whose name.
        kind: &'static str,
        /// The name.
        name: String,
        /// How long it may be.
        longest: usize,
        /// What would be right.
        example: &'static str,
    },
    /// Two nodes of one name.
    #[error("two nodes are named {0}")]
    Twice(String),
    /// None, or more than a lab takes.
    #[error("a lab has 1 to {most} nodes, not {count}")]
    Count {
        /// How many were asked for.
        count: usize,
        /// How many may be.
        most: usize,
    },
    /// A size out of bounds.
    #[error("node {node}: {field} of {value} is too {what}: {bound} at the {superlative}", superlative = if *what == "small" { "least" } else { "most" })]
    Size {
        /// The node.
        node: String,
        /// `cpu`, `memory` or `disk`, …
        field: &'static str,
        /// What was asked for.
        value: String,
        /// `small` or `large`.
        what: &'static str,
        /// The bound.
        bound: String,
    },
    /// A value that cannot be read.
    #[error("invalid {field} {value:?}: {expected}")]
    Value {
        /// Which.
        field: &'static str,
        /// What was written.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// No manager at all.
    #[error("no node is a manager; give at least one role = \"manager\"")]
    NoManager,
    /// The file is no description of a lab.
    #[error("{path} does not describe a lab")]
    Toml {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: Box<toml::de::Error>,
    },
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
}

impl LabError {
    /// For `map_err` on a file operation.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    /// For `map_err` on an engine's answer.
    pub(crate) fn engine(node: &str) -> impl FnOnce(EngineError) -> Self {
        let node = node.to_owned();
        move |source| Self::Engine { node, source }
    }
}
