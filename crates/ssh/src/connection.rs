//! A connection to a server whose key was checked.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::Preferred;
use russh::client::{self, Handle};
use russh::keys::{PublicKey, PublicKeyOrCertificate};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::host_keys::{HostKeys, NewHostKeys, Verdict, fingerprint};
use crate::{SshError, Target};

/// The time to connect and to agree on keys; weak machines need seconds for the latter.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVES_MISSED: usize = 3;

/// A host's key, as it showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its kind, such as `ssh-ed25519`.
    pub algorithm: String,
    /// Its fingerprint as OpenSSH shows it: `SHA256:…`.
    pub fingerprint: String,
    /// Whether it is the one that is known.
    pub verdict: Verdict,
}

/// Asks a host for its key. Nobody is signed in, and nothing is remembered.
///
/// # Errors
/// Where the host does not answer, or what is known of it cannot be read.
pub async fn host_key(address: &str, port: u16, host_keys: &HostKeys) -> Result<Seen, SshError> {
    let target = Target { address: address.to_owned(), port, user: String::new() };
    let seen = Arc::new(Mutex::new(None));
    let checker = Checker { target, host_keys: host_keys.clone(), accept: Accept::Look(Arc::clone(&seen)) };
    let ended = connect(checker).await.map(drop);
    let key = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (key, ended) {
        (Some(seen), _) => Ok(seen),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(russh::Error::Disconnect.into()),
    }
}

/// Connects to a server that is known, or whose key is accepted as that says.
pub(crate) async fn open(
    target: &Target,
    host_keys: &HostKeys,
    accept: &NewHostKeys,
) -> Result<Handle<Checker>, SshError> {
    let checker = Checker {
        target: target.clone(),
        host_keys: host_keys.clone(),
        accept: Accept::Take(accept.clone()),
    };
    connect(checker).await
}

async fn connect(checker: Checker) -> Result<Handle<Checker>, SshError> {
    let server = checker.target.server();
    let address = (checker.target.address.clone(), checker.target.port);
    let config = Arc::new(config(&checker)?);
    let connecting = async {
        let resolved = lookup_host(address.clone()).await;
        let addresses: Vec<_> =
            resolved.map_err(|source| SshError::Resolve { address: address.0, source })?.collect();
        let stream = TcpStream::connect(&*addresses).await;
        let stream = stream.map_err(|source| SshError::Connect { server: server.clone(), source })?;
        // Calls to an engine are small, and each waits for its answer.
        let _ = stream.set_nodelay(true);
        client::connect_stream(config, stream, checker).await
    };
    let limit = CONNECT_LIMIT;
    timeout(limit, connecting)
        .await
        .unwrap_or_else(|_| Err(SshError::TimedOut { server: server.clone(), limit }))
}

fn config(checker: &Checker) -> Result<client::Config, SshError> {
    let mut preferred = Preferred::default();
    // A host with several keys is to show the one that it is known by.
    let known = checker.host_keys.algorithms(&checker.target.address, checker.target.port)?;
    let is_known = |algorithm: &russh::keys::Algorithm| {
        known.iter().any(|known| known == algorithm || (known.clone().is_rsa() && algorithm.clone().is_rsa()))
    };
    let (first, rest): (Vec<_>, Vec<_>) = preferred.key.iter().cloned().partition(is_known);
    preferred.key = Cow::Owned([first, rest].concat());
    Ok(client::Config {
        keepalive_interval: Some(KEEP_ALIVE),
        keepalive_max: KEEP_ALIVES_MISSED,
        preferred,
        ..client::Config::default()
    })
}

/// Checks the server's key while the connection is made.
pub(crate) struct Checker {
    target: Target,
    host_keys: HostKeys,
    accept: Accept,
}

enum Accept {
    /// Only look at it.
    Look(Arc<Mutex<Option<Seen>>>),
    /// Go on where it may be.
    Take(NewHostKeys),
}

impl client::Handler for Checker {
    type Error = SshError;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, SshError> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else {
            return Err(SshError::HostCertificate { server: self.target.server() });
        };
        if let Some(file) = self.host_keys.revoked(key) {
            let (server, file) = (self.target.server(), file.to_owned());
            return Err(SshError::HostKeyRevoked { server, fingerprint: fingerprint(key), file });
        }
        let Target { address, port, .. } = &self.target;
        let verdict = self.host_keys.judge(address, *port, key)?;
        match &self.accept {
            Accept::Look(seen) => {
                let algorithm = key.algorithm().to_string();
                let look = Seen { algorithm, fingerprint: fingerprint(key), verdict };
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(look);
                Ok(false)
            }
            Accept::Take(accept) => self.take(key, verdict, accept).map(|()| true),
        }
    }
}

impl Checker {
    fn take(&self, key: &PublicKey, verdict: Verdict, accept: &NewHostKeys) -> Result<(), SshError> {
        let server = self.target.server();
        let (algorithm, fingerprint) = (key.algorithm().to_string(), fingerprint(key));
        match verdict {
            Verdict::Known => Ok(()),
            Verdict::Changed { file, line } => {
                Err(SshError::HostKeyChanged { server, algorithm, fingerprint, file, line })
            }
            Verdict::New if accept.takes(&fingerprint) => {
                tracing::info!(server, algorithm, fingerprint, "a new host key is accepted");
                self.host_keys.learn(&self.target.address, self.target.port, key)
            }
            Verdict::New => Err(SshError::HostKeyUnknown { server, algorithm, fingerprint }),
        }
    }
}
