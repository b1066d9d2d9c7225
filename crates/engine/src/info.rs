//! What an engine says of itself.

use serde::Deserialize;

use crate::api_version::ApiVersion;
use crate::request::Request;
use crate::{Engine, EngineError};

/// The engine's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineInfo {
    /// Docker's version.
    pub version: String,
    /// The host's name.
    pub hostname: String,
    /// Processors.
    pub cpus: u32,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Where Docker keeps its data.
    pub docker_root_dir: String,
    /// `cgroupfs`, `systemd` or `none`.
    pub cgroup_driver: String,
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
    /// What is wrong with its membership; empty when nothing is.
    pub error: String,
    /// Where the managers listen that it knows, such as `10.0.0.1:2377`.
    pub remote_managers: Vec<String>,
    /// How many nodes there are, which only managers of a Swarm with a leader know.
    pub nodes: Option<u32>,
    /// How many of them are managers; known as `nodes` is.
    pub managers: Option<u32>,
    /// The Swarm's id; known as `nodes` is.
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

/// What the engine is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EngineVersion {
    /// Docker's version, such as `20.10.24`.
    pub version: String,
    /// The newest API version that it speaks, such as `1.41`.
    pub api_version: String,
    /// The oldest one that it still speaks.
    #[serde(default, rename = "MinAPIVersion")]
    pub min_api_version: String,
    /// Operating system, such as `linux`.
    #[serde(default)]
    pub os: String,
    /// Architecture in Go's words, such as `amd64`.
    #[serde(default)]
    pub arch: String,
    /// The kernel's version.
    #[serde(default)]
    pub kernel_version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawInfo {
    server_version: String,
    name: String,
    #[serde(default, rename = "NCPU")]
    cpus: u32,
    #[serde(default)]
    mem_total: u64,
    docker_root_dir: String,
    #[serde(default)]
    cgroup_driver: String,
    #[serde(default)]
    cgroup_version: String,
    swarm: RawSwarm,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawSwarm {
    #[serde(default)]
    local_node_state: LocalNodeState,
    #[serde(default, rename = "NodeID")]
    node_id: String,
    #[serde(default)]
    node_addr: String,
    #[serde(default)]
    control_available: bool,
    #[serde(default)]
    error: String,
    nodes: Option<u32>,
    managers: Option<u32>,
    cluster: Option<RawCluster>,
    remote_managers: Option<Vec<RawPeer>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawPeer {
    addr: String,
}

#[derive(Deserialize)]
struct RawCluster {
    #[serde(rename = "ID")]
    id: String,
}

impl From<RawInfo> for EngineInfo {
    fn from(raw: RawInfo) -> Self {
        Self {
            version: raw.server_version,
            hostname: raw.name,
            cpus: raw.cpus,
            memory_bytes: raw.mem_total,
            docker_root_dir: raw.docker_root_dir,
            cgroup_driver: raw.cgroup_driver,
            cgroup_version: raw.cgroup_version,
            swarm: SwarmInfo {
                state: raw.swarm.local_node_state,
                node_id: raw.swarm.node_id,
                node_addr: raw.swarm.node_addr,
                control_available: raw.swarm.control_available,
                error: raw.swarm.error,
                remote_managers: raw
                    .swarm
                    .remote_managers
                    .into_iter()
                    .flatten()
                    .map(|peer| peer.addr)
                    .collect(),
                nodes: raw.swarm.nodes,
                managers: raw.swarm.managers,
                // Without a leader an engine describes a Swarm that has no id.
                cluster_id: raw.swarm.cluster.map(|cluster| cluster.id).filter(|id| !id.is_empty()),
            },
        }
    }
}

impl Engine {
    /// What the engine says of itself.
    ///
    /// # Errors
    /// [`EngineError::TooOld`] for an engine before Docker 20.10.
    pub async fn info(&self) -> Result<EngineInfo, EngineError> {
        self.call::<RawInfo>(&Request::get("/info")).await.map(EngineInfo::from)
    }

    /// What the engine is.
    ///
    /// # Errors
    /// [`EngineError::TooOld`] for an engine before Docker 20.10.
    pub async fn version(&self) -> Result<EngineVersion, EngineError> {
        let version: EngineVersion = self.call(&Request::get("/version")).await?;
        match ApiVersion::parse(&version.api_version) {
            Some(api) if api >= ApiVersion::OLDEST => Ok(version),
            _ => Err(EngineError::TooOld { version: version.api_version }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manager_describes_itself_and_its_swarm() {
        let raw: RawInfo = serde_json::from_str(include_str!("../tests/answers/info-manager.json")).unwrap();
        let info = EngineInfo::from(raw);
        assert_eq!(info.version, "20.10.24+dfsg1");
        assert_eq!((info.cpus, info.memory_bytes), (2, 25_276_502_016));
        assert_eq!((info.cgroup_driver.as_str(), info.cgroup_version.as_str()), ("cgroupfs", "1"));
        assert_eq!(info.swarm.state, LocalNodeState::Active);
        assert!(info.swarm.control_available);
        assert_eq!((info.swarm.nodes, info.swarm.managers), (Some(3), Some(2)));
        assert_eq!(info.swarm.cluster_id.as_deref(), Some("ojis8n3tilajovpc79fz04nwz"));
    }

    #[test]
    fn without_a_leader_there_is_no_cluster_id() {
        let raw: RawSwarm = serde_json::from_value(serde_json::json!({
            "NodeID": "u9xdz4mp06et1y9f5a8fmz7ns", "NodeAddr": "10.99.0.1", "LocalNodeState": "active",
            "ControlAvailable": true, "Error": "rpc error: …",
            "Cluster": {"ID": "", "Version": {}, "CreatedAt": "0001-01-01T00:00:00Z"},
        }))
        .unwrap();
        assert_eq!(raw.cluster.map(|cluster| cluster.id).unwrap(), "");
        assert_eq!(raw.nodes, None);
    }

    #[test]
    fn an_engine_in_no_swarm_says_so() {
        for state in ["", "inactive"] {
            let swarm = format!("{{\"NodeID\":\"\",\"LocalNodeState\":\"{state}\",\"RemoteManagers\":null}}");
            let raw: RawSwarm = serde_json::from_str(&swarm).unwrap();
            assert_eq!(raw.local_node_state, LocalNodeState::Inactive);
        }
    }
}
