//! The original SwarmManager's score, exactly as it was: for comparison in the simulator only.
//!
//! Source: `perf/static_allocator.py` of the original. A node is out where the sum of the shares exceeds 1, and for
//! nothing else; its three corrections never apply, because they compare fractions with percents; capacity that is free
//! may be negative, and then such a node wins.

use crate::feasibility::{Level, Rules};
use crate::{NodeState, Policy, Request};

/// The policy `seed-original`.
#[derive(Debug, Clone, Copy, Default)]
pub struct SeedOriginal;

/// What the seed divides: the demand by what is free, be it negative.
fn share(level: &Level) -> f64 {
    let free = level.capacity - level.used - level.unseen;
    if level.demand > 0.0 { level.demand / free } else { 0.0 }
}

impl Policy for SeedOriginal {
    fn name(&self) -> &'static str {
        "seed-original"
    }

    fn score(&self, _node: &NodeState, _request: &Request, levels: &[Level; 3]) -> f64 {
        levels.iter().map(share).sum()
    }

    fn rules(&self) -> Rules {
        Rules::None
    }

    fn admits(&self, _node: &NodeState, levels: &[Level; 3]) -> bool {
        levels.iter().map(share).sum::<f64>() <= 1.0
    }
}
