//! Docker's moments.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// Reads a moment such as `2026-11-24T14:07:43.123456789Z` as milliseconds since 1970; 0 for one that is not set, which
/// Docker leaves out or writes as the year 1.
pub(crate) fn unix_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let moment = text.and_then(|text| text.parse::<Timestamp>().ok());
    Ok(moment.map_or(0, |moment| moment.as_millisecond().max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> i64 {
        unix_ms(&mut serde_json::Deserializer::from_str(json)).unwrap()
    }

    #[test]
    fn moments_are_read_with_any_number_of_digits() {
        assert_eq!(read("\"1970-01-01T00:00:01Z\""), 1000);
        assert_eq!(read("\"1970-01-01T00:00:01.5Z\""), 1500);
        assert_eq!(read("\"1970-01-01T01:00:01.123456789+01:00\""), 1123);
    }

    #[test]
    fn what_is_no_moment_is_none() {
        assert_eq!(read("\"0001-01-01T00:00:00Z\""), 0);
        assert_eq!(read("null"), 0);
        assert_eq!(read("\"\""), 0);
    }
}
