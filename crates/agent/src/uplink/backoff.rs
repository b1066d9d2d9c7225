//! How long to wait before the next attempt.

use std::time::Duration;

/// The first pause, before jitter.
const FIRST: Duration = Duration::from_millis(500);

/// The longest pause, before jitter.
const LONGEST: Duration = Duration::from_secs(5);

/// Pauses that double from half a second to 5 s. A third of each is up to chance, so that the agents of a whole
/// Swarm do not come back to a manager at the same moment.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    next: Duration,
    random: u64,
}

impl Backoff {
    /// Starts at the shortest pause. Different seeds wait differently.
    pub(crate) fn new(seed: u64) -> Self {
        Self { next: FIRST, random: seed | 1 }
    }

    /// The pause to make now.
    pub(crate) fn pause(&mut self) -> Duration {
        let pause = self.next.mul_f64(1.0 - self.chance() / 3.0);
        self.next = (self.next * 2).min(LONGEST);
        pause
    }

    /// After a success the next pause is the shortest again.
    pub(crate) fn reset(&mut self) {
        self.next = FIRST;
    }

    /// Between 0 and 1 (xorshift64: good enough to spread load).
    fn chance(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_start_over_after_a_success() {
        let mut backoff = Backoff::new(7);
        let pauses: Vec<Duration> = (0..8).map(|_| backoff.pause()).collect();
        assert!(pauses[0] <= FIRST && pauses[7] > LONGEST / 2);
        backoff.reset();
        assert!(backoff.pause() <= FIRST);
    }

    proptest! {
        #[test]
        fn a_pause_is_never_shorter_than_two_thirds_or_longer_than_the_longest(seed: u64) {
            let mut backoff = Backoff::new(seed);
            let mut full = FIRST;
            for _ in 0..20 {
                let pause = backoff.pause();
                prop_assert!(pause <= full && pause.as_secs_f64() >= full.as_secs_f64() * 0.66);
                full = (full * 2).min(LONGEST);
            }
        }
    }
}
