//! Moments and how long they are past.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Milliseconds since 1970. The manager is on the same machine, so its clock is the same.
pub(crate) fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A moment in words, as Docker says it: `5 minutes ago`.
pub(crate) fn ago(moment_unix_ms: i64, now_unix_ms: i64) -> String {
    let seconds = now_unix_ms.saturating_sub(moment_unix_ms).max(0) / 1000;
    format!("{} ago", human(seconds.unsigned_abs()))
}

/// A moment to come in words: `in 30 days`.
pub(crate) fn until(moment_unix_ms: i64, now_unix_ms: i64) -> String {
    let seconds = moment_unix_ms.saturating_sub(now_unix_ms).max(0) / 1000;
    format!("in {}", human(seconds.unsigned_abs()).to_lowercase())
}

/// Docker's `HumanDuration`.
fn human(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if seconds < 1 => "Less than a second".into(),
        () if seconds == 1 => "1 second".into(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if minutes == 1 => "About a minute".into(),
        () if minutes < 60 => format!("{minutes} minutes"),
        // Docker rounds hours.
        () if (seconds + 1800) / 3600 <= 1 => "About an hour".into(),
        () if hours < 48 => format!("{} hours", (seconds + 1800) / 3600),
        () if days < 14 => format!("{days} days"),
        () if days < 61 => format!("{} weeks", days / 7),
        () if days < 730 => format!("{} months", days / 30),
        () => format!("{} years", days / 365),
    }
}

/// A moment as ISO 8601 writes it, in UTC.
pub(crate) fn iso(moment_unix_ms: i64) -> String {
    Timestamp::from_millisecond(moment_unix_ms).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_docker_s_words() {
        for (seconds, words) in [
            (0, "Less than a second ago"),
            (1, "1 second ago"),
            (59, "59 seconds ago"),
            (60, "About a minute ago"),
            (150, "2 minutes ago"),
            (3600, "About an hour ago"),
            (6000, "2 hours ago"),
            (86_400, "24 hours ago"),
            (3 * 86_400, "3 days ago"),
            (20 * 86_400, "2 weeks ago"),
            (90 * 86_400, "3 months ago"),
            (800 * 86_400, "2 years ago"),
            (-5, "Less than a second ago"),
        ] {
            assert_eq!(ago(0, seconds * 1000), words, "{seconds}");
        }
    }

    #[test]
    fn moments_to_come_are_told_in_the_same_words() {
        assert_eq!(until(30 * 86_400_000, 0), "in 4 weeks");
        assert_eq!(until(60_000, 0), "in about a minute");
        assert_eq!(until(0, 5), "in less than a second");
    }

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(1_500), "1970-01-01T00:00:01.5Z");
    }
}
