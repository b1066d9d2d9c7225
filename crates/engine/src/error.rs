//! Why an engine did not do what it was asked.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a call failed.
///
/// After [`Broken`](Self::Broken), [`TimedOut`](Self::TimedOut) and [`NoLeader`](Self::NoLeader) a write may have been
/// done or still be under way; after any other error it was not done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Nobody listens on the socket, or we may not use it.
    #[error("Docker Engine cannot be reached at {socket}")]
    Unreachable {
        /// The engine's socket.
        socket: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The connection broke in the middle of a call.
    #[error("the connection to Docker Engine broke during {call}")]
    Broken {
        /// Method and path.
        call: String,
        /// The protocol's word.
        source: hyper::Error,
    },
    /// No answer in time. Swarm's calls hang for some 10 s after its leader was lost.
    #[error("Docker Engine did not answer {call} within {} s", .limit.as_secs_f64())]
    TimedOut {
        /// Method and path.
        call: String,
        /// The time it had.
        limit: Duration,
    },
    /// What listens there is no Docker Engine.
    #[error("what answers at {socket} is no Docker Engine: it names no API version")]
    NotAnEngine {
        /// The socket.
        socket: PathBuf,
    },
    /// The engine is older than anything that this works with.
    #[error("Docker Engine speaks API {version}; at least 1.41 (Docker 20.10) is needed")]
    TooOld {
        /// What it speaks.
        version: String,
    },
    /// The request cannot be put into HTTP.
    #[error("{call} is no valid request")]
    NoRequest {
        /// Method and path.
        call: String,
        /// What is wrong with it.
        source: http::Error,
    },
    /// The answer is not what the API promises.
    #[error("Docker Engine's answer to {call} cannot be understood")]
    Malformed {
        /// Method and path.
        call: String,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The answer is larger than anything that makes sense.
    #[error("Docker Engine's answer to {call} is larger than {limit} bytes")]
    TooLarge {
        /// Method and path.
        call: String,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// There is no such object.
    #[error("{message}")]
    NotFound {
        /// The engine's own words.
        message: String,
    },
    /// Another object has the name.
    #[error("{message}")]
    NameConflict {
        /// The engine's own words.
        message: String,
    },
    /// The object was changed by somebody else since it was read; nothing was done.
    #[error("it was changed by somebody else in between")]
    OutOfSequence,
    /// The engine is in no Swarm.
    #[error("{message}")]
    NotInSwarm {
        /// The engine's own words.
        message: String,
    },
    /// The engine is in a Swarm already.
    #[error("{message}")]
    AlreadyInSwarm {
        /// The engine's own words.
        message: String,
    },
    /// The engine is in a Swarm, but is no manager of it or not ready as one.
    #[error("{message}")]
    NotASwarmManager {
        /// The engine's own words.
        message: String,
    },
    /// The engine is a manager of a Swarm that is locked until somebody unlocks it.
    #[error("{message}")]
    Locked {
        /// The engine's own words.
        message: String,
    },
    /// The Swarm has no leader, or lost it during the call.
    #[error("{message}")]
    NoLeader {
        /// The engine's own words.
        message: String,
    },
    /// What should name an image does not.
    #[error(
        "invalid image {image:?}: {reason}; write a name such as busybox, app:1.2 or registry.example:5000/app:1.2"
    )]
    InvalidImage {
        /// What was given.
        image: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The transfer of an image began and then failed.
    #[error("{message}")]
    Transfer {
        /// The engine's or the registry's words.
        message: String,
    },
    /// The lines of some containers cannot be had.
    #[error("{message}")]
    Logs {
        /// The engine's own words.
        message: String,
    },
    /// Refused for another reason.
    #[error("{message}")]
    Refused {
        /// The HTTP status. Swarm says 500 also where the request was at fault.
        status: u16,
        /// The engine's own words.
        message: String,
    },
}

impl EngineError {
    /// Whether a write that ended so may have been done all the same.
    pub fn leaves_outcome_open(&self) -> bool {
        matches!(self, Self::Broken { .. } | Self::TimedOut { .. } | Self::NoLeader { .. })
    }

    /// The error that a status and Docker's words stand for.
    pub(crate) fn from_refusal(status: u16, message: String) -> Self {
        let (code, message) = without_rpc_prefix(message);
        let says = |words: &str| message.contains(words);
        match status {
            404 => Self::NotFound { message },
            409 if says("already exists") || says("already in use") => Self::NameConflict { message },
            500 if says("update out of sequence") => Self::OutOfSequence,
            500 if says("does not have a leader") || says("lost leader") => Self::NoLeader { message },
            // Docker gives Swarm 20 s; what is not done by then had no leader to do it.
            500 | 504 if code.as_deref() == Some("DeadlineExceeded") => Self::NoLeader { message },
            503 if says("already part of a swarm") => Self::AlreadyInSwarm { message },
            503 if says("needs to be unlocked") => Self::Locked { message },
            503 if says("docker swarm init") => Self::NotInSwarm { message },
            503 if says("swarm manager") || says("certificates have expired") => {
                Self::NotASwarmManager { message }
            }
            _ if message.is_empty() => {
                Self::Refused { status, message: format!("refused with HTTP status {status}") }
            }
            _ => Self::Refused { status, message },
        }
    }

    /// The error for a connection that ended or spoke something else than HTTP.
    pub(crate) fn interrupted(call: &str, source: hyper::Error) -> Self {
        let call = call.to_owned();
        match source.is_parse() {
            true => Self::Malformed { call, source: source.into() },
            false => Self::Broken { call, source },
        }
    }
}

/// Splits `rpc error: code = <code> desc = <what a user wants to read>`, Swarm's inner protocol shining through.
fn without_rpc_prefix(message: String) -> (Option<String>, String) {
    let parts = message.strip_prefix("rpc error: code = ").and_then(|rest| rest.split_once(" desc = "));
    match parts {
        Some((code, description)) => (Some(code.to_owned()), description.to_owned()),
        None => (None, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(error: &EngineError) -> String {
        let text = format!("{error:?}");
        text.split([' ', '{']).next().unwrap().to_owned()
    }

    #[test]
    fn docker_s_refusals_are_told_apart() {
        // Taken word for word from Docker 20.10.24.
        for (status, message, expected) in [
            (500, "rpc error: code = Unknown desc = update out of sequence", "OutOfSequence"),
            (404, "service nix not found", "NotFound"),
            (
                409,
                "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists",
                "NameConflict",
            ),
            (409, "network with name nn already exists", "NameConflict"),
            (
                503,
                "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.",
                "NotInSwarm",
            ),
            (
                503,
                "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.",
                "NotASwarmManager",
            ),
            (
                503,
                "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.",
                "AlreadyInSwarm",
            ),
            (
                503,
                "Swarm is encrypted and needs to be unlocked before it can be used. Please use \"docker swarm unlock\" to unlock it.",
                "Locked",
            ),
            (
                500,
                "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
                "NoLeader",
            ),
            (
                500,
                "rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status",
                "NoLeader",
            ),
            (500, "rpc error: code = DeadlineExceeded desc = context deadline exceeded", "NoLeader"),
            (
                400,
                "rpc error: code = InvalidArgument desc = name must be valid as a DNS name component",
                "Refused",
            ),
            (500, "rpc error: code = Unknown desc = key 'node.id=x' is invalid", "Refused"),
            (500, "network nonet not found", "Refused"),
        ] {
            assert_eq!(kind(&EngineError::from_refusal(status, message.to_owned())), expected, "{message}");
        }
    }

    #[test]
    fn swarm_s_inner_protocol_does_not_shine_through() {
        let refused = |message: &str| EngineError::from_refusal(400, message.to_owned()).to_string();
        assert_eq!(
            refused("rpc error: code = InvalidArgument desc = secret not found: x"),
            "secret not found: x"
        );
        assert_eq!(refused("invalid character 'b'"), "invalid character 'b'");
        assert_eq!(refused(""), "refused with HTTP status 400");
    }
}
