//! Ours: the node that is the least likely to be overloaded afterwards.

use crate::explanation::{Outlook, Term};
use crate::feasibility::Level;
use crate::rating::Bar;
use crate::request::Wish;
use crate::risk::{NEVER, likelier_below, tail_and_excess};
use crate::{Load, Moments, NodeState, Policy, Request};

/// The policy `headroom`.
///
/// What everything on a node uses, and what the instance will, is known by mean and variance of what each was seen to use
/// (by its demand where it was not). Sums of many uses are nearly normal, so that for each resource r, with the instance:
///
/// ```text
/// z_r    = (limit × capacity_r − mean_r) / deviation_r
/// risk   = 1 − Π P(use_r ≤ limit × capacity_r) = 1 − Π (1 − Q(max(z_r, −2)))
/// lost   = max E[(use_r − capacity_r)⁺] / E[use_r⁺]
/// score  = risk + unserved × lost + fullness × max (mean_r + deviation_r) / capacity_r
///          + the instance's own wishes
/// ```
///
/// The first two price what users feel; the third decides among nodes that are all safe. The risk of a sum is not the sum
/// of risks: an instance whose use varies is put where there is room for it to vary, which a mean would not show.
///
/// Less use is never worse. So an overload that is two deviations likely counts as certain: else a node that is over its
/// limit would look better with something that varies on it. And what is not served is a share of what is used at all, which for
/// a node that varies is more than the mean when that is nearly nothing.
///
/// Source: the chance constraint of Cohen, Keller, Mirrokni and Zadimoghaddam, "Overcommitment in Cloud Services"
/// (Management Science 65(7), 2019), with the expected excess of a normal value, φ(z) − z Q(z), beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Headroom {
    /// Share of a capacity above which a node is overloaded.
    pub limit: f64,
    /// Weight of the share of the use that is not served.
    pub unserved: f64,
    /// Weight of how full the fullest resource is.
    pub fullness: f64,
    /// What each further instance of the service on the node costs, as a risk that is taken to avoid it.
    pub sibling: f64,
    /// What a wish to be with or apart from another service is worth, as a risk.
    pub affinity: f64,
    /// What each failure of the service on the node within the last minutes costs, and each loss of the node within the
    /// last day, as a risk.
    pub failure: f64,
}

impl Default for Headroom {
    fn default() -> Self {
        Self { limit: 0.9, unserved: 0.7, fullness: 1e-3, sibling: 0.05, affinity: 0.05, failure: 0.02 }
    }
}

/// Failures beyond these make a node no worse.
const MOST_FAILURES: u32 = 10;

impl Policy for Headroom {
    fn name(&self) -> &'static str {
        "headroom"
    }

    #[inline]
    fn score(&self, node: &NodeState, request: &Request, levels: &[Level; 3]) -> f64 {
        let [risk, lost, full] = self.price(node, &afterwards(node, request), levels);
        risk + self.unserved * lost + self.fullness * full + self.wishes(node, request)
    }

    fn bars(&self, request: &Request, bound: f64) -> [Bar; 2] {
        if self.unserved.min(self.sibling).min(self.failure) < 0.0 {
            return Default::default();
        }
        let granted = self.affinity.abs() * request.affinities.len() as f64;
        // A little more, for what rounding may take from the score.
        let most = (bound + granted) * (1.0 + 1e-9) + 1e-12;
        let fullest = Bar { share: most / self.fullness, deviations: 1.0 };
        let riskiest = Bar { share: self.limit, deviations: likelier_below(most) };
        [
            if fullest.share >= 0.0 { fullest } else { Bar::default() },
            if riskiest.deviations >= 0.0 && self.fullness >= 0.0 { riskiest } else { Bar::default() },
        ]
    }

    fn terms(&self, node: &NodeState, request: &Request, levels: &[Level; 3]) -> Vec<Term> {
        let [risk, lost, full] = self.price(node, &afterwards(node, request), levels);
        let [siblings, affinity, failures] = self.wish_terms(node, request);
        let terms = [
            ("overload risk", risk),
            ("unserved", self.unserved * lost),
            ("fullness", self.fullness * full),
            ("same service", siblings),
            ("affinity", affinity),
            ("failures", failures),
        ];
        terms.into_iter().map(|(name, value)| Term { name: name.into(), value }).collect()
    }

    fn outlook(&self, node: &NodeState, request: &Request) -> Vec<Outlook> {
        let load = afterwards(node, request);
        let counted = load.iter().filter(|(resource, _)| node.capacity_of(*resource) > 0.0);
        let outlook = counted.map(|(resource, moments)| {
            let capacity = node.capacity_of(resource);
            let own = request.expected_on(node)[resource];
            Outlook {
                resource,
                capacity,
                instance: own.mean,
                mean: moments.mean,
                deviation: moments.deviation(),
                risk: chance_above(moments, self.limit * capacity, capacity),
            }
        });
        outlook.collect()
    }
}

impl Headroom {
    /// The chance of overload, the share that is not served, and how full the fullest resource is.
    #[inline]
    fn price(&self, node: &NodeState, load: &Load, levels: &[Level; 3]) -> [f64; 3] {
        let (mut calm, mut lost, mut full) = (1.0, 0.0_f64, 0.0_f64);
        for (resource, moments) in load.iter() {
            let capacity = node.capacity_of(resource);
            if capacity <= 0.0 {
                // Not known, and so no limit, unless it is asked for: what has none of it is the worst of all.
                if levels.get(resource as usize).is_some_and(|level| level.demand > 0.0) {
                    full = f64::MAX;
                }
                continue;
            }
            let limit = self.limit * capacity;
            full = full.max((moments.mean + moments.deviation()) / capacity);
            if is_safe(limit - moments.mean, moments.variance, capacity) {
                continue;
            }
            let [risk, unserved] = over(moments, limit, capacity);
            calm *= 1.0 - risk;
            lost = lost.max(unserved);
        }
        [1.0 - calm, lost, full]
    }

    #[inline]
    fn wishes(&self, node: &NodeState, request: &Request) -> f64 {
        if node.instances.is_empty() && node.failures.is_empty() && node.losses == 0 {
            return 0.0;
        }
        self.wish_terms(node, request).iter().sum()
    }

    /// What siblings, affinities and failures add.
    fn wish_terms(&self, node: &NodeState, request: &Request) -> [f64; 3] {
        let siblings = node.instances_of(&request.service) as f64;
        let mut affinity = 0.0;
        for wish in &request.affinities {
            let is_there = node.instances_of(&wish.service) > 0;
            match wish.wish {
                Wish::Together if is_there => affinity -= self.affinity,
                Wish::Apart if is_there => affinity += self.affinity,
                Wish::Together | Wish::Apart => {}
            }
        }
        let failures = node.failures.get(&request.service).copied().unwrap_or(0).min(MOST_FAILURES);
        let failures = failures + node.losses.min(MOST_FAILURES);
        [self.sibling * siblings, affinity, self.failure * f64::from(failures)]
    }
}

/// What is expected on the node with the instance.
#[inline]
fn afterwards(node: &NodeState, request: &Request) -> Load {
    node.expected_load().with(&request.expected_on(node))
}

/// A use that never varies is still taken to vary by this share of the capacity, so that there is no jump at the limit,
/// where the rounding of a sum would decide.
const STEADY: f64 = 1e-3;

/// Deviations above a limit from which on an overload counts as certain.
const CERTAIN: f64 = 2.0;

/// Whether a limit is too far away to be reached: the same as a risk of nothing, and cheaper.
#[inline]
fn is_safe(room: f64, variance: f64, capacity: f64) -> bool {
    let variance = variance.max((STEADY * capacity) * (STEADY * capacity));
    room >= 0.0 && room * room >= NEVER * NEVER * variance
}

#[inline]
fn deviation(moments: &Moments, capacity: f64) -> f64 {
    moments.deviation().max(STEADY * capacity)
}

/// The chance that a use is above the limit.
#[inline]
fn chance_above(moments: &Moments, limit: f64, capacity: f64) -> f64 {
    tail_and_excess((limit - moments.mean) / deviation(moments, capacity))[0]
}

/// What counts as that chance, and the share of the use that is above the capacity.
#[inline]
fn over(moments: &Moments, limit: f64, capacity: f64) -> [f64; 2] {
    let deviation = deviation(moments, capacity);
    let z = (limit - moments.mean) / deviation;
    let [risk, _] = tail_and_excess(if z < -CERTAIN { -CERTAIN } else { z });
    let [_, above] = tail_and_excess((capacity - moments.mean) / deviation);
    let at_all = moments.mean + deviation * tail_and_excess(moments.mean / deviation)[1];
    [risk, if above > 0.0 { deviation * above / at_all } else { 0.0 }]
}
