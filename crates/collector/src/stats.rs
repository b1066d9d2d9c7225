//! What was taken in, and what was refused for which cause.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use swarmmanager_telemetry::Moment;

/// Why something was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// More connections than are kept.
    TooManyConnections,
    /// More connections in handshake, in all or from one address, than are waited for.
    TooManyHandshakes,
    /// The handshake took too long, or nothing was reported after it.
    TimedOut,
    /// No certificate of this Swarm, or no TLS at all.
    NotAuthenticated,
    /// The certificate is of a node that is not in the Swarm any more, or of another Swarm.
    NotAMember,
    /// A report for another node.
    WrongNode,
    /// A report that makes no sense.
    Malformed,
    /// A report from the future.
    FromTheFuture,
    /// More reports than one a second.
    TooFrequent,
    /// Larger than a report can be, or not the protocol.
    Protocol,
}

const CAUSES: [Cause; 10] = [
    Cause::TooManyConnections,
    Cause::TooManyHandshakes,
    Cause::TimedOut,
    Cause::NotAuthenticated,
    Cause::NotAMember,
    Cause::WrongNode,
    Cause::Malformed,
    Cause::FromTheFuture,
    Cause::TooFrequent,
    Cause::Protocol,
];

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooManyConnections => "too-many-connections",
            Self::TooManyHandshakes => "too-many-handshakes",
            Self::TimedOut => "timed-out",
            Self::NotAuthenticated => "not-authenticated",
            Self::NotAMember => "not-a-member",
            Self::WrongNode => "wrong-node",
            Self::Malformed => "malformed",
            Self::FromTheFuture => "from-the-future",
            Self::TooFrequent => "too-frequent",
            Self::Protocol => "protocol",
        })
    }
}

/// One entry in the log per cause and minute.
const LOG_EVERY_MS: u64 = 60_000;

/// Counters since the start.
#[derive(Debug, Default)]
pub struct CollectorStats {
    connections: AtomicU64,
    accepted: AtomicU64,
    refused: [AtomicU64; CAUSES.len()],
    logged: [AtomicU64; CAUSES.len()],
}

/// The counters at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// Open connections.
    pub connections: u64,
    /// Reports taken in.
    pub accepted: u64,
    /// Reports and connections refused; every cause, also where nothing was.
    pub refused: BTreeMap<Cause, u64>,
}

impl CollectorStats {
    /// The counters now.
    pub fn snapshot(&self) -> Counters {
        Counters {
            connections: self.connections.load(Relaxed),
            accepted: self.accepted.load(Relaxed),
            refused: CAUSES.into_iter().zip(self.refused.iter().map(|count| count.load(Relaxed))).collect(),
        }
    }

    pub(crate) fn accept(&self) {
        self.accepted.fetch_add(1, Relaxed);
    }

    /// Counts a refusal, and logs it if none of its cause was logged within the last minute.
    pub(crate) fn refuse(&self, cause: Cause, now: Moment, from: &dyn fmt::Display, why: &dyn fmt::Display) {
        let count = self.refused[cause as usize].fetch_add(1, Relaxed) + 1;
        if self.is_to_be_logged(cause, now) {
            tracing::warn!(%cause, %from, count, "refused: {why}");
        }
    }

    fn is_to_be_logged(&self, cause: Cause, now: Moment) -> bool {
        let logged = &self.logged[cause as usize];
        let last = logged.load(Relaxed);
        let due = last == 0 || now.as_millis() >= last + LOG_EVERY_MS;
        due && logged.compare_exchange(last, now.as_millis(), Relaxed, Relaxed).is_ok()
    }
}

/// Counts as one of the open connections until dropped.
pub(crate) struct OpenConnection {
    stats: Arc<CollectorStats>,
    /// How many there were when it was opened, itself among them.
    pub(crate) count: u64,
}

impl OpenConnection {
    pub(crate) fn new(stats: &Arc<CollectorStats>) -> Self {
        let count = stats.connections.fetch_add(1, Relaxed) + 1;
        Self { stats: Arc::clone(stats), count }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.stats.connections.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_counter_of_its_own() {
        let stats = CollectorStats::default();
        for (index, cause) in CAUSES.into_iter().enumerate() {
            assert_eq!(cause as usize, index);
            stats.refuse(cause, Moment::from_millis(1), &"test", &"test");
        }
        assert!(stats.snapshot().refused.values().all(|count| *count == 1));
    }

    #[test]
    fn each_cause_is_logged_once_a_minute() {
        let stats = CollectorStats::default();
        let logged = |cause, at| stats.is_to_be_logged(cause, Moment::from_millis(at));
        assert!(logged(Cause::Malformed, 1_000));
        assert!(logged(Cause::TimedOut, 1_000));
        assert!(!logged(Cause::Malformed, 1_000) && !logged(Cause::Malformed, 60_999));
        assert!(logged(Cause::Malformed, 61_000));
        assert!(!logged(Cause::Malformed, 61_001));
    }
}
