//! Puts a decision's numbers into words and tables. Costs many times what the decision does.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::driver::{by_name, tie_break};
use crate::explanation::{Explanation, Factor, NodeVerdict, Outlook, Part, Refusal, Term, Verdict};
use crate::feasibility::{Level, levels, reasons};
use crate::rating::{comparable_score, finite};
use crate::{NodeState, Policy, Reason, Request};

/// What is made of every node for one instance.
pub(crate) fn explain<'a>(
    policy: &dyn Policy,
    nodes: impl Iterator<Item = &'a NodeState>,
    request: &Request,
) -> Explanation {
    let mut judged: Vec<_> = nodes.map(|node| (node, judge(policy, node, request))).collect();
    judged.sort_by(|(a, a_verdict), (b, b_verdict)| match (&a_verdict.verdict, &b_verdict.verdict) {
        (Verdict::Candidate { score: a_score }, Verdict::Candidate { score: b_score }) => {
            a_score.total_cmp(b_score).then_with(|| tie_break(a, b, &request.service))
        }
        (Verdict::Candidate { .. }, Verdict::Out { .. }) => Ordering::Less,
        (Verdict::Out { .. }, Verdict::Candidate { .. }) => Ordering::Greater,
        (Verdict::Out { .. }, Verdict::Out { .. }) => by_name(a, b),
    });
    Explanation {
        policy: policy.name().to_owned(),
        demand: request.demand,
        constraints: request.constraints.clone(),
        nodes: judged.into_iter().map(|(_, verdict)| verdict).collect(),
    }
}

fn judge(policy: &dyn Policy, node: &NodeState, request: &Request) -> NodeVerdict {
    let demand = request.demand.on(node);
    let levels = levels(node, &demand);
    let reasons = all_reasons(policy, node, request);
    let verdict = if reasons.is_empty() {
        Verdict::Candidate { score: comparable_score(policy, node, request, &levels) }
    } else {
        Verdict::Out { reasons }
    };
    let parts = match node.usage {
        Some(_) => {
            levels.iter().zip(policy.factors(node)).map(|(level, factors)| part(level, factors)).collect()
        }
        None => Vec::new(),
    };
    NodeVerdict {
        node: node.id.clone(),
        hostname: node.hostname.clone(),
        verdict,
        parts,
        terms: policy.terms(node, request, &levels).into_iter().map(written_term).collect(),
        outlook: policy.outlook(node, request).into_iter().map(written_outlook).collect(),
    }
}

/// JSON has no infinity.
fn written_term(term: Term) -> Term {
    Term { value: finite(term.value), ..term }
}

fn written_outlook(outlook: Outlook) -> Outlook {
    let Outlook { resource, capacity, instance, mean, deviation, risk } = outlook;
    let [capacity, instance, mean, deviation, risk] = [capacity, instance, mean, deviation, risk].map(finite);
    Outlook { resource, capacity, instance, mean, deviation, risk }
}

fn part(level: &Level, factors: Vec<Factor>) -> Part {
    let share = level.share();
    Part {
        resource: level.resource,
        capacity: level.capacity,
        used: level.used,
        unseen: level.unseen,
        reserved: level.reserved,
        free: level.free(),
        demand: level.demand,
        // JSON has no infinity.
        share: if share.is_finite() { share } else { f64::MAX },
        factors,
    }
}

/// Counts the nodes by the first reason that each is out for.
pub(crate) fn refusal<'a>(
    policy: &dyn Policy,
    nodes: impl Iterator<Item = &'a NodeState>,
    request: &Request,
) -> Refusal {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for node in nodes {
        if let Some(reason) = all_reasons(policy, node, request).first() {
            *counts.entry(reason.kind()).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Refusal { counts }
}

fn all_reasons(policy: &dyn Policy, node: &NodeState, request: &Request) -> Vec<Reason> {
    let demand = request.demand.on(node);
    let levels = levels(node, &demand);
    let mut reasons = reasons(node, request, policy.rules(), &demand, &levels);
    if reasons.is_empty() && !policy.admits(node, &levels) {
        reasons.push(Reason::Policy { policy: policy.name().to_owned() });
    }
    reasons
}
