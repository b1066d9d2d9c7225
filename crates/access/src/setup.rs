//! The link that makes the first account.

use crate::secret::{Digest, Secret, SecretError};

/// A day: whoever starts a manager need not sit at it.
const VALID_MS: i64 = 24 * 60 * 60 * 1000;

/// Why a set-up link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this set-up link is wrong, was used or is too old; 'swarm-manager user setup-link' on the manager's host makes a new one"
)]
pub struct SetUpRefused;

/// The one link that is valid now, if any. It lives as long as the process.
#[derive(Debug, Default)]
pub struct SetUpLinks {
    open: Option<(Digest, i64)>,
}

impl SetUpLinks {
    /// Makes a link, in place of the one before; gives it with the moment of its end.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn issue(&mut self, now_unix_ms: i64) -> Result<(Secret, i64), SecretError> {
        let secret = Secret::generate()?;
        let expires = now_unix_ms + VALID_MS;
        self.open = Some((secret.digest(), expires));
        Ok((secret, expires))
    }

    /// Checks a link; it stays valid until it is [closed](Self::close), so that a mistake in the form costs nothing.
    ///
    /// # Errors
    /// Where it is not the one that is open.
    pub fn check(&self, token: &str, now_unix_ms: i64) -> Result<(), SetUpRefused> {
        match self.open {
            Some((digest, expires)) if digest == Digest::of(token) && now_unix_ms < expires => Ok(()),
            _ => Err(SetUpRefused),
        }
    }

    /// Whether there is a link that opens something.
    pub fn is_open(&self, now_unix_ms: i64) -> bool {
        self.open.is_some_and(|(_, expires)| now_unix_ms < expires)
    }

    /// Ends the link: it was used.
    pub fn close(&mut self) {
        self.open = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_once() {
        let mut links = SetUpLinks::default();
        let (secret, _) = links.issue(0).unwrap();
        assert_eq!(links.check(secret.reveal(), 1), Ok(()));
        assert!(links.is_open(1));
        links.close();
        assert!(!links.is_open(1));
        assert_eq!(links.check(secret.reveal(), 1), Err(SetUpRefused));
    }

    #[test]
    fn a_link_ends_and_is_replaced() {
        let mut links = SetUpLinks::default();
        let (old, expires) = links.issue(0).unwrap();
        assert_eq!(links.check(old.reveal(), expires - 1), Ok(()));
        assert_eq!(links.check(old.reveal(), expires), Err(SetUpRefused));
        let (new, _) = links.issue(0).unwrap();
        assert_eq!(links.check(old.reveal(), 1), Err(SetUpRefused));
        assert_eq!(links.check(new.reveal(), 1), Ok(()));
        assert_eq!(links.check("", 1), Err(SetUpRefused));
    }
}
