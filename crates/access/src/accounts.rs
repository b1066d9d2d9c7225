//! Users, their API tokens and the settings: one document, the same at every manager.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swarmmanager_api::{Settings, TokenInfo, User, UserRole};

use crate::name::{TokenName, UserName};
use crate::password::PasswordHash;
use crate::secret::{Digest, Secret, SecretError};

/// The only format so far. A manager refuses a document of a format that it does not know, rather than lose what it
/// does not understand.
const FORMAT: u32 = 1;
/// All fit into one Swarm config of 500 KB by far.
const MOST_USERS: usize = 500;
const MOST_TOKENS: usize = 1000;
/// Ten years.
const LONGEST_TOKEN_S: u64 = 315_360_000;
const SHORTEST_SESSION_S: u64 = 60;
const LONGEST_SESSION_S: u64 = 31_536_000;

/// Why the accounts were not changed, or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The document is not one.
    #[error("the accounts kept in the Swarm cannot be read")]
    Read(#[source] serde_json::Error),
    /// A newer manager wrote it.
    #[error("the accounts kept in the Swarm are of format {format}, of a newer version of SwarmManager")]
    Format {
        /// Its format.
        format: u32,
    },
    /// The name is taken.
    #[error("there is a user {name} already")]
    UserExists {
        /// The name.
        name: String,
    },
    /// Nobody has that name.
    #[error("no such user: {name}")]
    NoSuchUser {
        /// The name.
        name: String,
    },
    /// Nobody would be left to manage users.
    #[error("{name} is the only admin; make another user an admin first")]
    LastAdmin {
        /// The name.
        name: String,
    },
    /// The first account is there.
    #[error("this Swarm is set up already; sign in, or ask an admin for an account")]
    SetUpAlready,
    /// There are too many.
    #[error("there are {MOST_USERS} users, and no more can be kept")]
    TooManyUsers,
    /// There are too many.
    #[error("there are {MOST_TOKENS} tokens, and no more can be kept; remove some first")]
    TooManyTokens,
    /// A token for more than its maker may.
    #[error("invalid role {asked}: as {own} you can make tokens for {own} at most")]
    RoleTooHigh {
        /// What was asked for.
        asked: UserRole,
        /// What its maker may.
        own: UserRole,
    },
    /// A token for ever, or for nothing.
    #[error("invalid expires_in_s {seconds}: write 1 to {LONGEST_TOKEN_S} seconds")]
    TokenLifetime {
        /// What was written.
        seconds: u64,
    },
    /// No such token, or not the caller's.
    #[error("no such token: {id}")]
    NoSuchToken {
        /// Its id.
        id: String,
    },
    /// A setting out of its bounds.
    #[error("invalid {field} {seconds}: write {SHORTEST_SESSION_S} to {LONGEST_SESSION_S} seconds")]
    Setting {
        /// Which.
        field: &'static str,
        /// What was written.
        seconds: u64,
    },
    /// No secret can be made.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    format: u32,
    users: BTreeMap<UserName, Account>,
    tokens: Vec<Token>,
    settings: Settings,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    role: UserRole,
    password: PasswordHash,
    created_unix_ms: i64,
    /// Sessions that began before ended with the password of that time, at whichever manager.
    sessions_since_unix_ms: i64,
}

/// An API token as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Names it; opens nothing.
    pub id: String,
    /// What its maker calls it.
    pub name: TokenName,
    /// Who made it: a user, or `root` over the Unix socket.
    pub user: String,
    /// What it may do.
    pub role: UserRole,
    digest: Digest,
    /// When it was made.
    pub created_unix_ms: i64,
    /// When it ends.
    pub expires_unix_ms: i64,
}

/// What a new token shall be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What its maker calls it.
    pub name: TokenName,
    /// What it shall be allowed.
    pub role: UserRole,
    /// How long it shall be valid.
    pub expires_in_s: u64,
    /// Who makes it.
    pub maker: String,
    /// What its maker may do.
    pub maker_role: UserRole,
}

impl Default for Accounts {
    /// Nobody, and sessions that end after twelve hours without use or after a week.
    fn default() -> Self {
        let settings = Settings { session_idle_s: 12 * 3600, session_lifetime_s: 7 * 24 * 3600 };
        Self { format: FORMAT, users: BTreeMap::new(), tokens: Vec::new(), settings }
    }
}

impl Accounts {
    /// Reads the document.
    ///
    /// # Errors
    /// [`AccountsError::Read`] and [`AccountsError::Format`].
    pub fn from_json(json: &[u8]) -> Result<Self, AccountsError> {
        #[derive(Deserialize)]
        struct Versioned {
            format: u32,
        }
        let Versioned { format } = serde_json::from_slice(json).map_err(AccountsError::Read)?;
        if format != FORMAT {
            return Err(AccountsError::Format { format });
        }
        serde_json::from_slice(json).map_err(AccountsError::Read)
    }

    /// The document. Holds hashes of passwords and digests of tokens, neither of them in clear.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Whether anybody has an account.
    pub fn is_set_up(&self) -> bool {
        !self.users.is_empty()
    }

    /// The users, by name.
    pub fn users(&self) -> Vec<User> {
        self.users.iter().map(|(name, account)| user(name, account)).collect()
    }

    /// One user.
    pub fn user(&self, name: &str) -> Option<User> {
        self.users.get_key_value(name).map(|(name, account)| user(name, account))
    }

    /// A user's password.
    pub fn password(&self, name: &str) -> Option<&PasswordHash> {
        self.users.get(name).map(|account| &account.password)
    }

    /// Makes the first account: an admin's.
    ///
    /// # Errors
    /// [`AccountsError::SetUpAlready`].
    pub fn set_up(
        &mut self,
        name: UserName,
        password: PasswordHash,
        now_unix_ms: i64,
    ) -> Result<(), AccountsError> {
        if self.is_set_up() {
            return Err(AccountsError::SetUpAlready);
        }
        self.add_user(name, password, UserRole::Admin, now_unix_ms)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// [`AccountsError::UserExists`] and [`AccountsError::TooManyUsers`].
    pub fn add_user(
        &mut self,
        name: UserName,
        password: PasswordHash,
        role: UserRole,
        now_unix_ms: i64,
    ) -> Result<(), AccountsError> {
        if self.users.contains_key(&name) {
            return Err(AccountsError::UserExists { name: name.to_string() });
        }
        if self.users.len() >= MOST_USERS {
            return Err(AccountsError::TooManyUsers);
        }
        let (created_unix_ms, sessions_since_unix_ms) = (now_unix_ms, now_unix_ms);
        self.users.insert(name, Account { role, password, created_unix_ms, sessions_since_unix_ms });
        Ok(())
    }

    /// When the oldest session of a user that is still good may have begun.
    pub fn sessions_since(&self, name: &str) -> Option<i64> {
        self.users.get(name).map(|account| account.sessions_since_unix_ms)
    }

    /// Gives a user another role, another password, or both. A new password ends all sessions from before.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchUser`] and [`AccountsError::LastAdmin`].
    pub fn change_user(
        &mut self,
        name: &str,
        role: Option<UserRole>,
        password: Option<PasswordHash>,
        now_unix_ms: i64,
    ) -> Result<(), AccountsError> {
        if role.is_some_and(|role| role != UserRole::Admin) {
            self.keep_an_admin(name)?;
        }
        let account = self.account(name)?;
        account.role = role.unwrap_or(account.role);
        if let Some(password) = password {
            account.password = password;
            account.sessions_since_unix_ms = now_unix_ms;
        }
        Ok(())
    }

    /// Removes a user, whose tokens go with them.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchUser`] and [`AccountsError::LastAdmin`].
    pub fn remove_user(&mut self, name: &str) -> Result<(), AccountsError> {
        self.account(name)?;
        self.keep_an_admin(name)?;
        self.users.remove(name);
        self.tokens.retain(|token| token.user != name);
        Ok(())
    }

    /// The tokens that are valid still, the latest first.
    pub fn tokens(&self, now_unix_ms: i64) -> Vec<TokenInfo> {
        let mut tokens: Vec<TokenInfo> =
            self.tokens.iter().filter(|token| token.is_valid(now_unix_ms)).map(Token::info).collect();
        tokens.sort_by(|a, b| (b.created_unix_ms, &b.id).cmp(&(a.created_unix_ms, &a.id)));
        tokens
    }

    /// The token that this is the secret of, if it is valid still, with what it may do: never more than its maker may by
    /// now.
    pub fn token(&self, digest: &Digest, now_unix_ms: i64) -> Option<(&Token, UserRole)> {
        let token = self.tokens.iter().find(|token| token.digest == *digest)?;
        let makers = match self.users.get(token.user.as_str()) {
            Some(account) => account.role,
            None if token.user == ROOT => UserRole::Admin,
            None => return None,
        };
        token.is_valid(now_unix_ms).then_some((token, token.role.min(makers)))
    }

    /// Makes a token. Those that ended are forgotten on the way.
    ///
    /// # Errors
    /// [`AccountsError::RoleTooHigh`], [`AccountsError::TokenLifetime`], [`AccountsError::TooManyTokens`],
    /// [`AccountsError::Secret`].
    pub fn add_token(
        &mut self,
        new: NewToken,
        now_unix_ms: i64,
    ) -> Result<(Secret, TokenInfo), AccountsError> {
        if new.role > new.maker_role {
            return Err(AccountsError::RoleTooHigh { asked: new.role, own: new.maker_role });
        }
        if !(1..=LONGEST_TOKEN_S).contains(&new.expires_in_s) {
            return Err(AccountsError::TokenLifetime { seconds: new.expires_in_s });
        }
        self.tokens.retain(|token| token.is_valid(now_unix_ms));
        if self.tokens.len() >= MOST_TOKENS {
            return Err(AccountsError::TooManyTokens);
        }
        let secret = Secret::generate()?;
        let digest = secret.digest();
        let lifetime_ms = i64::try_from(new.expires_in_s * 1000).unwrap_or(i64::MAX);
        let token = Token {
            id: digest.id(),
            name: new.name,
            user: new.maker,
            role: new.role,
            digest,
            created_unix_ms: now_unix_ms,
            expires_unix_ms: now_unix_ms.saturating_add(lifetime_ms),
        };
        let info = token.info();
        self.tokens.push(token);
        Ok((secret, info))
    }

    /// Ends a token: of anybody, or of that user only.
    ///
    /// # Errors
    /// [`AccountsError::NoSuchToken`], also where it is another user's.
    pub fn remove_token(&mut self, id: &str, of: Option<&str>) -> Result<(), AccountsError> {
        let is_it = |token: &Token| token.id == id && of.is_none_or(|user| token.user == user);
        let before = self.tokens.len();
        self.tokens.retain(|token| !is_it(token));
        if self.tokens.len() == before {
            return Err(AccountsError::NoSuchToken { id: id.to_owned() });
        }
        Ok(())
    }

    /// The settings.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Replaces the settings.
    ///
    /// # Errors
    /// [`AccountsError::Setting`].
    pub fn set_settings(&mut self, settings: Settings) -> Result<(), AccountsError> {
        for (field, seconds) in
            [("session_idle_s", settings.session_idle_s), ("session_lifetime_s", settings.session_lifetime_s)]
        {
            if !(SHORTEST_SESSION_S..=LONGEST_SESSION_S).contains(&seconds) {
                return Err(AccountsError::Setting { field, seconds });
            }
        }
        self.settings = settings;
        Ok(())
    }

    fn account(&mut self, name: &str) -> Result<&mut Account, AccountsError> {
        self.users.get_mut(name).ok_or_else(|| AccountsError::NoSuchUser { name: name.to_owned() })
    }

    /// Refuses what would leave nobody to manage users.
    fn keep_an_admin(&self, without: &str) -> Result<(), AccountsError> {
        let is_admin = |account: &Account| account.role == UserRole::Admin;
        let is_only_one = self.users.get(without).is_some_and(is_admin)
            && !self.users.iter().any(|(name, account)| name.as_str() != without && is_admin(account));
        if is_only_one { Err(AccountsError::LastAdmin { name: without.to_owned() }) } else { Ok(()) }
    }
}

/// Who asks over the Unix socket.
const ROOT: &str = "root";

impl Token {
    fn is_valid(&self, now_unix_ms: i64) -> bool {
        now_unix_ms < self.expires_unix_ms
    }

    /// What may be shown of it.
    fn info(&self) -> TokenInfo {
        TokenInfo {
            id: self.id.clone(),
            name: self.name.as_str().to_owned(),
            user: self.user.clone(),
            role: self.role,
            created_unix_ms: self.created_unix_ms,
            expires_unix_ms: self.expires_unix_ms,
        }
    }
}

fn user(name: &UserName, account: &Account) -> User {
    User { name: name.to_string(), role: account.role, created_unix_ms: account.created_unix_ms }
}

#[cfg(test)]
mod tests;
