//! Passwords: what is one, and how it is kept.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc};
use serde::{Deserialize, Serialize};

const SHORTEST: usize = 10;
const LONGEST: usize = 128;

/// Why a password is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("the password is too short: it has {length} characters, and {SHORTEST} are the least")]
    TooShort {
        /// Its length in characters.
        length: usize,
    },
    /// Too long.
    #[error("the password is too long: {LONGEST} characters are the most")]
    TooLong,
    /// It cannot be hashed.
    #[error("the password cannot be hashed: {0}")]
    Hash(argon2::password_hash::Error),
}

/// A password in clear that may be chosen. Not shown by [`fmt::Debug`].
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes a password that a user chose.
    ///
    /// # Errors
    /// Unless it has 10 to 128 characters. What they are is the user's choice, as NIST SP 800-63B advises.
    pub fn new(text: impl Into<String>) -> Result<Self, PasswordError> {
        let text = text.into();
        match text.chars().count() {
            length @ ..SHORTEST => Err(PasswordError::TooShort { length }),
            SHORTEST..=LONGEST => Ok(Self(text)),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// What is kept of it: argon2id with 19 MiB and two passes, as OWASP advises. Takes tens of milliseconds of one core.
    ///
    /// # Errors
    /// Where the system gives no random numbers for the salt, or no memory.
    pub fn hash(&self) -> Result<PasswordHash, PasswordError> {
        let hash: phc::PasswordHash =
            Argon2::default().hash_password(self.0.as_bytes()).map_err(PasswordError::Hash)?;
        Ok(PasswordHash(hash.to_string()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A password's hash with its salt and parameters, in the PHC string format.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Of no password that anybody knows: verifying against it takes as long as against a user's, so that the time does
    /// not tell whether there is such a user.
    pub fn of_nobody() -> Self {
        Self(
            "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                .to_owned(),
        )
    }

    /// Whether that is the password. Takes tens of milliseconds of one core.
    pub fn verify(&self, password: &str) -> bool {
        // A password that could not have been chosen is wrong; hashing megabytes of it would be work for an attacker.
        let password = if password.len() <= LONGEST * 4 { password } else { "" };
        phc::PasswordHash::new(&self.0)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_is_right() {
        let hash = Password::new("correct horse").unwrap().hash().unwrap();
        assert!(hash.verify("correct horse"));
        assert!(!hash.verify("correct horsf"));
        assert!(!hash.verify(""));
        assert!(!hash.verify(&"x".repeat(1 << 20)));
    }

    #[test]
    fn one_password_has_many_hashes() {
        let password = Password::new("correct horse").unwrap();
        assert_ne!(password.hash().unwrap(), password.hash().unwrap());
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(Password::new("äöüäöüäöüä").is_ok());
        assert_eq!(
            Password::new("short").unwrap_err().to_string(),
            "the password is too short: it has 5 characters, and 10 are the least"
        );
        assert!(Password::new("x".repeat(129)).is_err());
    }

    #[test]
    fn nobody_s_hash_is_a_hash_and_nobody_knows_its_password() {
        assert!(phc::PasswordHash::new(&PasswordHash::of_nobody().0).is_ok());
        assert!(!PasswordHash::of_nobody().verify(""));
    }

    #[test]
    fn neither_shows_itself() {
        let password = Password::new("correct horse").unwrap();
        assert_eq!(format!("{password:?} {:?}", password.hash().unwrap()), "Password(…) PasswordHash(…)");
    }
}
