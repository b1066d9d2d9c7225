//! Nodes that are to join over SSH.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Role, SecretText};

/// Body of `POST /api/v1/swarm/join`: joins nodes over SSH. Answered by a job with an item for each node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SwarmJoin {
    /// The nodes, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<JoinNode>,
    /// The nodes as an inventory in JSON, TOML or YAML, beside or instead of those above. What it names on disk or in
    /// the environment is refused here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory: Option<SecretText>,
    /// Whether a missing Docker Engine is installed by the node's own package manager.
    pub install_engine: bool,
    /// Whether the key of a host that is not known yet is taken as it comes. A key that changed never is.
    pub accept_new_host_keys: bool,
    /// Keys that somebody looked at and accepted.
    pub accepted_host_keys: Vec<AcceptedHostKey>,
    /// How many nodes join at once; 8 where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel: Option<u32>,
}

/// Body of `POST /api/v1/swarm/join/check`: nodes as in [`SwarmJoin`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SwarmJoinCheck {
    /// The nodes, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<JoinNode>,
    /// The nodes as an inventory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory: Option<SecretText>,
}

/// A node that is to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinNode {
    /// What it is called in messages; its address where absent. Its name in the Swarm is its hostname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Name or address of its SSH server.
    #[schema(example = "10.0.0.2")]
    pub address: String,
    /// TCP port of its SSH server.
    #[serde(default = "ssh_port")]
    pub port: u16,
    /// User on the node: root, or one who may use sudo without a password.
    #[serde(default = "root")]
    pub user: String,
    /// How the user proves it. Where nothing is given the manager's own key is used.
    #[serde(default)]
    pub auth: SshAuth,
    /// Its part in the Swarm.
    #[serde(default = "worker")]
    pub role: Role,
    /// Labels that it gets.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The address or interface at which other nodes reach it; its own choice where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertise_addr: Option<String>,
    /// Its engine's Unix socket; `/var/run/docker.sock` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_socket: Option<String>,
    /// The storage driver of an engine that is installed; the engine's own choice where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_driver: Option<String>,
}

/// How a user proves who they are over SSH. What is given is tried in this order: agent, key, password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SshAuth {
    /// Unix socket of an SSH agent on the manager's host; only root there may name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_socket: Option<String>,
    /// A private key as OpenSSH writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<SecretText>,
    /// What the key is encrypted with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<SecretText>,
    /// The user's password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretText>,
}

/// A host key that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptedHostKey {
    /// Name or address of the SSH server, as in the node.
    pub address: String,
    /// Its TCP port.
    pub port: u16,
    /// The key's fingerprint as OpenSSH shows it: `SHA256:…`.
    pub fingerprint: String,
}

/// Answer of `POST /api/v1/swarm/join/check`: what would be joined, and whose host keys are not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinCheck {
    /// The nodes.
    pub nodes: Vec<CheckedNode>,
    /// What whoever wrote the inventory should know.
    pub warnings: Vec<String>,
}

/// A node as it would be joined, less its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckedNode {
    /// What it is called in messages.
    pub name: String,
    /// Name or address of its SSH server.
    pub address: String,
    /// TCP port of its SSH server.
    pub port: u16,
    /// User on the node.
    pub user: String,
    /// How the user proves it: `password`, `key`, `agent` or `the manager's key`.
    pub auth: String,
    /// Its part in the Swarm.
    pub role: Role,
    /// Labels that it gets.
    pub labels: BTreeMap<String, String>,
    /// Its host key.
    pub host_key: HostKey,
}

/// What is known of a host's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HostKey {
    /// Whether it is the one that is known.
    pub state: HostKeyState,
    /// The key's kind, such as `ssh-ed25519`; absent where the host did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// Its fingerprint as OpenSSH shows it: `SHA256:…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Why the host did not answer, or what a changed key means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Whether a host key is the one that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HostKeyState {
    /// It is.
    Known,
    /// None is known.
    New,
    /// Another one is known: somebody may stand between, or the host was set up anew.
    Changed,
    /// The host does not answer.
    Unreachable,
}

fn ssh_port() -> u16 {
    22
}

fn root() -> String {
    "root".to_owned()
}

fn worker() -> Role {
    Role::Worker
}
