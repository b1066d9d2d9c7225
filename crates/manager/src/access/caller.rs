//! Who asks.

use std::net::IpAddr;

use swarmmanager_access::Digest;
use swarmmanager_api::{UserRole, Via};

/// Who asks, and how they proved it.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The user's name; `root` over the Unix socket.
    pub(crate) user: String,
    /// What they may do.
    pub(crate) role: UserRole,
    /// What they proved it by.
    pub(crate) credential: Credential,
    /// Where from; absent over the Unix socket.
    pub(crate) address: Option<IpAddr>,
    /// When the session or the token ends at the latest.
    pub(crate) expires_unix_ms: Option<i64>,
}

/// What somebody proved to be somebody by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// They opened the Unix socket, which only root may.
    Socket,
    /// A session's cookie.
    Session { id: String },
    /// An API token.
    Token { digest: Digest },
}

impl Caller {
    /// Root, over the Unix socket.
    pub(crate) fn root() -> Self {
        Self {
            user: "root".to_owned(),
            role: UserRole::Admin,
            credential: Credential::Socket,
            address: None,
            expires_unix_ms: None,
        }
    }

    /// How they proved it.
    pub(crate) fn via(&self) -> Via {
        match self.credential {
            Credential::Socket => Via::Socket,
            Credential::Session { .. } => Via::Session,
            Credential::Token { .. } => Via::Token,
        }
    }

    /// The name to ask for own things by; an admin's own are everybody's.
    pub(crate) fn scope(&self) -> Option<&str> {
        (self.role < UserRole::Admin).then_some(self.user.as_str())
    }

    /// The session that they ask in.
    pub(crate) fn session(&self) -> Option<&str> {
        match &self.credential {
            Credential::Session { id } => Some(id),
            _ => None,
        }
    }
}
