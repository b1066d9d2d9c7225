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
        if self.variant >= 2 {
            let base = node.expected_load();
            let own = request.expected_on(node);
            let count = node.instances_at_all() as f64;
            let harm = |count: f64, load: &crate::Load| {
                let mut calm = 1.0;
                let mut lost: f64 = 0.0;
                for (resource, moments) in load.iter() {
                    let capacity = node.capacity_of(resource);
                    if capacity <= 0.0 || moments.mean <= 0.0 { continue; }
                    let sd = moments.deviation().max(1e-9 * capacity);
                    let z = (self.limit * capacity - moments.mean) / sd;
                    calm *= 1.0 - crate::risk::tail(z);
                    let z = (capacity - moments.mean) / sd;
                    lost = lost.max(sd * crate::risk::excess(z) / moments.mean);
                }
                (count, 1.0 - calm + self.caution * lost)
            };
            let after = base.with(&own);
            let (ca, ha) = harm(count + 1.0, &after);
            let (cb, hb) = harm(count, &base);
            let mut worst: f64 = 0.0;
            for (resource, moments) in after.iter() {
                let capacity = node.capacity_of(resource);
                if capacity > 0.0 { worst = worst.max((moments.mean + moments.deviation()) / capacity); }
            }
            return match self.variant {
                2 => ca * ha - cb * hb + 1e-3 * worst,
                3 => ha + 1e-3 * worst,
                4 => ca * ha + 1e-3 * worst,
                5 => ha - hb + 1e-3 * worst,
                _ => ca * (ha - hb) + ha + 1e-3 * worst,
            };
        }
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
