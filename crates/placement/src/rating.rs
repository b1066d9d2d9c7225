//! A node's score, in the form in which scores are compared.

use crate::feasibility::{Level, fits, levels, may_be_used, takes_any, used};
use crate::{Demand, Load, NodeState, Policy, Request, Resource};

/// A request, with what is the same for all nodes looked up once.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    request: &'a Request,
    demand: Demand,
    takes_any: bool,
}

impl<'a> Wanted<'a> {
    pub(crate) fn new(request: &'a Request) -> Self {
        Self { request, demand: request.demand, takes_any: takes_any(request) }
    }

    /// The node's score, or `None` where it is out.
    #[inline]
    pub(crate) fn rate<P: Policy + ?Sized>(&self, policy: &P, node: &NodeState) -> Option<f64> {
        let rules = policy.rules();
        if !may_be_used(node, self.request, rules, self.takes_any) {
            return None;
        }
        let demand = self.demand.on(node);
        let levels = levels(node, &demand);
        let takes = fits(node, self.request, rules, &demand, &levels) && policy.admits(node, &levels);
        takes.then(|| comparable_score(policy, node, self.request, &levels))
    }
}

/// Whether more than that share of any capacity is expected to be used, mean and deviation, once an instance that uses
/// `own` is there. What does not show in the measurements yet may come on top. Takes neither roots nor divisions.
#[inline]
pub(crate) fn is_fuller(node: &NodeState, own: &Load, share: f64) -> bool {
    let is_fuller = |resource, mean: f64, variance: f64| {
        let capacity = node.capacity_of(resource);
        let room = share * capacity - (mean + own[resource].mean);
        (room < 0.0 || variance + own[resource].variance > room * room) && capacity > 0.0
    };
    match (&node.expected, &node.usage) {
        (Some(expected), _) => Resource::ALL
            .iter()
            .any(|&resource| is_fuller(resource, expected[resource].mean, expected[resource].variance)),
        (None, Some(usage)) => Resource::ALL.iter().any(|&resource| {
            let usage = usage.of(resource);
            let mean = used(usage, node.capacity_of(resource));
            is_fuller(resource, mean, usage.deviation * usage.deviation)
        }),
        (None, None) => false,
    }
}

/// The score, fit for being compared.
#[inline]
pub(crate) fn comparable_score<P: Policy + ?Sized>(
    policy: &P,
    node: &NodeState,
    request: &Request,
    levels: &[Level; 3],
) -> f64 {
    comparable(policy.score(node, request, levels))
}

/// A number without its last twelve bits. Numbers that differ by the rounding of sums alone are equal, so that it is
/// not the unit of an amount or the order of a sum that decides between two nodes.
///
/// Scores that are whole numbers are rounded from such a number for the same reason.
#[inline]
pub(crate) fn comparable(number: f64) -> f64 {
    const HALF: u64 = 1 << 11;
    f64::from_bits((finite(number).to_bits() + HALF) & !(2 * HALF - 1))
}

/// A number without infinities, and what is no number as the largest.
#[inline]
pub(crate) fn finite(number: f64) -> f64 {
    const MOST: f64 = f64::MAX / 2.0;
    if number < MOST { number.max(-MOST) } else { MOST }
}
