//! How often one node may report.

use swarmmanager_telemetry::Moment;

/// A report a second, and as much again for clocks that drift.
const PER_SECOND: f64 = 2.0;
/// What an agent has kept while it could not reach this manager.
const BURST: f64 = 120.0;

/// A bucket that fills at two tokens a second.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    filled: Moment,
}

impl Bucket {
    pub(crate) fn full(now: Moment) -> Self {
        Self { tokens: BURST, filled: now }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&mut self, now: Moment) -> bool {
        self.fill(now);
        let taken = self.tokens >= 1.0;
        if taken {
            self.tokens -= 1.0;
        }
        taken
    }

    /// Whether a new bucket would be the same.
    pub(crate) fn is_full(&mut self, now: Moment) -> bool {
        self.fill(now);
        self.tokens >= BURST
    }

    fn fill(&mut self, now: Moment) {
        self.tokens = (self.tokens + now.since(self.filled).as_secs_f64() * PER_SECOND).min(BURST);
        self.filled = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backlog_is_taken_at_once_and_then_two_a_second() {
        let mut bucket = Bucket::full(Moment::from_millis(0));
        assert_eq!((0..200).filter(|_| bucket.take(Moment::from_millis(0))).count(), 120);
        assert_eq!((0..200).filter(|_| bucket.take(Moment::from_millis(1000))).count(), 2);
        assert!(!bucket.is_full(Moment::from_millis(60_000)) && bucket.is_full(Moment::from_millis(61_000)));
    }
}
