//! Which manager to speak to, and by what right.

use std::fmt;
use std::path::{Path, PathBuf};

use http::HeaderValue;

use super::{Host, Trust};

/// A manager, whose certificate it may show, and the token to come in with.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Where it is.
    pub(crate) host: Host,
    /// What to come in with; nothing over the Unix socket.
    pub(crate) token: Option<Token>,
    /// Whose certificate is trusted.
    pub(crate) trust: Trust,
}

/// An API token. Not shown by [`fmt::Debug`].
#[derive(Clone)]
pub(crate) struct Token(HeaderValue);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// Its file cannot be read.
    #[error("the token in {path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// It is none.
    #[error("{place} holds no API token: a token begins with swm_ and is on one line")]
    Malformed {
        /// Where it was looked for.
        place: String,
    },
}

impl Token {
    /// The token in a file.
    pub(crate) fn read(path: &Path) -> Result<Self, TokenError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| TokenError::Read { path: path.to_owned(), source })?;
        Self::new(&text, path.display())
    }

    /// The token that was found in that place.
    pub(crate) fn new(text: &str, place: impl fmt::Display) -> Result<Self, TokenError> {
        let malformed = || TokenError::Malformed { place: place.to_string() };
        let text = text.trim();
        if !text.starts_with("swm_") || text.contains(char::is_whitespace) {
            return Err(malformed());
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| malformed())?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// As it stands in `Authorization`.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_and_does_not_show_itself() {
        let token = Token::new("swm_abc\n", "here").unwrap();
        assert_eq!(token.header(), "Bearer swm_abc");
        assert!(!format!("{token:?} {:?}", token.header()).contains("abc"));
    }

    #[test]
    fn what_is_no_token_is_said_by_its_place_only() {
        for text in ["", "hunter2", "swm_a b", "swm_a\nswm_b", "swm_\u{7f}"] {
            let error = Token::new(text, "/t").unwrap_err();
            assert!(error.to_string().starts_with("/t holds no API token"), "{error}");
            assert!(text.is_empty() || !error.to_string().contains(text));
        }
    }
}
