//! Ours.

use crate::feasibility::Level;
use crate::{NodeState, Policy, Request, Resource};

/// The policy `headroom`.
#[derive(Debug, Clone, Copy)]
pub struct Headroom {
    /// Share of the capacity above which a node is overloaded.
    pub limit: f64,
    /// How many standard deviations.
    pub caution: f64,
    /// Variant.
    pub variant: u32,
}

impl Default for Headroom {
    fn default() -> Self {
        Self { limit: 0.9, caution: 1.0, variant: 0 }
    }
}

impl Policy for Headroom {
    fn name(&self) -> &'static str {
        "headroom"
    }

    fn score(&self, node: &NodeState, request: &Request, _levels: &[Level; 3]) -> f64 {
        let load = node.expected_load().with(&request.expected_on(node));
        let mut worst = f64::NEG_INFINITY;
        let mut sum = 0.0;
        for (resource, moments) in load.iter() {
            let capacity = node.capacity_of(resource);
            if capacity <= 0.0 || (resource == Resource::Disk && moments.mean == 0.0) {
                continue;
            }
            let deviation = moments.deviation();
            let risk = match self.variant {
                0 => (moments.mean + self.caution * deviation) / capacity,
                _ => (moments.mean - self.limit * capacity) / deviation.max(self.caution * capacity),
            };
            worst = worst.max(risk);
            sum += risk;
        }
        worst + 1e-6 * sum
    }
}
