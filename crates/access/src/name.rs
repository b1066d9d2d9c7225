//! Names of users and tokens.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const LONGEST_USER: usize = 32;
const LONGEST_TOKEN: usize = 64;

/// What is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not a user's.
    #[error(
        "invalid name {name:?}: write at most 32 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"
    )]
    User {
        /// What was written.
        name: String,
    },
    /// Root is who asks over the Unix socket.
    #[error("invalid name \"root\": that is who asks over the manager's Unix socket")]
    Root,
    /// Not a token's.
    #[error("invalid name {name:?}: write 1 to 64 characters, none of them a control character")]
    Token {
        /// What was written.
        name: String,
    },
}

/// A user's name: `alice`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

impl UserName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_name = text.len() <= LONGEST_USER
            && text.starts_with(is_plain)
            && text.chars().all(|c| is_plain(c) || matches!(c, '.' | '_' | '-'));
        match (is_name, text) {
            (_, "root") => Err(NameError::Root),
            (false, _) => Err(NameError::User { name: shortened(text) }),
            (true, _) => Ok(Self(text.to_owned())),
        }
    }
}

impl TryFrom<String> for UserName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::borrow::Borrow<str> for UserName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What a token's maker calls it: `nightly backup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenName(String);

impl TokenName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        let is_name =
            !text.is_empty() && text.chars().count() <= LONGEST_TOKEN && !text.chars().any(char::is_control);
        is_name.then(|| Self(text.to_owned())).ok_or_else(|| NameError::Token { name: shortened(text) })
    }
}

impl TryFrom<String> for TokenName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<TokenName> for String {
    fn from(name: TokenName) -> Self {
        name.0
    }
}

/// Enough of a text to recognise it by.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_TOKEN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_have_plain_names() {
        for name in ["alice", "a", "a.b-c_d", "0x", &"a".repeat(32)] {
            assert_eq!(name.parse::<UserName>().unwrap().as_str(), name);
        }
        for name in ["", "Alice", ".a", "a b", "ä", "a/b", "root", &"a".repeat(33), "a\n"] {
            assert!(name.parse::<UserName>().is_err(), "{name:?}");
        }
    }

    #[test]
    fn tokens_may_be_called_what_fits_on_a_line() {
        assert_eq!(" CI on ap1 ".parse::<TokenName>().unwrap().as_str(), "CI on ap1");
        for name in ["", "  ", "a\nb", &"x".repeat(65)] {
            assert!(name.parse::<TokenName>().is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_long_text_is_not_repeated_whole() {
        let error = "x".repeat(10_000).parse::<UserName>().unwrap_err();
        assert!(error.to_string().len() < 300);
    }
}
