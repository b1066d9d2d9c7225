//! `--filter`.

use std::str::FromStr;

use anyhow::{Result, bail};

/// One `key=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    key: String,
    value: String,
}

/// What is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad format of filter (expected name=value)")]
pub(crate) struct ParseFilterError;

impl FromStr for Filter {
    type Err = ParseFilterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, value) = text.split_once('=').ok_or(ParseFilterError)?;
        let key = key.trim().to_ascii_lowercase();
        if key.is_empty() {
            return Err(ParseFilterError);
        }
        Ok(Self { key, value: value.trim().to_owned() })
    }
}

/// All filters of a command: of those with the same key one has to hold, and of every key one.
#[derive(Debug)]
pub(crate) struct Filters<'a>(&'a [Filter]);

impl<'a> Filters<'a> {
    /// Filters of which each has one of these keys.
    ///
    /// # Errors
    /// For another key.
    pub(crate) fn of(filters: &'a [Filter], keys: &[&str]) -> Result<Self> {
        if let Some(unknown) = filters.iter().find(|filter| !keys.contains(&filter.key.as_str())) {
            bail!("invalid filter '{}'; there are {}", unknown.key, keys.join(", "));
        }
        Ok(Self(filters))
    }

    /// Whether what has that value for the key may stay.
    pub(crate) fn allow(&self, key: &str, matches: impl Fn(&str) -> bool) -> bool {
        let mut values =
            self.0.iter().filter(|filter| filter.key == key).map(|filter| &filter.value).peekable();
        values.peek().is_none() || values.any(|value| matches(value))
    }

    /// Whether what has a value that begins so may stay.
    pub(crate) fn allow_prefix(&self, key: &str, value: &str) -> bool {
        self.allow(key, |wanted| value.starts_with(wanted))
    }

    /// Whether what has exactly that value may stay, in whatever case.
    pub(crate) fn allow_word(&self, key: &str, value: &str) -> bool {
        self.allow(key, |wanted| value.eq_ignore_ascii_case(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_key_are_alternatives_and_keys_are_not() {
        let filters: Vec<Filter> =
            ["name=a", "name=b", "role=worker"].map(|text| text.parse().unwrap()).to_vec();
        let filters = Filters::of(&filters, &["name", "role", "id"]).unwrap();
        assert!(filters.allow_prefix("name", "ap1") && filters.allow_prefix("name", "bb"));
        assert!(!filters.allow_prefix("name", "cc"));
        assert!(filters.allow_word("role", "Worker") && !filters.allow_word("role", "manager"));
        assert!(filters.allow_prefix("id", "anything"));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        assert_eq!("name".parse::<Filter>(), Err(ParseFilterError));
        assert_eq!("=x".parse::<Filter>(), Err(ParseFilterError));
        let filter: Filter = "nope=x".parse().unwrap();
        let error = Filters::of(&[filter], &["id", "name"]).unwrap_err().to_string();
        assert_eq!(error, "invalid filter 'nope'; there are id, name");
    }
}
