//! What the instances on a node use of its processor, now and in the past.

use crate::Resource;
use crate::relocation::Running;
use crate::relocation::roster::Roster;

/// Room for the rounding of sums.
const ROUNDING: f64 = 1e-9;

#[derive(Debug, Clone)]
pub(super) struct CpuUse {
    /// In MHz.
    pub(super) capacity: f64,
    /// In MHz.
    pub(super) used: f64,
    /// Share of the capacity that is used.
    pub(super) now: f64,
    /// The same in the past, the oldest first. It reaches back as far as that of any instance now on the node.
    pub(super) history: Vec<f64>,
}

impl CpuUse {
    pub(super) fn of(roster: &Roster<'_>, node: usize) -> Self {
        let capacity = roster.node(node).capacity_of(Resource::Cpu);
        let none = Self { capacity, used: 0.0, now: 0.0, history: Vec::new() };
        roster.all_running(node).fold(none, |sum, running| sum.with(running))
    }

    /// With one more instance.
    pub(super) fn with(&self, running: &Running) -> Self {
        let used = self.used + running.used[Resource::Cpu];
        let length = self.history.len().max(running.history.len());
        // The newest values are those of the same time.
        let mut history = vec![0.0; length - self.history.len()];
        history.extend(&self.history);
        for (sum, used) in history[length - running.history.len()..].iter_mut().zip(&running.history) {
            *sum += self.share(*used);
        }
        Self { capacity: self.capacity, used, now: self.share(used), history }
    }

    /// Whether so much more can be served.
    pub(super) fn has_room(&self, used: f64) -> bool {
        self.used + used <= self.capacity * (1.0 + ROUNDING)
    }

    fn share(&self, used: f64) -> f64 {
        if self.capacity > 0.0 { used / self.capacity } else { 0.0 }
    }
}
