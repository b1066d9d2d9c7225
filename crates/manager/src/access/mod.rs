//! Who may come in: finds out who asks, signs people in, and keeps what they may do.

mod caller;
mod set_up;
mod store;

use std::net::IpAddr;
use std::sync::Arc;

use swarmmanager_access::{
    Accounts, Digest, NewSession, OpenSession, Password, PasswordError, PasswordHash, Secret, SecretError,
    Sessions, SessionsError, SetUpRefused, TooMany,
};
use swarmmanager_api::{Settings, User};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::clock::unix_ms;

pub(crate) use caller::{Caller, Credential};
pub(crate) use set_up::Threshold;
pub(crate) use store::{AccountStore, StoreError, holds_accounts};

/// Passwords hashed at once: each takes a core and 19 MiB, of which an access point has few.
const HASHING_AT_ONCE: usize = 2;

/// Why somebody was not let in, or accounts were not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    /// The accounts could not be read or changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Not the user's password, or no such user: which of them is not said.
    #[error("the user name or the password is wrong")]
    WrongPassword,
    /// They guessed too often.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// A set-up link that opens nothing.
    #[error(transparent)]
    SetUp(#[from] SetUpRefused),
    /// A password that cannot be.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The sessions' file.
    #[error(transparent)]
    Sessions(#[from] SessionsError),
    /// The system gives no random numbers.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Hashing was broken off.
    #[error("the password could not be checked")]
    Hashing,
}

/// Lets people in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) store: AccountStore,
    pub(crate) sessions: Sessions,
    threshold: Threshold,
    hashing: Arc<Semaphore>,
}

/// Somebody who wants to come in.
pub(crate) struct Visitor {
    pub(crate) address: IpAddr,
    /// What their browser says it is.
    pub(crate) agent: String,
}

/// Somebody who was let in, and the secret for their cookie.
pub(crate) struct SignedIn {
    pub(crate) caller: Caller,
    pub(crate) secret: Secret,
    /// Seconds after which the cookie may be forgotten.
    pub(crate) lifetime_s: u64,
}

impl Access {
    pub(crate) fn new(store: AccountStore, sessions: Sessions, threshold: Threshold) -> Self {
        Self { store, sessions, threshold, hashing: Arc::new(Semaphore::new(HASHING_AT_ONCE)) }
    }

    /// The accounts as last read.
    pub(crate) fn accounts(&self) -> Result<Arc<Accounts>, StoreError> {
        self.store.latest().ok_or(StoreError::NotRead)
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Settings {
        self.store.latest().unwrap_or_default().settings()
    }

    /// Whom a session's cookie stands for.
    pub(crate) fn by_session(&self, secret: &str, address: IpAddr) -> Result<Option<Caller>, AccessError> {
        let accounts = self.accounts()?;
        let found = self.sessions.find(&Digest::of(secret), accounts.settings(), unix_ms())?;
        Ok(found.and_then(|session| session_caller(&accounts, session, address)))
    }

    /// Whom an API token stands for.
    pub(crate) fn by_token(&self, secret: &str, address: IpAddr) -> Result<Option<Caller>, AccessError> {
        let accounts = self.accounts()?;
        let digest = Digest::of(secret);
        Ok(accounts.token(&digest, unix_ms()).map(|(token, role)| Caller {
            user: token.user.clone(),
            role,
            credential: Credential::Token { digest },
            address: Some(address),
            expires_unix_ms: Some(token.expires_unix_ms),
        }))
    }

    /// Whether that caller would still be let in, with the same role. Does not count as use of a session.
    pub(crate) fn is_still_in(&self, caller: &Caller) -> bool {
        let Some(accounts) = self.store.latest() else { return true };
        let role = match &caller.credential {
            Credential::Socket => return true,
            Credential::Token { digest } => accounts.token(digest, unix_ms()).map(|(_, role)| role),
            Credential::Session { id } => {
                let open = self.sessions.list(Some(&caller.user), accounts.settings(), unix_ms());
                // A fault of the disk ends no session.
                let Ok(open) = open else { return true };
                let session = open.into_iter().find(|session| session.id == *id);
                session.and_then(|session| user_of(&accounts, &session)).map(|user| user.role)
            }
        };
        role == Some(caller.role)
    }

    /// Lets a user in who knows their password.
    pub(crate) async fn sign_in(
        &self,
        user: &str,
        password: String,
        from: &Visitor,
    ) -> Result<SignedIn, AccessError> {
        let accounts = self.accounts()?;
        let known = accounts.password(user).cloned();
        self.check_password(user, known, password, from.address).await?;
        self.begin(user, from)
    }

    /// Checks a password, as often as guessing is allowed. Takes as long for a user that there is not.
    pub(crate) async fn check_password(
        &self,
        user: &str,
        known: Option<PasswordHash>,
        password: String,
        address: IpAddr,
    ) -> Result<(), AccessError> {
        // Looked at only when it is one's turn: or of many guesses at once each would be the first.
        let _turn = self.hashing.acquire().await.map_err(|_| AccessError::Hashing)?;
        self.threshold.attempts().check(user, address, unix_ms())?;
        let is_known = known.is_some();
        let hash = known.unwrap_or_else(PasswordHash::of_nobody);
        let checked = spawn_blocking(move || hash.verify(&password)).await;
        let is_right = checked.map_err(|_| AccessError::Hashing)?;
        if is_right && is_known {
            self.threshold.attempts().succeeded(user, address, unix_ms());
            Ok(())
        } else {
            self.threshold.attempts().failed(user, address, unix_ms());
            Err(AccessError::WrongPassword)
        }
    }

    /// What is kept of a password.
    pub(crate) async fn hash(&self, password: String) -> Result<PasswordHash, AccessError> {
        let password = Password::new(password)?;
        let _turn = self.hashing.acquire().await.map_err(|_| AccessError::Hashing)?;
        Ok(spawn_blocking(move || password.hash()).await.map_err(|_| AccessError::Hashing)??)
    }

    /// Begins a session of a user who proved to be them.
    pub(crate) fn begin(&self, user: &str, from: &Visitor) -> Result<SignedIn, AccessError> {
        let accounts = self.accounts()?;
        let settings = accounts.settings();
        let new = NewSession {
            user: user.to_owned(),
            address: from.address.to_string(),
            agent: from.agent.clone(),
        };
        self.sessions.forget_ended(settings, unix_ms())?;
        // The manager that noted the last change of password may have a clock that is ahead.
        let now = unix_ms().max(accounts.sessions_since(user).unwrap_or_default());
        let (secret, session) = self.sessions.begin(&new, now)?;
        let caller = session_caller(&accounts, session, from.address).ok_or(AccessError::WrongPassword)?;
        Ok(SignedIn { caller, secret, lifetime_s: settings.session_lifetime_s })
    }
}

fn session_caller(accounts: &Accounts, session: OpenSession, address: IpAddr) -> Option<Caller> {
    let user = user_of(accounts, &session)?;
    Some(Caller {
        user: user.name,
        role: user.role,
        address: Some(address),
        expires_unix_ms: Some(session.expires_unix_ms(accounts.settings())),
        credential: Credential::Session { id: session.id },
    })
}

/// Whose session it is, unless their password was changed since: then it ended, at whichever manager it began.
fn user_of(accounts: &Accounts, session: &OpenSession) -> Option<User> {
    let since = accounts.sessions_since(&session.user)?;
    accounts.user(&session.user).filter(|_| session.created_unix_ms >= since)
}
