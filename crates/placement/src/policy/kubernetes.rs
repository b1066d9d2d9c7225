//! Kubernetes' scores of requested resources, CPU and memory.
//!
//! Source: kubernetes `pkg/scheduler/framework/plugins/noderesources/{least_allocated,balanced_allocation}.go`. A node is
//! out where requests do not fit; what is used is not looked at. Kubernetes prefers the highest of 0 to 100: here a score
//! is what is missing to the best.

use crate::feasibility::{Level, Rules};
use crate::rating::comparable;
use crate::{NodeState, Policy, Request};

/// Kubernetes' MaxNodeScore.
const MOST: f64 = 100.0;

/// CPU and memory; the disk has no part in it.
const COUNTED: usize = 2;

/// The policy `least-allocated`: the largest share that stays unrequested.
///
/// `mean over r of floor((capacity − requested) × 100 / capacity)`, 0 where a capacity is 0 or exceeded.
#[derive(Debug, Clone, Copy, Default)]
pub struct LeastAllocated;

/// The policy `balanced-allocation`: CPU and memory requested to the same share.
///
/// `100 × (1 − |f_cpu − f_memory| / 2)`, rounded down, with `f = min(1, requested / capacity)`. Best effort instances,
/// which ask for nothing, are all the same to it.
#[derive(Debug, Clone, Copy, Default)]
pub struct BalancedAllocation;

/// The policy `kubernetes`: the sum of the two, as in Kubernetes' default profile.
#[derive(Debug, Clone, Copy, Default)]
pub struct Kubernetes;

/// What is requested with the instance.
fn requested(level: &Level) -> f64 {
    level.reserved + level.demand
}

fn least_allocated(levels: &[Level; 3]) -> f64 {
    let one = |level: &Level| {
        if level.capacity <= 0.0 {
            return 0.0;
        }
        let left = comparable((level.capacity - requested(level)) / level.capacity * MOST);
        left.max(0.0).floor()
    };
    let [cpu, memory, _] = levels;
    ((one(cpu) + one(memory)) / COUNTED as f64).floor()
}

fn balanced_allocation(levels: &[Level; 3]) -> f64 {
    let counted = &levels[..COUNTED];
    if counted.iter().all(|level| level.demand <= 0.0) {
        return 0.0;
    }
    let mut shares = counted
        .iter()
        .filter(|level| level.capacity > 0.0)
        .map(|level| (requested(level) / level.capacity).min(1.0));
    let deviation = match (shares.next(), shares.next()) {
        (Some(a), Some(b)) => (a - b).abs() / 2.0,
        _ => 0.0,
    };
    comparable((1.0 - deviation) * MOST).floor()
}

impl Policy for LeastAllocated {
    fn name(&self) -> &'static str {
        "least-allocated"
    }

    fn score(&self, _node: &NodeState, _request: &Request, levels: &[Level; 3]) -> f64 {
        MOST - least_allocated(levels)
    }

    fn rules(&self) -> Rules {
        Rules::Reservations
    }
}

impl Policy for BalancedAllocation {
    fn name(&self) -> &'static str {
        "balanced-allocation"
    }

    fn score(&self, _node: &NodeState, _request: &Request, levels: &[Level; 3]) -> f64 {
        MOST - balanced_allocation(levels)
    }

    fn rules(&self) -> Rules {
        Rules::Reservations
    }
}

impl Policy for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
    }

    fn score(&self, _node: &NodeState, _request: &Request, levels: &[Level; 3]) -> f64 {
        2.0 * MOST - least_allocated(levels) - balanced_allocation(levels)
    }

    fn rules(&self) -> Rules {
        Rules::Reservations
    }
}
