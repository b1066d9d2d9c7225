//! Docker's moments.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// Reads a moment such as `2026-11-24T14:07:43.123456789Z` as milliseconds since 1970; 0 for what is none.
pub(crate) fn unix_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse::<Timestamp>().ok()).map_or(0, Timestamp::as_millisecond))
}
