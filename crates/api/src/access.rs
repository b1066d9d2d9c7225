//! Who may do what: accounts, sessions, API tokens, and the record of what was changed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user or a token may do. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserRole {
    /// Sees everything but accounts and the audit.
    Viewer,
    /// Changes services and nodes.
    Operator,
    /// Changes users and settings, and ends the Swarm.
    Admin,
}

impl UserRole {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

impl std::fmt::Display for UserRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a caller proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// By being root on the manager's host.
    Socket,
    /// By a session's cookie.
    Session,
    /// By an API token.
    Token,
}

impl Via {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Session => "session",
            Self::Token => "token",
        }
    }
}

/// Answer of `GET /api/v1/welcome`, which anybody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Welcome {
    /// Whether anybody has an account; where nobody has, the set-up link makes the first one.
    pub set_up: bool,
    /// How the manager's host stands in its Swarm. There are accounts only where it is a manager.
    pub swarm: crate::SwarmState,
}

/// Body of `POST /api/v1/setup`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// What stands behind `#` in the set-up link.
    pub token: String,
    /// Name of the first user, who is an admin.
    #[schema(example = "alice")]
    pub user: String,
    /// The user's password, 10 to 128 characters.
    pub password: String,
}

/// Answer of `POST /api/v1/setup-link`: a link that makes the first account, once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SetUpLink {
    /// The path behind the manager's address: `/setup#…`.
    pub path: String,
    /// The link with the address that the manager knows itself by; absent where it listens on no TCP port.
    pub url: Option<String>,
    /// When it ends.
    pub expires_unix_ms: i64,
}

/// Body of `POST /api/v1/session`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The user's name.
    pub user: String,
    /// The user's password.
    pub password: String,
}

/// Body of `POST /api/v1/session/password`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password as it is.
    pub current_password: String,
    /// The password as it shall be, 10 to 128 characters.
    pub new_password: String,
}

/// Answer of `GET` and `POST /api/v1/session`: who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The user's name; `root` over the Unix socket.
    pub user: String,
    /// What they may do.
    pub role: UserRole,
    /// How they proved who they are.
    pub via: Via,
    /// Where from; absent over the Unix socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When the session or the token ends at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_unix_ms: Option<i64>,
}

/// Answer of `GET /api/v1/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionList {
    /// The caller's sessions at this manager, an admin's answer everybody's; the latest first.
    pub sessions: Vec<SessionInfo>,
}

/// A session at one manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionInfo {
    /// Names it; opens nothing.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// When it began.
    pub created_unix_ms: i64,
    /// When it was last used, to the minute.
    pub seen_unix_ms: i64,
    /// When it ends at the latest.
    pub expires_unix_ms: i64,
    /// Where it began.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
    /// Whether it is the caller's own.
    pub current: bool,
}

/// Answer of `GET /api/v1/users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserList {
    /// The users, by name.
    pub users: Vec<User>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The name to sign in with.
    pub name: String,
    /// What they may do.
    pub role: UserRole,
    /// When the account was made.
    pub created_unix_ms: i64,
}

/// Body of `POST /api/v1/users`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCreate {
    /// Lower-case letters, digits, `.`, `_` and `-`, at most 32.
    #[schema(example = "alice")]
    pub name: String,
    /// 10 to 128 characters.
    pub password: String,
    /// What they may do.
    pub role: UserRole,
}

/// Body of `PATCH /api/v1/users/{user}`; what is absent stays.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UserUpdate {
    /// What they may do from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<UserRole>,
    /// A new password; ends the user's sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// Answer of `GET /api/v1/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenList {
    /// The caller's tokens, an admin's answer everybody's; the latest first.
    pub tokens: Vec<TokenInfo>,
}

/// An API token, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenInfo {
    /// Names it; opens nothing.
    pub id: String,
    /// What its maker called it.
    pub name: String,
    /// Who made it.
    pub user: String,
    /// What it may do, never more than its maker.
    pub role: UserRole,
    /// When it was made.
    pub created_unix_ms: i64,
    /// When it ends.
    pub expires_unix_ms: i64,
}

/// Body of `POST /api/v1/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenCreate {
    /// What it is for, at most 64 characters.
    pub name: String,
    /// What it may do, at most what its maker may.
    pub role: UserRole,
    /// Seconds that it is valid for, at most ten years.
    #[schema(minimum = 1, maximum = 315_360_000)]
    pub expires_in_s: u64,
}

/// Answer of `POST /api/v1/tokens`: the only time that the token is shown.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenCreated {
    /// The secret: `Authorization: Bearer swm_…`.
    pub token: String,
    /// All else about it.
    pub info: TokenInfo,
}

/// Answer of `GET /api/v1/settings` and body of `PUT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Seconds without use after which a session ends, a minute to a year.
    #[schema(minimum = 60, maximum = 31_536_000)]
    pub session_idle_s: u64,
    /// Seconds after which a session ends in any case, a minute to a year.
    #[schema(minimum = 60, maximum = 31_536_000)]
    pub session_lifetime_s: u64,
}

/// Answer of `GET /api/v1/audit`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditList {
    /// The entries.
    pub entries: Vec<AuditEntry>,
}

/// One change that was asked for at this manager, also one that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Grows from entry to entry.
    pub id: i64,
    /// When it was asked for.
    pub unix_ms: i64,
    /// Who asked; absent where nobody proved to be anybody.
    pub user: Option<String>,
    /// What they may do.
    pub role: Option<UserRole>,
    /// How they proved who they are.
    pub via: Option<Via>,
    /// Where from; absent over the Unix socket.
    pub address: Option<String>,
    /// What: an operation of this API.
    pub operation: String,
    /// To which service, node, user …
    pub target: Option<String>,
    /// How it ended, as an HTTP status; absent while it is under way, and where the manager died meanwhile.
    pub status: Option<u16>,
    /// Why it was refused.
    pub message: Option<String>,
}
