//! Moments of a manager's own, monotonic time.

use std::time::{Duration, Instant};

/// Milliseconds since a [`Clock`] began. Never goes back, whatever happens to the wall clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

impl Moment {
    /// So many milliseconds after the beginning.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the beginning.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The moment so long before, or the beginning.
    #[must_use]
    pub const fn before(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_sub(milliseconds))
    }

    /// The time since an earlier moment; nothing since a later one.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Where moments come from. All parts of a manager share one.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Instant,
}

impl Clock {
    /// Reports may be older than the manager, so that its time begins a day before itself.
    const HEAD_START: u64 = 86_400_000;

    /// A clock that begins now.
    pub fn start() -> Self {
        Self { origin: Instant::now() }
    }

    /// Now.
    pub fn now(&self) -> Moment {
        Moment(Self::HEAD_START + u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX / 2))
    }
}
