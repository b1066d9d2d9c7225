//! Credentials for registries, as Docker sends them. Never shown.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderValue;
use serde_json::{Value, json};

use crate::AuthError;

/// Written with padding as Docker's client does, read with and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Credentials in the form of Docker's `X-Registry-Auth` header.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryAuth(HeaderValue);

impl RegistryAuth {
    /// Credentials from the header itself.
    ///
    /// # Errors
    /// [`AuthError::Header`] for what is not base64url-encoded JSON.
    pub fn from_header(text: &str) -> Result<Self, AuthError> {
        let json = BASE64.decode(text).map_err(|_| AuthError::Header)?;
        let fields: BTreeMap<String, Value> = serde_json::from_slice(&json).map_err(|_| AuthError::Header)?;
        Ok(Self::encode(&json!(fields)))
    }

    /// Credentials from a name and a password.
    pub fn from_password(registry: &str, username: &str, password: &str) -> Self {
        Self::encode(&json!({"username": username, "password": password, "serveraddress": registry}))
    }

    /// Credentials from a token that a registry gave in exchange for a password.
    pub fn from_identity_token(registry: &str, token: &str) -> Self {
        Self::encode(&json!({"identitytoken": token, "serveraddress": registry}))
    }

    /// What Docker's client has kept for the registry of `image`: in `$DOCKER_CONFIG` or `~/.docker`, in the file
    /// `config.json` or with a credential helper. `None` where nobody logged in.
    ///
    /// # Errors
    /// [`AuthError`] where there is something that cannot be used.
    pub async fn from_docker_config(image: &str) -> Result<Option<Self>, AuthError> {
        crate::docker_config::credentials_for(image).await
    }

    /// Nobody's credentials.
    pub(crate) fn anonymous() -> Self {
        Self::encode(&json!({}))
    }

    /// The header's value, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    fn encode(fields: &Value) -> Self {
        // Base64 is always a valid header.
        let mut header = HeaderValue::from_str(&BASE64.encode(fields.to_string()))
            .unwrap_or_else(|_| HeaderValue::from_static(""));
        header.set_sensitive(true);
        Self(header)
    }
}

impl fmt::Debug for RegistryAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistryAuth(hidden)")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn decoded(auth: &RegistryAuth) -> Value {
        serde_json::from_slice(&BASE64.decode(auth.header().as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn credentials_are_never_shown() {
        let auth = RegistryAuth::from_password("r", "ann", "secret");
        assert_eq!(format!("{auth:?}"), "RegistryAuth(hidden)");
        assert_eq!(format!("{:?}", auth.header()), "Sensitive");
    }

    #[test]
    fn a_header_is_read_with_and_without_padding() {
        for text in ["eyJ1c2VybmFtZSI6ImFubiJ9", "eyJ1c2VybmFtZSI6ImFubmEifQ==", "eyJ1c2VybmFtZSI6ImFubmEifQ"]
        {
            assert!(decoded(&RegistryAuth::from_header(text).unwrap())["username"].is_string(), "{text}");
        }
        assert_eq!(decoded(&RegistryAuth::anonymous()), json!({}));
    }

    #[test]
    fn what_is_no_credentials_is_refused() {
        for text in ["", "not base64!", "W10=", "ImEi", "e30\r\nx: y"] {
            assert!(RegistryAuth::from_header(text).is_err(), "{text}");
        }
    }
}
