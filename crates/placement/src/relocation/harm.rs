//! What the load of a node is expected to cost those who use what runs on it.

use crate::risk::{NEVER, tail_and_excess};
use crate::{Load, PerResource};

/// Turns a node's load into harm, in instances that suffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Harm {
    /// Share of a capacity above which every instance on the node suffers.
    pub(crate) limit: f64,
    /// What it costs that the use of one typical instance is not served, in instances that suffer.
    pub(crate) unserved: f64,
    /// What an instance uses in the mean.
    pub(crate) typical: PerResource<f64>,
}

impl Harm {
    /// `count × (1 − Π P(use ≤ limit)) + unserved × max E[(use − capacity)⁺] / typical use`, over the resources, each
    /// taken as normally distributed.
    pub(crate) fn of(&self, count: f64, load: &Load, capacity: &PerResource<f64>) -> f64 {
        if count <= 0.0 {
            return 0.0;
        }
        let (mut calm, mut lost) = (1.0, 0.0_f64);
        for ((moments, &capacity), &typical) in
            load.values().iter().zip(capacity.values()).zip(self.typical.values())
        {
            let room = self.limit * capacity - moments.mean;
            let is_safe = room >= 0.0 && room * room >= NEVER * NEVER * moments.variance;
            if capacity <= 0.0 || is_safe {
                continue;
            }
            let deviation = moments.deviation().max(1e-9 * capacity);
            calm *= 1.0 - tail_and_excess(room / deviation)[0];
            let z = (capacity - moments.mean) / deviation;
            if typical > 0.0 && z < NEVER {
                lost = lost.max(deviation * tail_and_excess(z)[1] / typical);
            }
        }
        count * (1.0 - calm) + self.unserved * lost
    }
}
