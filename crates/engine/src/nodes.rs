//! Nodes of a Swarm.

use std::collections::BTreeMap;

use serde::Deserialize;
use swarmmanager_units::NodeId;

use crate::client::encoded;
use crate::{Engine, EngineError};

/// A node as Swarm knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// Swarm's version of the object.
    pub version: u64,
    /// The hostname.
    pub hostname: String,
    /// The address at which managers see it.
    pub address: String,
    /// Manager or worker.
    pub role: Role,
    /// Whether it leads.
    pub leader: bool,
    /// Active, pause or drain.
    pub availability: Availability,
    /// Whether it is in touch.
    pub state: NodeState,
    /// Swarm's message on the state.
    pub message: String,
    /// Operating system, such as `linux`.
    pub os: String,
    /// Architecture, such as `x86_64`.
    pub arch: String,
    /// The engine's version.
    pub engine_version: String,
    /// The node's labels.
    pub labels: BTreeMap<String, String>,
    /// The engine's labels.
    pub engine_labels: BTreeMap<String, String>,
}

/// A node's role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Keeps the Swarm's state and may lead.
    Manager,
    /// Runs tasks only.
    #[default]
    Worker,
}

/// Whether Swarm may put tasks on a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    /// Takes tasks.
    #[default]
    Active,
    /// Keeps its tasks, takes no new ones.
    Pause,
    /// Gives its tasks away.
    Drain,
}

/// Whether a node is in touch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// Not heard of yet.
    #[default]
    Unknown,
    /// Lost.
    Down,
    /// In touch.
    Ready,
    /// Cut off by Swarm.
    Disconnected,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawNode {
    #[serde(rename = "ID")]
    id: String,
    version: crate::services::Version,
    #[serde(default)]
    spec: RawSpec,
    #[serde(default)]
    description: RawDescription,
    #[serde(default)]
    status: RawStatus,
    manager_status: Option<RawManager>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawSpec {
    labels: Option<BTreeMap<String, String>>,
    role: Role,
    availability: Availability,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawDescription {
    hostname: String,
    platform: RawPlatform,
    engine: RawEngine,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawPlatform {
    #[serde(rename = "OS")]
    os: String,
    #[serde(rename = "Architecture")]
    arch: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawEngine {
    engine_version: String,
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawStatus {
    state: NodeState,
    message: String,
    addr: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawManager {
    #[serde(default)]
    leader: bool,
    #[serde(default)]
    addr: String,
}

impl From<RawNode> for Node {
    fn from(raw: RawNode) -> Self {
        // A manager may see itself at 0.0.0.0; the address of its manager part is the one that others use.
        let manager_host = raw
            .manager_status
            .as_ref()
            .and_then(|manager| manager.addr.rsplit_once(':'))
            .map(|(host, _)| host);
        let address = match raw.status.addr.as_str() {
            "" | "0.0.0.0" | "127.0.0.1" => manager_host.unwrap_or(&raw.status.addr).to_owned(),
            address => address.to_owned(),
        };
        Self {
            id: raw.id.into(),
            version: raw.version.index,
            hostname: raw.description.hostname,
            address,
            role: raw.spec.role,
            leader: raw.manager_status.is_some_and(|manager| manager.leader),
            availability: raw.spec.availability,
            state: raw.status.state,
            message: raw.status.message,
            os: raw.description.platform.os,
            arch: raw.description.platform.arch,
            engine_version: raw.description.engine.engine_version,
            labels: raw.spec.labels.unwrap_or_default(),
            engine_labels: raw.description.engine.labels.unwrap_or_default(),
        }
    }
}

impl Engine {
    /// Every node of the Swarm.
    pub async fn nodes(&self) -> Result<Vec<Node>, EngineError> {
        let nodes: Vec<RawNode> = self.get("/nodes").await?;
        Ok(nodes.into_iter().map(Node::from).collect())
    }

    /// One node, by id or name.
    pub async fn node(&self, reference: &str) -> Result<Node, EngineError> {
        self.get::<RawNode>(&format!("/nodes/{}", encoded(reference))).await.map(Node::from)
    }

    /// Whether that node leads the Swarm at this moment.
    pub async fn is_leader(&self, node: &NodeId) -> Result<bool, EngineError> {
        Ok(self.node(node.as_str()).await?.leader)
    }
}
