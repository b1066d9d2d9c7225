//! Where a manager listens.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A manager's address: `unix:///run/swarmmanager/swarm-manager.sock`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Host(PathBuf);

/// What is no address of a manager.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "write unix:// and the absolute path of a socket, such as unix:///run/swarmmanager/swarm-manager.sock"
)]
pub(crate) struct ParseHostError;

impl Host {
    /// The manager that listens on the socket at that path.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The socket's path.
    pub(crate) fn socket(&self) -> &Path {
        &self.0
    }
}

impl FromStr for Host {
    type Err = ParseHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix("unix://").filter(|path| path.starts_with('/')).ok_or(ParseHostError)?;
        Ok(Self(path.into()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unix://{}", self.0.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_prints() {
        let text = "unix:///run/swarmmanager/swarm-manager.sock";
        assert_eq!(text.parse::<Host>().unwrap().to_string(), text);
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in ["", "/run/x.sock", "unix://", "unix://x.sock", "tcp://1.2.3.4:80", "http://x"] {
            assert_eq!(text.parse::<Host>(), Err(ParseHostError), "{text}");
        }
    }
}
