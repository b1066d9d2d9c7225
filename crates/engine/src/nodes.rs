//! Nodes of a Swarm.

use std::collections::BTreeMap;

use serde::Deserialize;
use swarmmanager_units::NodeId;

use crate::request::{Request, segment};
use crate::{Engine, EngineError, Filters};

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
    /// Whether the other managers reach it; workers have none.
    pub reachability: Option<Reachability>,
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
    /// Its processors, in billionths of a core.
    pub nano_cpus: u64,
    /// Its memory.
    pub memory_bytes: u64,
    /// When it joined, in milliseconds since 1970.
    pub created_unix_ms: i64,
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

impl Availability {
    /// Docker's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pause => "pause",
            Self::Drain => "drain",
        }
    }
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

/// Whether a manager is reached by the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reachability {
    /// Not known yet.
    #[default]
    Unknown,
    /// It is not.
    Unreachable,
    /// It is.
    Reachable,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawNode {
    #[serde(rename = "ID")]
    id: String,
    version: crate::services::Version,
    #[serde(rename = "CreatedAt", default, deserialize_with = "crate::time::unix_ms")]
    created_unix_ms: i64,
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
    resources: RawResources,
    engine: RawEngine,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawResources {
    #[serde(rename = "NanoCPUs")]
    nano_cpus: u64,
    #[serde(rename = "MemoryBytes")]
    memory_bytes: u64,
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
    reachability: Reachability,
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
            .map(|(host, _)| host.trim_start_matches('[').trim_end_matches(']'));
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
            leader: raw.manager_status.as_ref().is_some_and(|manager| manager.leader),
            reachability: raw.manager_status.map(|manager| manager.reachability),
            availability: raw.spec.availability,
            state: raw.status.state,
            message: raw.status.message,
            os: raw.description.platform.os,
            arch: raw.description.platform.arch,
            engine_version: raw.description.engine.engine_version,
            labels: raw.spec.labels.unwrap_or_default(),
            engine_labels: raw.description.engine.labels.unwrap_or_default(),
            nano_cpus: raw.description.resources.nano_cpus,
            memory_bytes: raw.description.resources.memory_bytes,
            created_unix_ms: raw.created_unix_ms,
        }
    }
}

impl Engine {
    /// Every node of the Swarm.
    pub async fn nodes(&self) -> Result<Vec<Node>, EngineError> {
        self.nodes_matching(&Filters::new()).await
    }

    /// The nodes that pass the filters.
    pub async fn nodes_matching(&self, filters: &Filters) -> Result<Vec<Node>, EngineError> {
        let nodes: Vec<RawNode> = self.call(&filters.add_to(Request::get("/nodes"))).await?;
        Ok(nodes.into_iter().map(Node::from).collect())
    }

    /// One node, by id, unique beginning of its id, or name.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none such.
    pub async fn node(&self, reference: &str) -> Result<Node, EngineError> {
        let request = Request::get(format!("/nodes/{}", segment(reference)));
        self.call::<RawNode>(&request).await.map(Node::from)
    }

    /// Takes a node out of the Swarm's list. One that still runs finds itself shut out.
    ///
    /// # Errors
    /// [`EngineError::Refused`] unless forced where the node is a manager, or not down.
    pub async fn node_remove(&self, id: &NodeId, force: bool) -> Result<(), EngineError> {
        let request = Request::delete(format!("/nodes/{}", segment(id.as_str())))
            .with("force", if force { "1" } else { "0" });
        self.call_raw(&request).await.map(drop)
    }

    /// Whether that node leads the Swarm, as this engine knows it.
    ///
    /// A leader that lost the others does not know it for about 10 s and answers yes meanwhile; a write fails then with
    /// [`EngineError::NoLeader`] or [`EngineError::TimedOut`], because it needs the others.
    pub async fn is_leader(&self, node: &NodeId) -> Result<bool, EngineError> {
        Ok(self.node(node.as_str()).await?.leader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nodes_are_read_whatever_their_role_and_state() {
        let raw: Vec<RawNode> = serde_json::from_str(include_str!("../tests/answers/nodes.json")).unwrap();
        let nodes: Vec<Node> = raw.into_iter().map(Node::from).collect();
        let [lost, second, first] = nodes.as_slice() else { panic!("{nodes:?}") };

        assert_eq!(
            (lost.role, lost.state, lost.availability),
            (Role::Worker, NodeState::Down, Availability::Pause)
        );
        assert_eq!((lost.message.as_str(), lost.reachability), ("heartbeat failure", None));
        assert_eq!(lost.labels, BTreeMap::from([("zone".into(), "a".into())]));
        assert_eq!(lost.engine_labels, BTreeMap::from([("rack".into(), "r2".into())]));

        assert_eq!((second.leader, second.reachability), (false, Some(Reachability::Reachable)));
        assert!(first.leader);
        assert_eq!((first.hostname.as_str(), first.address.as_str()), ("vm", "10.99.0.1"));
        assert_eq!((first.nano_cpus, first.memory_bytes), (2_000_000_000, 25_276_502_016));
        assert_eq!((first.os.as_str(), first.arch.as_str()), ("linux", "x86_64"));
        assert_eq!(first.version, 110);
        assert_eq!(first.created_unix_ms, 1_795_533_041_783);
    }

    #[test]
    fn a_node_that_only_just_joins_has_no_description_yet() {
        let raw: RawNode = serde_json::from_value(json!({
            "ID": "a", "Version": {"Index": 1}, "Spec": {"Labels": null, "Role": "worker", "Availability": "active"},
            "Status": {"State": "unknown"},
        }))
        .unwrap();
        let node = Node::from(raw);
        assert_eq!((node.hostname.as_str(), node.state), ("", NodeState::Unknown));
    }

    #[test]
    fn a_manager_that_sees_itself_everywhere_is_found_where_others_see_it() {
        let raw: RawNode = serde_json::from_value(json!({
            "ID": "a", "Version": {"Index": 1}, "Status": {"State": "ready", "Addr": "0.0.0.0"},
            "ManagerStatus": {"Leader": true, "Reachability": "reachable", "Addr": "10.0.0.7:2377"},
        }))
        .unwrap();
        assert_eq!(Node::from(raw).address, "10.0.0.7");
    }
}
