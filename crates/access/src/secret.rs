//! What opens something to whoever knows it: 256 random bits, shown once and kept as a digest.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const BYTES: usize = 32;
/// Lets people and scanners of leaked secrets see what they found.
const PREFIX: &str = "swm_";

/// The system gives no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers: {0}")]
pub struct SecretError(getrandom::Error);

/// A secret in clear: `swm_` and 43 characters. Not to be kept, and not shown by [`fmt::Debug`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn generate() -> Result<Self, SecretError> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(SecretError)?;
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The secret itself, for the one who may know it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a secret. One pass is enough: nobody guesses 256 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; BYTES]);

impl Digest {
    /// The digest of what somebody claims to be a secret.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// A short public name for what the secret opens: it opens nothing by itself.
    pub fn id(&self) -> String {
        // From a digest of the digest, so that not even a part of what is compared is shown.
        URL_SAFE_NO_PAD.encode(&Sha256::digest(self.0)[..9])
    }
}

impl From<[u8; BYTES]> for Digest {
    fn from(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("a digest is 32 bytes in base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_found_by_their_digest() {
        let (one, other) = (Secret::generate().unwrap(), Secret::generate().unwrap());
        assert_ne!(one, other);
        assert_eq!(Digest::of(one.reveal()), one.digest());
        assert_ne!(one.digest(), other.digest());
        assert_eq!(one.reveal().len(), PREFIX.len() + 43);
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::generate().unwrap();
        assert!(!format!("{secret:?}").contains(&secret.reveal()[PREFIX.len()..]));
        assert!(!secret.reveal().contains(&secret.digest().id()));
    }

    #[test]
    fn a_digest_reads_back_what_it_writes() {
        let digest = Digest::of("x");
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        assert!(serde_json::from_str::<Digest>("\"AAAA\"").is_err());
    }
}
