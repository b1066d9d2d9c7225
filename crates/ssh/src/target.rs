//! Where to go, and as whom.

use std::fmt;
use std::str::FromStr;

const DEFAULT_PORT: u16 = 22;

/// A user on a host, written `user@host:port`; an IPv6 address stands in brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// Name or address of the SSH server.
    pub address: String,
    /// Its TCP port.
    pub port: u16,
    /// The user there.
    pub user: String,
}

/// What is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid SSH target {given:?}: {reason}; write [USER@]HOST[:PORT], such as root@10.0.0.2:22")]
pub struct ParseTargetError {
    given: String,
    reason: &'static str,
}

impl Target {
    /// The server, as `host:port`.
    pub fn server(&self) -> String {
        if self.address.contains(':') {
            format!("[{}]:{}", self.address, self.port)
        } else {
            format!("{}:{}", self.address, self.port)
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.server())
    }
}

impl FromStr for Target {
    type Err = ParseTargetError;

    /// Reads `[user@]host[:port]`; the user is root and the port 22 where they are left out.
    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| ParseTargetError { given: given.to_owned(), reason };
        let (user, server) = given.rsplit_once('@').unwrap_or(("root", given));
        let (address, port) = match server.strip_prefix('[') {
            Some(rest) => {
                let (address, port) =
                    rest.split_once(']').ok_or_else(|| refuse("a bracket is not closed"))?;
                (
                    address,
                    port.strip_prefix(':')
                        .or((port.is_empty()).then_some(""))
                        .ok_or_else(|| refuse("a colon and a port follow the bracket"))?,
                )
            }
            // More than one colon is an IPv6 address without brackets, and has no port then.
            None if server.matches(':').count() > 1 => (server, ""),
            None => server.split_once(':').unwrap_or((server, "")),
        };
        let port = match port {
            "" => DEFAULT_PORT,
            text => text
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| refuse("the port is no number from 1 to 65535"))?,
        };
        if user.is_empty() {
            return Err(refuse("the user is empty"));
        }
        let is_plain = |text: &str| {
            !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/')
        };
        if !is_plain(address) || !is_plain(user) {
            return Err(refuse("a user and a host are words without spaces"));
        }
        Ok(Self { address: address.to_owned(), port, user: user.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, written: &str) {
        let target: Target = given.parse().unwrap();
        assert_eq!(target.to_string(), written);
        assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
    }

    #[test]
    fn targets_are_read_as_people_write_them() {
        check("10.0.0.2", "root@10.0.0.2:22");
        check("ann@ap1.example:2222", "ann@ap1.example:2222");
        check("fd00::7", "root@[fd00::7]:22");
        check("ann@[fd00::7]:2222", "ann@[fd00::7]:2222");
    }

    #[test]
    fn what_is_no_target_is_refused_with_what_would_be_right() {
        for given in
            ["", "@host", "host:0", "host:ssh", "a b", "[fd00::7", "[fd00::7]22", "host:99999", "x@/etc"]
        {
            let error = given.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains("write [USER@]HOST[:PORT]"), "{error}");
        }
    }
}
