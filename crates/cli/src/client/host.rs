//! Where a manager listens.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use http::Uri;

/// A manager's address: `unix:///run/swarmmanager/swarm-manager.sock`, or `https://ap1:6602`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    /// A Unix socket, which only root may open.
    Unix(PathBuf),
    /// A TCP port.
    Tcp(Remote),
}

/// A manager's TCP port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    /// Whether TLS is spoken; without it only on the loopback address.
    pub(crate) is_tls: bool,
    /// Name or address.
    pub(crate) name: String,
    /// The port.
    pub(crate) port: u16,
}

/// What is no address of a manager.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParseHostError {
    /// Of another form.
    #[error(
        "write unix:// and the absolute path of a socket, such as unix:///run/swarmmanager/swarm-manager.sock, or \
         https:// with a host and a port, such as https://ap1:6602"
    )]
    Form,
    /// A token in clear over a network.
    #[error(
        "http:// would send the token in clear; it is for 127.0.0.1 and localhost only. Write https:// instead"
    )]
    Clear,
}

impl Host {
    /// The manager that listens on the socket at that path.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self::Unix(path.into())
    }

    /// The socket's path, where it is one.
    pub(crate) fn socket(&self) -> Option<&Path> {
        match self {
            Self::Unix(path) => Some(path),
            Self::Tcp(_) => None,
        }
    }
}

impl Remote {
    /// As it stands in a request's `Host`.
    pub(crate) fn authority(&self) -> String {
        if self.name.contains(':') {
            format!("[{}]:{}", self.name, self.port)
        } else {
            format!("{}:{}", self.name, self.port)
        }
    }

    fn is_loopback(&self) -> bool {
        self.name == "localhost" || self.name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Host {
    type Err = ParseHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("unix://") {
            return if path.starts_with('/') { Ok(Self::at(path)) } else { Err(ParseHostError::Form) };
        }
        let uri: Uri = text.parse().map_err(|_| ParseHostError::Form)?;
        let (is_tls, usual_port) = match uri.scheme_str() {
            Some("https") => (true, 443),
            Some("http") => (false, 80),
            _ => return Err(ParseHostError::Form),
        };
        let is_bare = uri.path() == "/" && uri.query().is_none();
        let authority = uri.authority().filter(|authority| is_bare && !authority.as_str().contains('@'));
        let authority = authority.ok_or(ParseHostError::Form)?;
        let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let remote = Remote { is_tls, name, port: authority.port_u16().unwrap_or(usual_port) };
        if !is_tls && !remote.is_loopback() {
            return Err(ParseHostError::Clear);
        }
        Ok(Self::Tcp(remote))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(remote) => {
                let scheme = if remote.is_tls { "https" } else { "http" };
                write!(f, "{scheme}://{}", remote.authority())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_what_it_prints() {
        for text in [
            "unix:///run/swarmmanager/swarm-manager.sock",
            "https://ap1:6602",
            "https://10.0.0.7:6602",
            "https://[fd00::7]:6602",
            "http://localhost:6602",
        ] {
            assert_eq!(text.parse::<Host>().unwrap().to_string(), text);
        }
        assert_eq!("https://ap1/".parse::<Host>().unwrap().to_string(), "https://ap1:443");
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in [
            "",
            "/run/x.sock",
            "unix://",
            "unix://x.sock",
            "tcp://1.2.3.4:80",
            "https://",
            "https://a/b",
            "https://u@a",
        ] {
            assert_eq!(text.parse::<Host>(), Err(ParseHostError::Form), "{text}");
        }
    }

    #[test]
    fn nothing_is_sent_in_clear_over_a_network() {
        assert_eq!("http://ap1:6602".parse::<Host>(), Err(ParseHostError::Clear));
        assert!("http://[::1]:6602".parse::<Host>().is_ok());
    }
}
