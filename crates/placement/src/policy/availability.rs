//! The availability score: how large a share of what is free an instance would take.
//!
//! Source: the original SwarmManager (`perf/static_allocator.py`), with its faults mended:
//!
//! ```text
//! score = (cpu / free_cpu + memory / free_memory + disk / free_disk) × Π factors
//! free  = capacity − mean use over the last 30 s (or 5 s, where that is more) − what was placed and does not show yet
//! ```
//!
//! For each resource the whole score is multiplied by 1.2 if its use is unstable (mean step over 30 % of the capacity),
//! by 0.9 if it falls (under −10 %), by 1.1 if it rises (10 % or more). The lowest score wins. In the original the
//! thresholds were percent and the values fractions, so that no factor ever applied, and a node was out when the *sum*
//! of the shares exceeded 1; here each single share has to fit.

use crate::explanation::Factor;
use crate::feasibility::Level;
use crate::{NodeState, Policy, Request, ResourceUsage, Usage};

/// Mean step, as a share of the capacity, from which on use is unstable.
const UNSTABLE: f64 = 0.30;
/// Trend, as a share of the capacity, under which use falls.
const FALLING: f64 = -0.10;
/// Trend, as a share of the capacity, from which on use rises.
const RISING: f64 = 0.10;

/// The policy `availability`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Availability;

impl Policy for Availability {
    fn name(&self) -> &'static str {
        "availability"
    }

    #[inline]
    fn score(&self, node: &NodeState, _request: &Request, levels: &[Level; 3]) -> f64 {
        let shares: f64 = levels.iter().map(Level::share).sum();
        match &node.usage {
            Some(usage) if !is_calm(usage) => shares * multiplier(usage),
            _ => shares,
        }
    }

    fn factors(&self, node: &NodeState) -> [Vec<Factor>; 3] {
        let Some(usage) = &node.usage else { return Default::default() };
        [&usage.cpu, &usage.memory, &usage.disk].map(|usage| factors(usage).collect())
    }
}

/// Whether no factor applies: so it is with most nodes, and to see it is cheaper than to multiply.
#[inline]
fn is_calm(usage: &Usage) -> bool {
    [&usage.cpu, &usage.memory, &usage.disk]
        .into_iter()
        .all(|usage| usage.abs_change <= UNSTABLE && usage.trend >= FALLING && usage.trend < RISING)
}

fn multiplier(usage: &Usage) -> f64 {
    [&usage.cpu, &usage.memory, &usage.disk].into_iter().flat_map(factors).map(Factor::value).product()
}

fn factors(usage: &ResourceUsage) -> impl Iterator<Item = Factor> {
    let unstable = (usage.abs_change > UNSTABLE).then_some(Factor::Unstable);
    let moving = if usage.trend < FALLING {
        Some(Factor::Falling)
    } else {
        (usage.trend >= RISING).then_some(Factor::Rising)
    };
    unstable.into_iter().chain(moving)
}

impl Factor {
    /// What the score is multiplied by.
    pub fn value(self) -> f64 {
        match self {
            Self::Unstable => 1.2,
            Self::Falling => 0.9,
            Self::Rising => 1.1,
        }
    }
}
