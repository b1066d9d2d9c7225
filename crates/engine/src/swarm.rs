//! The Swarm as a whole.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::request::Request;
use crate::{Engine, EngineError};

/// The first manager makes a certificate authority and a Raft log: on a small machine more than an ordinary call takes.
const INIT_TIMEOUT: Duration = Duration::from_secs(60);

/// What holds for the whole Swarm. The tokens to join it are left out, so that they are in nobody's hands by accident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwarmSettings {
    /// Its id.
    pub cluster_id: String,
    /// When it was started, in milliseconds since 1970.
    pub created_unix_ms: i64,
    /// How often its nodes report to Swarm; one that misses three is down.
    pub heartbeat_period: Duration,
    /// How long a node's certificate is valid.
    pub certificate_lifetime: Duration,
    /// How many finished tasks of each replica are remembered.
    pub task_history: Option<i64>,
    /// Whether its managers are locked after a restart.
    pub autolock: bool,
    /// Its certificate authority, in PEM.
    pub trust_root: String,
    /// Whether the authority is being replaced.
    pub root_rotation_in_progress: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawSwarm {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "CreatedAt", deserialize_with = "crate::time::unix_ms")]
    created_unix_ms: i64,
    spec: RawSpec,
    #[serde(default, rename = "TLSInfo")]
    tls_info: RawTls,
    #[serde(default)]
    root_rotation_in_progress: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawSpec {
    orchestration: RawOrchestration,
    dispatcher: RawDispatcher,
    #[serde(rename = "CAConfig")]
    ca_config: RawCa,
    encryption_config: RawEncryption,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawOrchestration {
    task_history_retention_limit: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawDispatcher {
    heartbeat_period: u64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawCa {
    node_cert_expiry: u64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawEncryption {
    auto_lock_managers: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawTls {
    trust_root: String,
}

impl From<RawSwarm> for SwarmSettings {
    fn from(raw: RawSwarm) -> Self {
        Self {
            cluster_id: raw.id,
            created_unix_ms: raw.created_unix_ms,
            heartbeat_period: Duration::from_nanos(raw.spec.dispatcher.heartbeat_period),
            certificate_lifetime: Duration::from_nanos(raw.spec.ca_config.node_cert_expiry),
            task_history: raw.spec.orchestration.task_history_retention_limit,
            autolock: raw.spec.encryption_config.auto_lock_managers,
            trust_root: raw.tls_info.trust_root,
            root_rotation_in_progress: raw.root_rotation_in_progress,
        }
    }
}

impl Engine {
    /// Starts a Swarm of which this engine is the first manager; gives its node id. Addresses may be names of
    /// interfaces; Docker picks the advertised one where absent, and listens on all addresses where no other is given.
    ///
    /// # Errors
    /// [`EngineError::AlreadyInSwarm`]; nothing was changed then. [`EngineError::Refused`] where Docker cannot tell
    /// which address to advertise.
    pub async fn swarm_init(
        &self,
        advertise_addr: Option<&str>,
        listen_addr: Option<&str>,
    ) -> Result<String, EngineError> {
        let request = Request::post("/swarm/init").json(&json!({
            "ListenAddr": listen_addr.unwrap_or("0.0.0.0:2377"),
            "AdvertiseAddr": advertise_addr.unwrap_or_default(),
        }));
        self.clone().with_timeout(INIT_TIMEOUT).call(&request).await
    }

    /// What holds for the whole Swarm.
    pub async fn swarm_inspect(&self) -> Result<SwarmSettings, EngineError> {
        self.call::<RawSwarm>(&Request::get("/swarm")).await.map(SwarmSettings::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_join_tokens_are_not() {
        let raw: RawSwarm = serde_json::from_str(include_str!("../tests/answers/swarm.json")).unwrap();
        let settings = SwarmSettings::from(raw);
        assert_eq!(settings.cluster_id, "ojis8n3tilajovpc79fz04nwz");
        assert_eq!(settings.heartbeat_period, Duration::from_secs(5));
        assert_eq!(settings.certificate_lifetime, Duration::from_secs(90 * 24 * 3600));
        assert_eq!(settings.task_history, Some(5));
        assert!(settings.trust_root.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(!format!("{settings:?}").contains("SWMTKN"));
    }
}
