//! The Swarm as a whole.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::request::Request;
use crate::{Availability, Engine, EngineError, Role};

/// The first manager makes a certificate authority and a Raft log: on a small machine more than an ordinary call takes.
const INIT_TIMEOUT: Duration = Duration::from_secs(60);
/// Docker gives a join 20 s, and a manager that leaves waits for the others to agree.
const MEMBERSHIP_TIMEOUT: Duration = Duration::from_secs(45);

/// How an engine joins a Swarm. It shows nobody its token.
#[derive(Clone)]
pub struct JoinRequest {
    /// Where a manager listens, such as `10.0.0.1:2377`; more than one in case one is lost.
    pub managers: Vec<String>,
    /// What lets it in, as a worker or a manager.
    pub token: String,
    /// The address or interface at which others reach it; Docker picks it where absent.
    pub advertise_addr: Option<String>,
    /// Whether Swarm may put tasks on it from the start.
    pub availability: Availability,
}

/// What lets engines into a Swarm. It shows nobody the tokens.
#[derive(Clone)]
pub struct SwarmTokens {
    /// As workers.
    pub worker: String,
    /// As managers.
    pub manager: String,
}

/// What holds for the whole Swarm. The tokens to join it are left out, so that they are in nobody's hands by accident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwarmSettings {
    /// Its id.
    pub cluster_id: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
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
    labels: Option<BTreeMap<String, String>>,
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

/// The Swarm's object as it is written back.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Whole {
    version: crate::services::Version,
    spec: Value,
    #[serde(default)]
    join_tokens: RawTokens,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RawTokens {
    worker: String,
    manager: String,
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
            labels: raw.spec.labels.unwrap_or_default(),
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
        labels: &BTreeMap<String, String>,
    ) -> Result<String, EngineError> {
        let request = Request::post("/swarm/init").json(&json!({
            "ListenAddr": listen_addr.unwrap_or("0.0.0.0:2377"),
            "AdvertiseAddr": advertise_addr.unwrap_or_default(),
            "Spec": {"Labels": labels},
        }));
        self.clone().with_timeout(INIT_TIMEOUT).call(&request).await
    }

    /// Joins this engine to a Swarm. Docker answers after 20 s at the latest and may go on trying behind that.
    ///
    /// # Errors
    /// [`EngineError::AlreadyInSwarm`]; nothing was changed then. [`EngineError::Refused`] where the managers cannot be
    /// reached or refuse the token.
    pub async fn swarm_join(&self, join: &JoinRequest) -> Result<(), EngineError> {
        let request = Request::post("/swarm/join").json(&json!({
            "ListenAddr": "0.0.0.0:2377",
            "AdvertiseAddr": join.advertise_addr.as_deref().unwrap_or_default(),
            "RemoteAddrs": join.managers,
            "JoinToken": join.token,
            "Availability": join.availability.as_str(),
        }));
        self.clone().with_timeout(MEMBERSHIP_TIMEOUT).call_raw(&request).await.map(drop)
    }

    /// Takes this engine out of its Swarm; its tasks are stopped. Nothing to do is no error.
    ///
    /// # Errors
    /// [`EngineError::Refused`] for a manager unless forced: the others may lose their quorum by it.
    pub async fn swarm_leave(&self, force: bool) -> Result<(), EngineError> {
        let request = Request::post("/swarm/leave").with("force", if force { "1" } else { "0" });
        match self.clone().with_timeout(MEMBERSHIP_TIMEOUT).call_raw(&request).await {
            Ok(_) | Err(EngineError::NotInSwarm { .. }) => Ok(()),
            Err(EngineError::Refused { message, .. }) if message.contains("not part of a swarm") => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What lets engines into the Swarm.
    pub async fn swarm_tokens(&self) -> Result<SwarmTokens, EngineError> {
        let whole: Whole = self.call(&Request::get("/swarm")).await?;
        Ok(SwarmTokens { worker: whole.join_tokens.worker, manager: whole.join_tokens.manager })
    }

    /// Makes a token anew: whoever has the old one is not let in any more.
    pub async fn swarm_rotate_token(&self, role: Role) -> Result<(), EngineError> {
        let parameter = match role {
            Role::Worker => "rotateWorkerToken",
            Role::Manager => "rotateManagerToken",
        };
        self.swarm_update(Some(parameter), |_| {}).await
    }

    /// Begins to replace the Swarm's certificate authority, and all certificates with it.
    pub async fn swarm_rotate_ca(&self) -> Result<(), EngineError> {
        self.swarm_update(None, |spec| {
            let before = spec["CAConfig"]["ForceRotate"].as_u64().unwrap_or(0);
            spec["CAConfig"]["ForceRotate"] = json!(before + 1);
        })
        .await
    }

    async fn swarm_update(
        &self,
        parameter: Option<&str>,
        change: impl FnOnce(&mut Value),
    ) -> Result<(), EngineError> {
        let Whole { version, mut spec, .. } = self.call(&Request::get("/swarm")).await?;
        change(&mut spec);
        let mut request = Request::post("/swarm/update").with("version", &version.index.to_string());
        if let Some(parameter) = parameter {
            request = request.with(parameter, "true");
        }
        self.call_raw(&request.json(&spec)).await.map(drop)
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
        assert!(settings.labels.is_empty());
        assert!(settings.trust_root.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(!format!("{settings:?}").contains("SWMTKN"));
    }
}
