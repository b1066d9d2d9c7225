//! Trimaran's scores of measured use.
//!
//! Source: kubernetes-sigs/scheduler-plugins `pkg/trimaran`. Beside them Kubernetes' filter holds: a node is out where
//! requests do not fit. Trimaran prefers the highest of 0 to 100: here a score is what is missing to the best.

use crate::feasibility::{Level, Rules};
use crate::rating::comparable;
use crate::{NodeState, Policy, Request, ResourceUsage};

/// Trimaran's MaxNodeScore.
const MOST: f64 = 100.0;
/// What an instance is predicted to use, as a multiple of its request.
const REQUEST_MULTIPLIER: f64 = 1.5;

/// The policy `target-load-packing`: fills nodes up to a target of CPU use, and then spreads.
///
/// With `p = 100 × (used + 1.5 × (demand + placed and not measured yet)) / capacity` and the target X:
/// `(100 − X) p / X + X` for p ≤ X, `X (100 − p) / (100 − X)` for X < p ≤ 100, 0 above, and 0 where nothing is measured.
#[derive(Debug, Clone, Copy)]
pub struct TargetLoadPacking {
    /// The target X, in percent of the capacity.
    pub target: f64,
}

impl Default for TargetLoadPacking {
    fn default() -> Self {
        Self { target: 40.0 }
    }
}

impl Policy for TargetLoadPacking {
    fn name(&self) -> &'static str {
        "target-load-packing"
    }

    fn score(&self, node: &NodeState, _request: &Request, levels: &[Level; 3]) -> f64 {
        let [cpu, ..] = levels;
        if node.usage.is_none() || cpu.capacity <= 0.0 {
            return MOST;
        }
        let predicted = REQUEST_MULTIPLIER * (cpu.demand + cpu.unseen);
        let percent = comparable(100.0 * (cpu.used + predicted) / cpu.capacity);
        let target = self.target;
        let score = if percent > 100.0 {
            0.0
        } else if percent > target {
            comparable(target * (100.0 - percent) / (100.0 - target)).round()
        } else {
            comparable((100.0 - target) * percent / target + target).round()
        };
        MOST - score
    }

    fn rules(&self) -> Rules {
        Rules::Reservations
    }
}

/// The policy `risk-balancing`: LoadVariationRiskBalancing, the least mean and deviation of use.
///
/// For CPU and memory: `(1 − (μ + σ) / 2) × 100` with `μ = (mean use + demand) / capacity` and
/// `σ = margin × (deviation of use / capacity)^(1 / sensitivity)`, all between 0 and 1; the smaller of the two counts. It
/// does not see what was placed since the last measurement.
#[derive(Debug, Clone, Copy)]
pub struct RiskBalancing {
    /// What the deviation is multiplied by.
    pub margin: f64,
    /// The root of the deviation that is taken.
    pub sensitivity: f64,
}

impl Default for RiskBalancing {
    fn default() -> Self {
        Self { margin: 1.0, sensitivity: 1.0 }
    }
}

impl RiskBalancing {
    fn one(&self, level: &Level, usage: &ResourceUsage) -> f64 {
        if level.capacity <= 0.0 {
            return 0.0;
        }
        let share = |amount: f64| (amount / level.capacity).clamp(0.0, 1.0);
        let mean = share(level.used + level.demand);
        let deviation = share(usage.deviation).powf(1.0 / self.sensitivity);
        let deviation = (self.margin * deviation).clamp(0.0, 1.0);
        // What is no number is the worst, and not the largest.
        ((1.0 - (mean + deviation) / 2.0) * MOST).max(0.0)
    }
}

impl Policy for RiskBalancing {
    fn name(&self) -> &'static str {
        "risk-balancing"
    }

    fn score(&self, node: &NodeState, _request: &Request, levels: &[Level; 3]) -> f64 {
        let [cpu, memory, _] = levels;
        let Some(usage) = &node.usage else { return MOST };
        MOST - comparable(self.one(cpu, &usage.cpu).min(self.one(memory, &usage.memory))).round()
    }

    fn rules(&self) -> Rules {
        Rules::Reservations
    }
}
