//! Nomad's default: fills nodes up.
//!
//! Source: nomad `nomad/structs/funcs.go` (ScoreFitBinPack) and `scheduler/feasible/rank.go`. Nomad ranks only a few nodes
//! of a shuffled list; here all are ranked, for the same answer each time.

use crate::feasibility::{Level, Rules};
use crate::{NodeState, Policy, Request};

/// The largest that the fit can be, by which it is divided.
const MOST_FIT: f64 = 18.0;

/// The policy `binpack`.
///
/// `fit = clamp(20 − 10^free_cpu − 10^free_memory, 0, 18) / 18` with the shares that stay unreserved. With c > 0
/// instances of the service on the node, the mean of that and of `−(c + 1) / replicas`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Binpack;

impl Policy for Binpack {
    fn name(&self) -> &'static str {
        "binpack"
    }

    fn score(&self, node: &NodeState, request: &Request, levels: &[Level; 3]) -> f64 {
        let free = |level: &Level| {
            if level.capacity > 0.0 { 1.0 - (level.reserved + level.demand) / level.capacity } else { 0.0 }
        };
        let [cpu, memory, _] = levels;
        let total = 10_f64.powf(free(cpu)) + 10_f64.powf(free(memory));
        let fit = (20.0 - total).clamp(0.0, MOST_FIT) / MOST_FIT;
        let here = node.instances_of(&request.service);
        let score = if here > 0 {
            let crowding = (here + 1) as f64 / f64::from(request.replicas.max(1));
            (fit - crowding) / 2.0
        } else {
            fit
        };
        1.0 - score
    }

    fn rules(&self) -> Rules {
        Rules::Reservations
    }
}
