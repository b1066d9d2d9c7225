//! Ours: the node that is the least likely to be overloaded afterwards.

use crate::explanation::{Outlook, Term};
use crate::feasibility::Level;
use crate::request::Wish;
use crate::risk::tail_and_excess;
use crate::{Load, Moments, NodeState, Policy, Request};

/// The policy `headroom`.
///
/// What everything on a node uses, and what the instance will, is known by mean and variance of what each was seen to use
/// (by its demand where it was not). Sums of many uses are nearly normal, so that for each resource r, with the instance:
///
/// ```text
/// z_r    = (limit × capacity_r − mean_r) / deviation_r
/// risk   = 1 − Π P(use_r ≤ limit × capacity_r) = 1 − Π (1 − Q(z_r))
/// lost   = max E[(use_r − capacity_r)⁺] / mean_r
/// score  = risk + unserved × lost + fullness × max (mean_r + deviation_r) / capacity_r
///          + the instance's own wishes
/// ```
///
/// The first two price what users feel; the third decides among nodes that are all safe. The risk of a sum is not the sum
/// of risks: an instance whose use varies is put where there is room for it to vary, which a mean would not show.
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
    fn score(&self, node: &NodeState, request: &Request, _levels: &[Level; 3]) -> f64 {
        let [risk, lost, full] = self.price(node, &afterwards(node, request));
        risk + self.unserved * lost + self.fullness * full + self.wishes(node, request)
    }

    fn terms(&self, node: &NodeState, request: &Request) -> Vec<Term> {
        let [risk, lost, full] = self.price(node, &afterwards(node, request));
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
                risk: over(moments, self.limit * capacity, capacity)[0],
            }
        });
        outlook.collect()
    }
}

impl Headroom {
    /// The chance of overload, the share that is not served, and how full the fullest resource is.
    #[inline]
    fn price(&self, node: &NodeState, load: &Load) -> [f64; 3] {
        let (mut calm, mut lost, mut full) = (1.0, 0.0_f64, 0.0_f64);
        for (resource, moments) in load.iter() {
            let capacity = node.capacity_of(resource);
            if capacity <= 0.0 {
                continue;
            }
            let limit = self.limit * capacity;
            let deviation = moments.deviation();
            full = full.max((moments.mean + deviation) / capacity);
            if is_safe(limit - moments.mean, moments.variance) {
                continue;
            }
            let [risk, excess] = over(moments, limit, capacity);
            calm *= 1.0 - risk;
            if moments.mean > 0.0 {
                lost = lost.max(excess / moments.mean);
            }
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

/// Whether a limit is too far away to be reached: the same as a risk of nothing, and cheaper.
#[inline]
fn is_safe(room: f64, variance: f64) -> bool {
    room >= 0.0 && room * room >= crate::risk::NEVER * crate::risk::NEVER * variance
}

/// The chance that a use is above the limit, and what is expected of it above the capacity.
#[inline]
fn over(moments: &Moments, limit: f64, capacity: f64) -> [f64; 2] {
    // A use that never varies is still taken to vary a little, so that there is no jump at the limit.
    let deviation = moments.deviation().max(1e-9 * capacity);
    let [risk, _] = tail_and_excess((limit - moments.mean) / deviation);
    let [_, excess] = tail_and_excess((capacity - moments.mean) / deviation);
    [risk, excess * deviation]
}
