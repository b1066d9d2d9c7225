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

/// A share of every capacity, and so many deviations that its expected use has to stay below it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// The share of the capacity; infinite where there is no bar.
    pub share: f64,
    /// The deviations, not below 0.
    pub deviations: f64,
}

impl Default for Bar {
    /// Above everything.
    fn default() -> Self {
        Self { share: f64::INFINITY, deviations: 0.0 }
    }
}

impl Bar {
    /// Whether a node is above it for certain once an instance that uses `own` is there. What does not show in the
    /// measurements yet may come on top. Takes neither roots nor divisions.
    #[inline(always)]
    pub(crate) fn is_below(&self, node: &NodeState, own: &Load) -> bool {
        if self.share == f64::INFINITY {
            return false;
        }
        let squared = self.deviations * self.deviations;
        let exceeds = |resource, mean: f64, variance: f64| {
            let capacity = node.capacity_of(resource);
            let room = self.share * capacity - (mean + own[resource].mean);
            let variance = variance + own[resource].variance;
            (room < 0.0 || squared * variance > room * room) && capacity > 0.0
        };
        match (&node.expected, &node.usage) {
            (Some(expected), _) => Resource::ALL
                .iter()
                .any(|&resource| exceeds(resource, expected[resource].mean, expected[resource].variance)),
            (None, Some(usage)) => Resource::ALL.iter().any(|&resource| {
                let usage = usage.of(resource);
                let mean = used(usage, node.capacity_of(resource));
                exceeds(resource, mean, usage.deviation * usage.deviation)
            }),
            (None, None) => false,
        }
    }

    /// The same where most nodes do not come to be asked.
    #[inline(never)]
    pub(crate) fn is_below_seldom(&self, node: &NodeState, own: &Load) -> bool {
        self.is_below(node, own)
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
