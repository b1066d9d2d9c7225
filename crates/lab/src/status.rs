//! What a lab looks like at this moment.

use std::path::PathBuf;

use serde::Serialize;
use swarmmanager_engine::{Node as SwarmNode, NodeState};
use swarmmanager_units::{Bytes, Megahertz};

use crate::lab::Lab;
use crate::link::Link;
use crate::node::Node;
use crate::spec::Role;
use crate::{LabError, blocking};

/// A lab's state, as `swarm-lab status --format json` writes it.
#[derive(Debug, Clone, Serialize)]
pub struct LabStatus {
    /// Its name.
    pub name: String,
    /// Where its registry is.
    pub registry: String,
    /// Its nodes.
    pub nodes: Vec<NodeStatus>,
}

/// A node's state.
#[derive(Debug, Clone, Serialize)]
pub struct NodeStatus {
    /// Its name.
    pub name: String,
    /// Its hostname, by which Swarm shows it.
    pub hostname: String,
    /// Its address in the lab's subnet.
    pub address: String,
    /// Its engine as `docker --host` takes it.
    pub docker_host: String,
    /// The role that it joined with.
    pub role: Role,
    /// What it does.
    pub state: State,
    /// Its id in the Swarm, where a manager says it.
    pub node_id: Option<String>,
    /// The cgroup whose limits are its size.
    pub cgroup: PathBuf,
    /// Its processing power, in megahertz.
    pub cpu_mhz: Megahertz,
    /// Its memory, in bytes.
    pub memory_bytes: Bytes,
    /// Its disk, in bytes.
    pub disk_bytes: Bytes,
    /// Its link.
    pub link: Link,
}

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its power is cut.
    Off,
    /// It runs, and the others do not reach it.
    Partitioned,
    /// It runs and is not in the Swarm, or no manager knows.
    On,
    /// Swarm says that it is ready.
    Ready,
    /// Swarm says that it is down.
    Down,
}

impl State {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Partitioned => "partitioned",
            Self::On => "on",
            Self::Ready => "ready",
            Self::Down => "down",
        }
    }
}

impl Lab {
    /// Looks at every node.
    ///
    /// # Errors
    /// Where the switch cannot be asked. An engine that does not answer is part of the status.
    pub fn status(&self) -> Result<LabStatus, LabError> {
        let known = match self.manager().filter(|manager| manager.is_on()) {
            Some(manager) => blocking::wait_for(manager.engine().nodes())?.unwrap_or_default(),
            None => Vec::new(),
        };
        let nodes = self.nodes().iter().map(|node| status_of(node, &known)).collect::<Result<_, _>>()?;
        Ok(LabStatus { name: self.name().to_owned(), registry: self.registry(), nodes })
    }
}

fn status_of(node: &Node, known: &[SwarmNode]) -> Result<NodeStatus, LabError> {
    let known = known.iter().find(|known| known.hostname == node.name());
    let state = match known.map(|known| known.state) {
        _ if !node.is_on() => State::Off,
        _ if node.is_connected()? != Some(true) => State::Partitioned,
        Some(NodeState::Ready) => State::Ready,
        Some(NodeState::Down) => State::Down,
        _ => State::On,
    };
    Ok(NodeStatus {
        name: node.name().to_owned(),
        hostname: node.name().to_owned(),
        address: node.address().to_string(),
        docker_host: node.docker_host(),
        role: node.spec().role,
        state,
        node_id: known.map(|known| known.id.to_string()),
        cgroup: node.cgroup(),
        cpu_mhz: node.cpu(),
        memory_bytes: node.spec().memory,
        disk_bytes: node.spec().disk,
        link: node.spec().link,
    })
}
