//! Docker Swarm's own: the node with the fewest tasks.
//!
//! Source: swarmkit `manager/scheduler/{scheduler,nodeset,nodeinfo,filter}.go`. Its order is lexicographic: fewer
//! failures of the service within the last five minutes where one of the nodes has five or more, then fewer tasks of
//! the service, then fewer tasks in all. It looks neither at what is used nor at how large a node is; a node is out
//! where reservations do not fit.

use crate::feasibility::{Level, Rules};
use crate::{NodeState, Policy, Request};

/// Failures from which on they count.
const MANY_FAILURES: u32 = 5;

/// The policy `spread`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread;

impl Policy for Spread {
    fn name(&self) -> &'static str {
        "spread"
    }

    fn score(&self, node: &NodeState, request: &Request, _levels: &[Level; 3]) -> f64 {
        let failures = node.failures.get(&request.service).copied().unwrap_or(0);
        let failures = if failures >= MANY_FAILURES { failures.min(255) } else { 0 };
        let (of_service, all) = (node.instances_of(&request.service), node.instances_at_all());
        // Three numbers as one: no node runs a million tasks or hundreds of thousands of one service.
        f64::from(failures) * 2_f64.powi(32) + of_service.min(4_095) as f64 * 2_f64.powi(20) + all as f64
    }

    fn rules(&self) -> Rules {
        Rules::Reservations
    }
}
