//! The first account, and the link that makes it.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swarmmanager_access::{AccountsError, Attempts, SetUpLinks, UserName};

use super::{Access, AccessError, SignedIn, StoreError, Visitor};
use crate::clock::unix_ms;

/// Whom those who guess set-up links count as: no user can have that name.
const SETTING_UP: &str = "(set-up)";

/// A link that makes the first account.
pub(crate) struct Link {
    /// The path behind the manager's address. The secret stands behind `#`, where browsers keep it to themselves.
    pub(crate) path: String,
    /// When it ends.
    pub(crate) expires_unix_ms: i64,
}

/// What guards the first account, as long as the process runs, and counts who guesses. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Threshold {
    links: Arc<Mutex<SetUpLinks>>,
    attempts: Arc<Mutex<Attempts>>,
}

impl Threshold {
    /// A new set-up link, in place of the one before.
    pub(crate) fn issue(&self) -> Result<Link, AccessError> {
        let (secret, expires_unix_ms) = self.links().issue(unix_ms())?;
        Ok(Link { path: format!("/setup#{}", secret.reveal()), expires_unix_ms })
    }

    /// Whether there is a link that opens something.
    pub(crate) fn is_open(&self) -> bool {
        self.links().is_open(unix_ms())
    }

    /// Checks a link, as often as guessing is allowed.
    pub(crate) fn check(&self, token: &str, address: IpAddr) -> Result<(), AccessError> {
        self.attempts().check(SETTING_UP, address, unix_ms())?;
        let checked = self.links().check(token, unix_ms());
        if let Err(refused) = checked {
            self.attempts().failed(SETTING_UP, address, unix_ms());
            return Err(refused.into());
        }
        Ok(())
    }

    pub(super) fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.links().close();
    }

    fn links(&self) -> MutexGuard<'_, SetUpLinks> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Access {
    /// Makes the first account, of an admin, and lets them in.
    pub(crate) async fn set_up(
        &self,
        token: &str,
        name: UserName,
        password: String,
        from: &Visitor,
    ) -> Result<SignedIn, AccessError> {
        self.refuse_if_set_up()?;
        self.threshold.check(token, from.address)?;
        let password = self.hash(password).await?;
        let user = name.as_str().to_owned();
        // Checked again inside: of two who have the link one is first.
        self.store.change(|accounts| accounts.set_up(name.clone(), password.clone(), unix_ms())).await?;
        self.threshold.close();
        self.begin(&user, from)
    }

    /// Calls with a new link when this manager begins to lead a Swarm in which nobody has an account, unless the link
    /// with which that Swarm was started is still open. Ends when somebody has an account.
    pub(crate) async fn announce_set_up(&self, mut announce: impl FnMut(&Link)) {
        let mut known = self.store.follow();
        let mut is_announced = false;
        loop {
            let is_set_up = known.borrow_and_update().as_ref().map(|accounts| accounts.is_set_up());
            match is_set_up {
                Some(true) => return,
                Some(false) if !is_announced && self.threshold.is_open() => is_announced = true,
                Some(false) if !is_announced && self.store.is_leading().await => {
                    match self.threshold.issue() {
                        Ok(link) => announce(&link),
                        Err(error) => tracing::error!(%error, "no set-up link can be made"),
                    }
                    is_announced = true;
                }
                _ => {}
            }
            // Who leads is not announced, so it is asked again now and then.
            let changed = tokio::time::timeout(super::store::READ_EVERY, known.changed());
            if matches!(changed.await, Ok(Err(_))) {
                return;
            }
        }
    }

    /// A new set-up link for root, where it would make an account.
    pub(crate) fn set_up_link_for_root(&self) -> Result<Link, AccessError> {
        self.refuse_if_set_up()?;
        self.threshold.issue()
    }

    fn refuse_if_set_up(&self) -> Result<(), AccessError> {
        if self.accounts()?.is_set_up() {
            return Err(StoreError::Refused(AccountsError::SetUpAlready).into());
        }
        Ok(())
    }
}
