//! Growing counters turned into rates. Time is an argument.

use std::time::Instant;

/// A counter's last value, and when it was read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rate(Option<(u64, Instant)>);

impl Rate {
    /// The mean growth per second since the last call; nothing on the first. A counter that went back was reset,
    /// and how much it grew since is not known: that counts as no growth.
    pub(crate) fn advance(&mut self, value: u64, at: Instant) -> Option<f64> {
        let (last, last_at) = self.0.replace((value, at))?;
        let seconds = at.saturating_duration_since(last_at).as_secs_f64();
        if seconds <= 0.0 {
            return Some(0.0);
        }
        Some(value.saturating_sub(last) as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn growth_is_divided_by_the_time_that_passed() {
        let start = Instant::now();
        let mut rate = Rate::default();
        assert_eq!(rate.advance(1000, start), None);
        assert_eq!(rate.advance(1500, start + Duration::from_secs(2)), Some(250.0));
        assert_eq!(rate.advance(1500, start + Duration::from_secs(3)), Some(0.0));
    }

    #[test]
    fn a_reset_counter_gives_no_rate_and_then_counts_on() {
        let start = Instant::now();
        let mut rate = Rate::default();
        rate.advance(1_000_000, start);
        assert_eq!(rate.advance(10, start + Duration::from_secs(1)), Some(0.0));
        assert_eq!(rate.advance(20, start + Duration::from_secs(2)), Some(10.0));
    }

    proptest! {
        #[test]
        fn a_rate_is_finite_and_never_negative(values: Vec<u64>, millis in 0_u64..5000) {
            let mut rate = Rate::default();
            let mut at = Instant::now();
            for value in values {
                let per_second = rate.advance(value, at).unwrap_or(0.0);
                prop_assert!(per_second.is_finite() && per_second >= 0.0);
                at += Duration::from_millis(millis);
            }
        }
    }
}
