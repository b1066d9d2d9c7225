//! The Swarm as a whole: started, shown, left, ended.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Role;

/// Answer of `GET /api/v1/swarm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Swarm {
    /// How this host stands in it.
    pub state: SwarmState,
    /// What is in the way, where something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// This host's name.
    pub hostname: String,
    /// The Swarm's name, which `destroy` asks for; the beginning of its id where it was given none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// This host's node id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    /// The address at which other nodes reach this host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertise_addr: Option<String>,
    /// The leader's hostname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<String>,
    /// When it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_unix_ms: Option<i64>,
    /// Its managers.
    pub managers: u32,
    /// Those of them that are in touch.
    pub managers_reachable: u32,
    /// Its workers.
    pub workers: u32,
    /// Nodes that are ready.
    pub nodes_ready: u32,
    /// Nodes whose agent reports.
    pub agents_live: u32,
    /// Whether managers are locked after a restart.
    pub autolock: bool,
    /// How long a node's certificate is valid, in seconds.
    pub certificate_lifetime_s: u64,
}

/// How a host stands in its Swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SwarmState {
    /// Its engine is in none.
    Inactive,
    /// Its engine is on its way into one.
    Pending,
    /// It is a worker: the managers are elsewhere.
    Worker,
    /// It is a manager.
    Manager,
    /// It is in one whose key it does not have.
    Locked,
    /// Its engine failed to join, or cannot be asked.
    Error,
}

/// Body of `POST /api/v1/swarm`: starts a Swarm whose first manager is this host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SwarmInit {
    /// The address or interface at which other nodes reach this host, such as `10.0.0.1` or `eth0`; Docker picks it
    /// where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advertise_addr: Option<String>,
    /// Where this host listens for others; `0.0.0.0:2377` where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen_addr: Option<String>,
    /// The Swarm's name; this host's where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What stands behind `#` in the set-up link: proof of who asks as long as there are no accounts. Root on the
    /// host needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_token: Option<crate::SecretText>,
}

/// Body of `POST /api/v1/swarm/leave`: this host's engine leaves its Swarm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SwarmLeave {
    /// Also where the Swarm would lose its managers' quorum, or is ended by it.
    pub force: bool,
}

/// Answer of `GET /api/v1/swarm/destroy`: what ending the Swarm would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DestroyPlan {
    /// The name that has to be typed.
    pub name: String,
    /// The nodes in the order in which they leave: workers, then managers, then this host.
    pub nodes: Vec<LeavingNode>,
    /// Services that stop, SwarmManager's own left out.
    pub services: Vec<String>,
}

/// A node that would leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeavingNode {
    /// Its id.
    pub id: String,
    /// Its hostname.
    pub hostname: String,
    /// Its address.
    pub address: String,
    /// Its role.
    pub role: Role,
    /// How it is told to leave: `this host`, `over SSH as root@10.0.0.2`, or why it cannot be told.
    pub how: String,
    /// Whether it can be told at all.
    pub reachable: bool,
}

/// Body of `POST /api/v1/swarm/destroy`: ends the Swarm. Answered by a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SwarmDestroy {
    /// The Swarm's name, typed by whoever asks; not needed with `force`.
    pub name: String,
    /// Without the name.
    pub force: bool,
}

/// Answer of `GET /api/v1/swarm/tokens`: whoever has one can join the Swarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinTokens {
    /// To join as a worker.
    pub worker: String,
    /// To join as a manager.
    pub manager: String,
    /// Where to join: `10.0.0.1:2377`.
    pub address: String,
}

/// Body of `POST /api/v1/swarm/tokens`: makes a token anew, so that the old one lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateToken {
    /// Whose.
    pub role: Role,
}

/// Answer of `GET /api/v1/swarm/ca`: the Swarm's certificate authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SwarmCa {
    /// Its certificate, in PEM.
    pub certificate: String,
    /// SHA-256 of the certificate.
    pub fingerprint: String,
    /// When it ends.
    pub expires_unix_ms: i64,
    /// Whether nodes still change to a new one.
    pub rotating: bool,
}
