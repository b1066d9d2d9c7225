//! Credentials for registries, as Docker keeps and sends them. Never shown.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use http::HeaderValue;
use serde::Deserialize;
use serde_json::{Value, json};

/// Credentials in the form of Docker's `X-Registry-Auth` header.
#[derive(Clone)]
pub struct RegistryAuth(HeaderValue);

/// Why credentials could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The header is not base64url-encoded JSON.
    #[error("the credentials are not in the form that Docker's API takes")]
    Malformed,
    /// Docker's configuration cannot be read.
    #[error("Docker's configuration {path} cannot be read")]
    ReadConfig {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Docker's configuration is not what it should be.
    #[error("Docker's configuration {path} cannot be understood")]
    ParseConfig {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The helper that keeps the credentials failed.
    #[error("the credential helper {helper} failed")]
    Helper {
        /// The program.
        helper: String,
        /// The system's word.
        source: io::Error,
    },
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    auths: BTreeMap<String, Entry>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: String,
    identitytoken: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Kept {
    username: String,
    secret: String,
}

/// How Docker Hub is called in Docker's configuration.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

impl RegistryAuth {
    /// Credentials from the header itself.
    pub fn from_header(text: &str) -> Result<Self, AuthError> {
        let json = URL_SAFE.decode(text).map_err(|_| AuthError::Malformed)?;
        let _: BTreeMap<String, Value> = serde_json::from_slice(&json).map_err(|_| AuthError::Malformed)?;
        Self::from_text(text)
    }

    /// Credentials from a name and a password.
    pub fn from_password(registry: &str, username: &str, password: &str) -> Result<Self, AuthError> {
        let json = json!({"username": username, "password": password, "serveraddress": registry});
        Self::from_text(&URL_SAFE.encode(json.to_string()))
    }

    /// What Docker's client has kept for the registry of `image`: in `$DOCKER_CONFIG` or `~/.docker/config.json`, or
    /// with a credential helper. `None` where nobody logged in.
    pub fn from_docker_config(image: &str) -> Result<Option<Self>, AuthError> {
        let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker"));
        match folder.or_else(home) {
            Some(folder) => Self::from_config_file(&folder.join("config.json"), image),
            None => Ok(None),
        }
    }

    fn from_config_file(path: &Path, image: &str) -> Result<Option<Self>, AuthError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(AuthError::ReadConfig { path: path.to_owned(), source }),
        };
        let config: Config = serde_json::from_slice(&text)
            .map_err(|source| AuthError::ParseConfig { path: path.to_owned(), source })?;
        let registry = registry(image);
        let helper = config.cred_helpers.get(registry).or(config.creds_store.as_ref());
        if let Some(helper) = helper
            && let Some(kept) = ask_helper(&format!("docker-credential-{helper}"), registry)?
        {
            return Self::from_password(registry, &kept.username, &kept.secret).map(Some);
        }
        let Some(entry) = config.auths.get(registry) else { return Ok(None) };
        if !entry.identitytoken.is_empty() {
            let json = json!({"identitytoken": entry.identitytoken, "serveraddress": registry});
            return Self::from_text(&URL_SAFE.encode(json.to_string())).map(Some);
        }
        let decoded = STANDARD.decode(&entry.auth).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match decoded.as_deref().and_then(|pair| pair.split_once(':')) {
            Some((username, password)) => Self::from_password(registry, username, password).map(Some),
            None => Ok(None),
        }
    }

    fn from_text(text: &str) -> Result<Self, AuthError> {
        let mut header = HeaderValue::from_str(text).map_err(|_| AuthError::Malformed)?;
        header.set_sensitive(true);
        Ok(Self(header))
    }

    /// The header's value, marked as sensitive.
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for RegistryAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistryAuth(hidden)")
    }
}

/// The registry in an image's reference, as Docker's configuration calls it.
fn registry(image: &str) -> &str {
    match image.split_once('/') {
        Some((first, _)) if first == "localhost" || first.contains(['.', ':']) => first,
        _ => DOCKER_HUB,
    }
}

fn ask_helper(helper: &str, registry: &str) -> Result<Option<Kept>, AuthError> {
    let failed = |source| AuthError::Helper { helper: helper.to_owned(), source };
    let mut child = Command::new(helper)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(registry.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    // A helper that has nothing for this registry says so by failing.
    Ok(output.status.success().then(|| serde_json::from_slice(&output.stdout).ok()).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(auth: &RegistryAuth) -> Value {
        serde_json::from_slice(&URL_SAFE.decode(auth.header().as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn a_log_in_is_found_by_the_image_s_registry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        let pair = STANDARD.encode("ann:secret:with:colons");
        std::fs::write(&path, json!({"auths": {"registry.example:5000": {"auth": pair}}}).to_string())
            .unwrap();
        let auth = RegistryAuth::from_config_file(&path, "registry.example:5000/app:1").unwrap().unwrap();
        assert_eq!(decoded(&auth)["username"], "ann");
        assert_eq!(decoded(&auth)["password"], "secret:with:colons");
        assert!(RegistryAuth::from_config_file(&path, "busybox").unwrap().is_none());
    }

    #[test]
    fn credentials_are_never_shown() {
        let auth = RegistryAuth::from_password("r", "ann", "secret").unwrap();
        assert_eq!(format!("{auth:?}"), "RegistryAuth(hidden)");
        assert!(!format!("{:?}", auth.header()).contains(&URL_SAFE.encode("secret")[..4]));
    }

    #[test]
    fn what_is_no_credentials_is_refused() {
        assert!(RegistryAuth::from_header("not base64!").is_err());
        assert!(RegistryAuth::from_header(&URL_SAFE.encode("[]")).is_err());
    }
}
