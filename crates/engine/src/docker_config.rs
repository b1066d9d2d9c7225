//! Credentials that Docker's own client has kept.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::RegistryAuth;
use crate::image_reference::ImageReference;

/// A helper may ask its user to unlock something.
const HELPER_TIMEOUT: Duration = Duration::from_secs(30);
/// How Docker Hub is called in Docker's configuration.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";
/// What a helper gives as the name where the secret is a token.
const TOKEN_NAME: &str = "<token>";

/// Why credentials could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The header is not base64url-encoded JSON.
    #[error("the credentials are not in the form that Docker's API takes")]
    Header,
    /// Docker's configuration cannot be read.
    #[error("Docker's configuration {path} cannot be read")]
    ReadConfig {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Docker's configuration is not what it should be. What stands there is not said: it may be a secret.
    #[error("Docker's configuration {path} cannot be understood at line {line}, column {column}")]
    ParseConfig {
        /// The file.
        path: PathBuf,
        /// The line where it goes wrong.
        line: usize,
        /// The place in the line.
        column: usize,
    },
    /// What Docker's configuration says of a registry is not what it should be.
    #[error("the credentials for {registry} in {path} cannot be understood; log in again")]
    Entry {
        /// The file.
        path: PathBuf,
        /// The registry.
        registry: String,
    },
    /// The helper that keeps the credentials cannot be run.
    #[error("the credential helper {helper} cannot be run")]
    RunHelper {
        /// The program.
        helper: String,
        /// The system's word.
        source: io::Error,
    },
    /// The helper has no answer.
    #[error("the credential helper {helper} did not answer within {} s", HELPER_TIMEOUT.as_secs())]
    HelperTimedOut {
        /// The program.
        helper: String,
    },
    /// The helper failed.
    #[error("the credential helper {helper} failed: {message}")]
    Helper {
        /// The program.
        helper: String,
        /// Its words.
        message: String,
    },
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    auths: BTreeMap<String, Entry>,
    creds_store: String,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    /// Name and password, encoded.
    auth: String,
    identitytoken: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Kept {
    username: String,
    secret: String,
}

/// What is kept for the registry of that image.
pub(crate) async fn credentials_for(image: &str) -> Result<Option<RegistryAuth>, AuthError> {
    let folder = std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker"));
    match folder.or_else(home) {
        Some(folder) => from_file(&folder.join("config.json"), &registry_key(image)).await,
        None => Ok(None),
    }
}

async fn from_file(path: &Path, registry: &str) -> Result<Option<RegistryAuth>, AuthError> {
    let text = match tokio::fs::read(path).await {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(AuthError::ReadConfig { path: path.to_owned(), source }),
    };
    let config: Config = serde_json::from_slice(&text).map_err(|error| AuthError::ParseConfig {
        path: path.to_owned(),
        line: error.line(),
        column: error.column(),
    })?;
    let own = config.cred_helpers.get(registry);
    if let Some(helper) = own.or(Some(&config.creds_store)).filter(|helper| !helper.is_empty()) {
        return ask_helper(&format!("docker-credential-{helper}"), registry).await;
    }
    let by_host = || config.auths.iter().find(|(key, _)| host(key) == registry).map(|(_, entry)| entry);
    let Some(entry) = config.auths.get(registry).or_else(by_host) else { return Ok(None) };
    entry
        .credentials(registry)
        .ok_or_else(|| AuthError::Entry { path: path.to_owned(), registry: registry.to_owned() })
}

impl Entry {
    /// None of them where the entry is empty, as it is beside a helper; `None` where it is broken.
    fn credentials(&self, registry: &str) -> Option<Option<RegistryAuth>> {
        if !self.identitytoken.is_empty() {
            return Some(Some(RegistryAuth::from_identity_token(registry, &self.identitytoken)));
        }
        if self.auth.is_empty() {
            return Some(None);
        }
        let pair = String::from_utf8(STANDARD.decode(&self.auth).ok()?).ok()?;
        let (username, password) = pair.split_once(':')?;
        // Docker's client has padded passwords with zeros.
        let password = password.trim_matches('\0');
        Some(Some(RegistryAuth::from_password(registry, username, password)))
    }
}

/// The registry in an image's name, as Docker's configuration calls it.
fn registry_key(image: &str) -> String {
    let registry = image.parse::<ImageReference>().ok().and_then(|reference| reference.registry);
    match registry.as_deref() {
        None | Some("docker.io" | "index.docker.io") => DOCKER_HUB.to_owned(),
        Some(registry) => registry.to_owned(),
    }
}

/// The host and port in a key that was written as an address of the web.
fn host(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    rest.split('/').next().unwrap_or(rest)
}

async fn ask_helper(helper: &str, registry: &str) -> Result<Option<RegistryAuth>, AuthError> {
    let failed = |source| AuthError::RunHelper { helper: helper.to_owned(), source };
    let asking = async {
        let mut child = Command::new(helper)
            .arg("get")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // One that does not read what it is asked says so by how it ends.
            let _ = input.write_all(registry.as_bytes()).await;
        }
        child.wait_with_output().await
    };
    let output = timeout(HELPER_TIMEOUT, asking)
        .await
        .map_err(|_| AuthError::HelperTimedOut { helper: helper.to_owned() })?
        .map_err(failed)?;
    heard(&output, registry).map_err(|message| AuthError::Helper { helper: helper.to_owned(), message })
}

/// What a helper said. It has nothing for a registry by failing with words that begin so.
fn heard(output: &Output, registry: &str) -> Result<Option<RegistryAuth>, String> {
    if output.status.success() {
        let kept: Kept = serde_json::from_slice(&output.stdout)
            .map_err(|_| "what it says are no credentials".to_owned())?;
        return Ok(Some(match kept.username.as_str() {
            TOKEN_NAME => RegistryAuth::from_identity_token(registry, &kept.secret),
            username => RegistryAuth::from_password(registry, username, &kept.secret),
        }));
    }
    let words = String::from_utf8_lossy(&output.stdout);
    match words.lines().next().unwrap_or_default().trim() {
        words if words.starts_with("credentials not found") => Ok(None),
        "" => Err(output.status.to_string()),
        words => Err(words.chars().take(200).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::tests::decoded;
    use serde_json::{Value, json};

    async fn read(config: &Value, image: &str) -> Result<Option<Value>, AuthError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, config.to_string()).unwrap();
        let found = from_file(&path, &registry_key(image)).await?;
        Ok(found.as_ref().map(decoded))
    }

    #[tokio::test]
    async fn a_log_in_is_found_by_the_image_s_registry() {
        let pair = STANDARD.encode("ann:secret:with:colons");
        let config = json!({"auths": {
            "registry.example:5000": {"auth": pair},
            "https://web.example/v1/": {"auth": pair},
            "https://index.docker.io/v1/": {"identitytoken": "t"},
            "kept.elsewhere": {},
        }, "HttpHeaders": {}});
        let found = |image| read(&config, image);
        let own = found("registry.example:5000/app:1").await.unwrap().unwrap();
        assert_eq!(
            own,
            json!({
                "username": "ann", "password": "secret:with:colons", "serveraddress": "registry.example:5000",
            })
        );
        assert_eq!(found("web.example/app").await.unwrap().unwrap()["username"], "ann");
        for image in ["busybox", "team/app:1", "docker.io/library/busybox"] {
            assert_eq!(found(image).await.unwrap().unwrap()["identitytoken"], "t", "{image}");
        }
        for image in ["registry.example/app", "kept.elsewhere/app"] {
            assert_eq!(found(image).await.unwrap(), None, "{image}");
        }
    }

    #[tokio::test]
    async fn nobody_logged_in_where_there_is_no_file() {
        assert!(from_file(Path::new("/nowhere/config.json"), "r").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_is_broken_is_said_without_what_stands_there() {
        for config in
            [json!({"auths": {"r.example": "hunter2"}}), json!({"auths": {"r.example": {"auth": "hunter2"}}})]
        {
            let error = read(&config, "r.example/app").await.unwrap_err();
            let said = format!("{error} {error:?}");
            assert!(said.contains("config.json") && !said.contains("hunter2"), "{said}");
        }
    }

    async fn ask(registry: &str) -> Result<Option<Value>, AuthError> {
        let helper = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/answers/docker-credential-test");
        Ok(ask_helper(helper, registry).await?.as_ref().map(decoded))
    }

    #[tokio::test]
    async fn a_helper_is_asked_on_its_standard_input() {
        assert_eq!(ask("password.example").await.unwrap().unwrap()["password"], "for password.example");
        let token = json!({"identitytoken": "t", "serveraddress": "token.example"});
        assert_eq!(ask("token.example").await.unwrap().unwrap(), token);
    }

    #[tokio::test]
    async fn a_helper_that_has_nothing_is_told_from_one_that_fails() {
        assert_eq!(ask("unknown.example").await.unwrap(), None);
        for (registry, message) in [
            ("locked.example", "the keychain is locked"),
            ("garbage.example", "what it says are no credentials"),
            ("silent.example", "exit status: 3"),
        ] {
            let error = ask(registry).await.unwrap_err();
            assert!(
                matches!(&error, AuthError::Helper { message: said, .. } if said == message),
                "{error:?}"
            );
        }
        let error = ask_helper("/nowhere/docker-credential-test", "r.example").await.unwrap_err();
        assert!(matches!(error, AuthError::RunHelper { .. }), "{error:?}");
    }
}
