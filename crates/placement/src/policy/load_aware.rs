//! Koordinator's LoadAware: the most left by measurement, and nothing onto busy nodes.
//!
//! Source: koordinator `pkg/scheduler/plugins/loadaware/load_aware.go`, with its default thresholds, weights and scaling
//! factors. Beside them Kubernetes' filter holds. Koordinator prefers the highest of 0 to 100: here a score is what is
//! missing to the best.

use crate::feasibility::{Level, Rules};
use crate::rating::comparable;
use crate::{NodeState, Policy, Request};

const MOST: f64 = 100.0;

/// The policy `load-aware`.
///
/// `mean over CPU and memory of floor((capacity − estimate) × 100 / capacity)`, where the estimate is what is used, and a
/// part of the demands of the instance and of what was placed and is not measured yet. A node is out where the estimate
/// is above a threshold.
#[derive(Debug, Clone, Copy)]
pub struct LoadAware {
    /// Part of the demand that an instance is estimated to use: CPU, memory.
    pub scaling: [f64; 2],
    /// Percent of the capacity above which a node is out: CPU, memory.
    pub thresholds: [f64; 2],
}

impl Default for LoadAware {
    fn default() -> Self {
        Self { scaling: [0.85, 0.70], thresholds: [65.0, 95.0] }
    }
}

impl LoadAware {
    fn estimates<'a>(&'a self, levels: &'a [Level; 3]) -> impl Iterator<Item = (&'a Level, f64)> {
        levels
            .iter()
            .zip(self.scaling)
            .map(|(level, scaling)| (level, level.used + scaling * (level.demand + level.unseen)))
    }
}

impl Policy for LoadAware {
    fn name(&self) -> &'static str {
        "load-aware"
    }

    fn score(&self, _node: &NodeState, _request: &Request, levels: &[Level; 3]) -> f64 {
        let one = |(level, estimate): (&Level, f64)| {
            if level.capacity <= 0.0 {
                return 0.0;
            }
            comparable((level.capacity - estimate) / level.capacity * MOST).max(0.0).floor()
        };
        let sum: f64 = self.estimates(levels).map(one).sum();
        MOST - (sum / self.scaling.len() as f64).floor()
    }

    fn rules(&self) -> Rules {
        Rules::Reservations
    }

    fn admits(&self, _node: &NodeState, levels: &[Level; 3]) -> bool {
        let is_calm = |((level, estimate), threshold): ((&Level, f64), f64)| {
            level.capacity <= 0.0 || comparable(100.0 * estimate / level.capacity).round() <= threshold
        };
        self.estimates(levels).zip(self.thresholds).all(is_calm)
    }
}
