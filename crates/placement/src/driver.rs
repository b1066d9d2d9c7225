//! Places instances one after the other, each seeing what the ones before it took.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::explanation::{Explanation, Factor, NodeVerdict, Part, Refusal, Verdict};
use crate::feasibility::{Level, is_feasible, levels, reasons};
use crate::{Decision, NodeState, Outcome, Request, Snapshot};

/// Says which of the nodes that are not out is best.
pub trait Policy: Send + Sync {
    /// Its name, as users write it.
    fn name(&self) -> &'static str;

    /// A node's score for one instance of the request; the lowest wins. Called only for nodes that nothing rules out.
    /// `levels` are the node's CPU, memory and disk with the instance's demand.
    fn score(&self, node: &NodeState, request: &Request, levels: &[Level; 3]) -> f64;

    /// Corrections that the score contains, for each resource, for the explanation.
    fn factors(&self, _node: &NodeState) -> [Vec<Factor>; 3] {
        Default::default()
    }
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// One for each instance, in order.
    pub decisions: Vec<Decision>,
}

impl dyn Policy + '_ {
    /// Places `count` instances and says why.
    pub fn place(&self, snapshot: &Snapshot, request: &Request, count: usize) -> Placement {
        self.run(snapshot, request, count, true)
    }

    /// Places `count` instances, without the explanations.
    pub fn place_silently(&self, snapshot: &Snapshot, request: &Request, count: usize) -> Placement {
        self.run(snapshot, request, count, false)
    }

    fn run(&self, snapshot: &Snapshot, request: &Request, count: usize, explain: bool) -> Placement {
        let mut nodes: Vec<Cow<'_, NodeState>> = snapshot.nodes.iter().map(Cow::Borrowed).collect();
        let mut scores: Vec<Option<f64>> = nodes.iter().map(|node| self.rate(node, request)).collect();
        let mut decisions = Vec::with_capacity(count);
        for instance in 0..count {
            let best = best(&nodes, &scores, &request.service);
            let explanation = explain.then(|| self.explain(&nodes, request));
            let outcome = match best {
                Some(index) => {
                    let outcome = Outcome::Placed {
                        node: nodes[index].id.clone(),
                        hostname: nodes[index].hostname.clone(),
                    };
                    take(nodes[index].to_mut(), request);
                    scores[index] = self.rate(&nodes[index], request);
                    outcome
                }
                None => Outcome::Unplaced { reason: refusal(&nodes, request) },
            };
            decisions.push(Decision { instance, outcome, explanation });
        }
        Placement { decisions }
    }

    /// The node's score, or `None` where it is out.
    fn rate(&self, node: &NodeState, request: &Request) -> Option<f64> {
        let levels = levels(node, &request.demand.on(node));
        is_feasible(node, request, &levels).then(|| self.score(node, request, &levels))
    }

    fn explain(&self, nodes: &[Cow<'_, NodeState>], request: &Request) -> Explanation {
        let mut order: Vec<(usize, NodeVerdict)> =
            nodes.iter().map(|node| self.judge(node, request)).enumerate().collect();
        order.sort_by(|(a_index, a), (b_index, b)| {
            let (a_node, b_node) = (&nodes[*a_index], &nodes[*b_index]);
            match (&a.verdict, &b.verdict) {
                (Verdict::Candidate { score: a }, Verdict::Candidate { score: b }) => {
                    a.total_cmp(b).then_with(|| tie_break(a_node, b_node, &request.service))
                }
                (Verdict::Candidate { .. }, Verdict::Out { .. }) => Ordering::Less,
                (Verdict::Out { .. }, Verdict::Candidate { .. }) => Ordering::Greater,
                (Verdict::Out { .. }, Verdict::Out { .. }) => {
                    (&a_node.hostname, &a_node.id).cmp(&(&b_node.hostname, &b_node.id))
                }
            }
        });
        Explanation {
            policy: self.name().to_owned(),
            demand: request.demand,
            constraints: request.constraints.clone(),
            nodes: order.into_iter().map(|(_, verdict)| verdict).collect(),
        }
    }

    fn judge(&self, node: &NodeState, request: &Request) -> NodeVerdict {
        let levels = levels(node, &request.demand.on(node));
        let reasons = reasons(node, request, &levels);
        let verdict = if reasons.is_empty() {
            Verdict::Candidate { score: self.score(node, request, &levels) }
        } else {
            Verdict::Out { reasons }
        };
        let parts = match node.usage {
            Some(_) => {
                levels.iter().zip(self.factors(node)).map(|(level, factors)| part(level, factors)).collect()
            }
            None => Vec::new(),
        };
        NodeVerdict { node: node.id.clone(), hostname: node.hostname.clone(), verdict, parts }
    }
}

/// The index of the best node.
fn best(nodes: &[Cow<'_, NodeState>], scores: &[Option<f64>], service: &str) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (index, score) in scores.iter().enumerate() {
        let Some(score) = *score else { continue };
        let better = best.is_none_or(|(leader, lowest)| {
            let order = score.total_cmp(&lowest);
            order.then_with(|| tie_break(&nodes[index], &nodes[leader], service)).is_lt()
        });
        if better {
            best = Some((index, score));
        }
    }
    best.map(|(index, _)| index)
}

/// Among equals: fewest instances of the service, then fewest instances at all, then by name, so that the order in
/// which nodes are listed never matters.
fn tie_break(a: &NodeState, b: &NodeState, service: &str) -> Ordering {
    let of_service = |node: &NodeState| node.instances.get(service).copied().unwrap_or(0);
    let at_all = |node: &NodeState| node.instances.values().copied().map(u64::from).sum::<u64>();
    of_service(a)
        .cmp(&of_service(b))
        .then_with(|| at_all(a).cmp(&at_all(b)))
        .then_with(|| (&a.hostname, &a.id).cmp(&(&b.hostname, &b.id)))
}

/// Books an instance on a node.
fn take(node: &mut NodeState, request: &Request) {
    let demand = request.demand.on(node);
    for booked in [&mut node.reserved, &mut node.unseen] {
        booked.cpu += demand.cpu;
        booked.memory += demand.memory;
        booked.disk += demand.disk;
    }
    *node.instances.entry(request.service.clone()).or_default() += 1;
    node.host_ports.extend(request.host_ports.iter().cloned());
}

/// Counts the nodes by the first reason that each is out for.
fn refusal(nodes: &[Cow<'_, NodeState>], request: &Request) -> Refusal {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for node in nodes {
        let levels = levels(node, &request.demand.on(node));
        if let Some(reason) = reasons(node, request, &levels).first() {
            *counts.entry(reason.kind()).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Refusal { counts }
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
