//! What an engine says of itself.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::Body;
use crate::{Engine, EngineError};

/// The engine's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineInfo {
    /// Docker's version.
    pub version: String,
    /// The host's name.
    pub hostname: String,
    /// Where Docker keeps its data.
    pub docker_root_dir: String,
    /// `1` or `2`.
    pub cgroup_version: String,
    /// Its Swarm.
    pub swarm: SwarmInfo,
}

/// The engine's part in a Swarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwarmInfo {
    /// Whether it is in one.
    pub state: LocalNodeState,
    /// Its node id; empty in no Swarm.
    pub node_id: String,
    /// The address that it advertises.
    pub node_addr: String,
    /// Whether it is a manager.
    pub control_available: bool,
    /// The Swarm's id, which only managers know.
    pub cluster_id: Option<String>,
}

/// Whether an engine is in a Swarm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LocalNodeState {
    /// In none.
    #[default]
    #[serde(alias = "")]
    Inactive,
    /// On its way in.
    Pending,
    /// In one.
    Active,
    /// It failed to join.
    Error,
    /// In one whose key it does not have.
    Locked,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    server_version: String,
    name: String,
    docker_root_dir: String,
    #[serde(default)]
    cgroup_version: String,
    swarm: Swarm,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Swarm {
    #[serde(default)]
    local_node_state: LocalNodeState,
    #[serde(default, rename = "NodeID")]
    node_id: String,
    #[serde(default)]
    node_addr: String,
    #[serde(default)]
    control_available: bool,
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
struct Cluster {
    #[serde(rename = "ID")]
    id: String,
}

impl Engine {
    /// What the engine says of itself.
    ///
    /// # Errors
    /// [`EngineError::TooOld`] for an engine before Docker 20.10.
    pub async fn info(&self) -> Result<EngineInfo, EngineError> {
        let version: Value = self.get("/version").await?;
        let api = version["ApiVersion"].as_str().unwrap_or_default();
        let minor = api.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
        if minor.is_none_or(|minor| minor < 41) {
            return Err(EngineError::TooOld { version: api.to_owned() });
        }
        let info: Info = self.get("/info").await?;
        Ok(EngineInfo {
            version: info.server_version,
            hostname: info.name,
            docker_root_dir: info.docker_root_dir,
            cgroup_version: info.cgroup_version,
            swarm: SwarmInfo {
                state: info.swarm.local_node_state,
                node_id: info.swarm.node_id,
                node_addr: info.swarm.node_addr,
                control_available: info.swarm.control_available,
                cluster_id: info.swarm.cluster.map(|cluster| cluster.id),
            },
        })
    }

    /// Starts a Swarm of which this engine is the first manager. Addresses may be names of interfaces; Docker picks the
    /// advertised one where absent, and listens on all addresses where no other is given.
    pub async fn swarm_init(
        &self,
        advertise_addr: Option<&str>,
        listen_addr: Option<&str>,
    ) -> Result<(), EngineError> {
        let request = json!({
            "ListenAddr": listen_addr.unwrap_or("0.0.0.0:2377"),
            "AdvertiseAddr": advertise_addr.unwrap_or_default(),
        });
        self.call(Method::POST, "/swarm/init", Body::json(&request, None)).await.map(drop)
    }
}
