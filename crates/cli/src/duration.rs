//! Durations as Go and Docker write them: `1m30s`, `500ms`.

use std::str::FromStr;

use jiff::SignedDuration;

/// A duration to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Duration(u64);

impl Duration {
    /// Its milliseconds.
    pub(crate) fn ms(self) -> u64 {
        self.0
    }
}

/// What is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a number with a unit (ms|s|m|h), such as 30s or 1m30s")]
pub(crate) struct ParseDurationError;

impl FromStr for Duration {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "0" {
            return Ok(Self(0));
        }
        // The parser also takes ISO 8601 and words, which Docker does not.
        if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') || text.contains(char::is_whitespace) {
            return Err(ParseDurationError);
        }
        let duration: SignedDuration = text.parse().map_err(|_| ParseDurationError)?;
        u64::try_from(duration.as_millis()).map(Self).map_err(|_| ParseDurationError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_docker_reads_them() {
        for (text, ms) in [
            ("0", 0),
            ("0s", 0),
            ("500ms", 500),
            ("30s", 30_000),
            ("1.5s", 1_500),
            ("1m30s", 90_000),
            ("1h30m", 5_400_000),
            ("1h0m0s", 3_600_000),
            ("2000us", 2),
            ("2000µs", 2),
        ] {
            assert_eq!(text.parse(), Ok(Duration(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "30", "s", "-5s", "1 minute", "PT5S", "1d", "1w", "5x"] {
            assert_eq!(text.parse::<Duration>(), Err(ParseDurationError), "{text}");
        }
    }
}
