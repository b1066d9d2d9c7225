//! Why a manager's answer is missing.

use std::io;
use std::time::Duration;

use http::StatusCode;
use swarmmanager_api::ApiError;
use swarmmanager_door::Fingerprint;

use super::Host;
use super::trust::TrustError;

/// One variant for each step of a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// Nobody listens, or we may not speak to it.
    #[error("cannot connect to the manager at {host}: {}\n{}", plain(.source), advice(.host, .source.kind()))]
    Connect {
        /// The address.
        host: Host,
        /// The system's word.
        source: io::Error,
    },
    /// The certificate is not trusted.
    #[error(
        "the certificate of {host} is not trusted: {reason}. Its SHA-256 fingerprint is\n    {fingerprint}\nIf that is \
         what the manager printed when it started, add --tls-fingerprint with it; or name the CA with --tls-ca"
    )]
    Untrusted {
        /// The address.
        host: Host,
        /// What was shown.
        fingerprint: Fingerprint,
        /// Why not.
        reason: String,
    },
    /// TLS cannot be spoken.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The connection broke before the answer was complete.
    #[error("the manager at {host} hung up before it answered; whether it did what was asked is not known")]
    Broken {
        /// The address.
        host: Host,
        /// What went wrong.
        source: hyper::Error,
    },
    /// There was no answer in time.
    #[error("the manager at {host} did not answer within {} s", .limit.as_secs())]
    TimedOut {
        /// The address.
        host: Host,
        /// The time it had.
        limit: Duration,
    },
    /// The manager refused.
    #[error("{error}")]
    Refused {
        /// The answer's status.
        status: StatusCode,
        /// What it said.
        error: ApiError,
    },
    /// The answer is not what this program's version understands.
    #[error(
        "the manager's answer to {what} cannot be understood; is it of the same version as this program?"
    )]
    Answer {
        /// What was asked.
        what: String,
        /// Where it goes wrong.
        source: serde_json::Error,
    },
    /// The request cannot be written down.
    #[error("the request cannot be put together")]
    Request(#[source] http::Error),
}

impl ClientError {
    /// The error in a few words, for where there is little room.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Connect { source, .. } => plain(source),
            Self::Broken { .. } => "the manager hung up".to_owned(),
            other => other.to_string().lines().next().unwrap_or_default().to_owned(),
        }
    }

    /// Whether the manager says that there is no such thing.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == StatusCode::NOT_FOUND)
    }
}

/// The system's words without its number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    words.to_lowercase()
}

/// What to do about a manager that cannot be reached.
fn advice(host: &Host, kind: io::ErrorKind) -> &'static str {
    match kind {
        _ if host.socket().is_none() => "Is that the console's address, and is the manager running there?",
        io::ErrorKind::PermissionDenied => "Only root may use it: try again with sudo.",
        _ => {
            "Is it running? It is started as root on a manager node of the Swarm: swarm-manager serve. If it listens \
             elsewhere, name its socket with --host or SWARM_MANAGER_HOST."
        }
    }
}
