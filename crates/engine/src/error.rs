//! What an engine answers when it does not do what it was asked.

use std::path::PathBuf;
use std::time::Duration;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The socket cannot be reached, or broke off.
    #[error("Docker Engine cannot be reached at {socket}")]
    Unreachable {
        /// The engine's socket.
        socket: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The connection broke in the middle of a call.
    #[error("the connection to Docker Engine broke during {call}")]
    Broken {
        /// Method and path.
        call: String,
        /// The protocol's word.
        source: hyper::Error,
    },
    /// No answer in time.
    #[error("Docker Engine did not answer {call} within {} s", .limit.as_secs_f64())]
    TimedOut {
        /// Method and path.
        call: String,
        /// The time it had.
        limit: Duration,
    },
    /// The engine is no manager of a Swarm, or its Swarm has no leader.
    #[error("{message}")]
    NotASwarmManager {
        /// The engine's own words.
        message: String,
    },
    /// There is no such object.
    #[error("{message}")]
    NotFound {
        /// The engine's own words.
        message: String,
    },
    /// The name is taken.
    #[error("{message}")]
    Conflict {
        /// The engine's own words.
        message: String,
    },
    /// The object was changed by somebody else since it was read.
    #[error("it was changed by somebody else in between")]
    OutOfSequence,
    /// Refused for another reason.
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The engine's own words.
        message: String,
    },
    /// The answer is not what the API promises.
    #[error("Docker Engine's answer to {call} cannot be understood")]
    Malformed {
        /// Method and path.
        call: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The answer is larger than anything that makes sense.
    #[error("Docker Engine's answer to {call} is larger than {limit} bytes")]
    TooLarge {
        /// Method and path.
        call: String,
        /// The most that is read.
        limit: usize,
    },
    /// The engine is older than anything that this works with.
    #[error("Docker Engine speaks API {version}; at least 1.41 (Docker 20.10) is needed")]
    TooOld {
        /// What it speaks.
        version: String,
    },
}

impl EngineError {
    /// The error that a status and Docker's `message` stand for.
    pub(crate) fn from_status(status: u16, message: String) -> Self {
        match status {
            404 => Self::NotFound { message },
            409 => Self::Conflict { message },
            500 if message.contains("update out of sequence") => Self::OutOfSequence,
            503 => Self::NotASwarmManager { message },
            _ => Self::Refused { status, message },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_s_answers_are_told_apart() {
        let error = |status, message: &str| EngineError::from_status(status, message.to_owned());
        assert!(matches!(
            error(500, "rpc error: code = Unknown desc = update out of sequence"),
            EngineError::OutOfSequence
        ));
        assert!(matches!(error(404, "service web not found"), EngineError::NotFound { .. }));
        assert!(matches!(error(409, "name conflicts"), EngineError::Conflict { .. }));
        assert!(matches!(
            error(503, "This node is not a swarm manager."),
            EngineError::NotASwarmManager { .. }
        ));
        assert!(matches!(error(400, "invalid"), EngineError::Refused { status: 400, .. }));
    }
}
