//! What a user proves themselves with.

use std::path::PathBuf;

use crate::own_key::OwnKey;

/// What there is to try, in this order: the agent, the key, the own key, the password.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The Unix socket of an SSH agent.
    pub agent_socket: Option<PathBuf>,
    /// A private key as OpenSSH writes it.
    pub private_key: Option<String>,
    /// What the private key is encrypted with.
    pub passphrase: Option<String>,
    /// The user's password.
    pub password: Option<String>,
    /// This program's own key.
    pub own_key: Option<OwnKey>,
}

/// What the server took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A key that an agent holds.
    Agent,
    /// The private key.
    Key,
    /// This program's own key.
    OwnKey,
    /// The password.
    Password,
}

impl Proof {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "the agent's keys",
            Self::Key => "the private key",
            Self::OwnKey => "the manager's own key",
            Self::Password => "the password",
        }
    }
}
