//! Places instances one after the other, each seeing what the ones before it took.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::collections::binary_heap::{BinaryHeap, PeekMut};

use crate::explain::{explain, refusal};
use crate::explanation::{Factor, Outlook, Refusal, Term};
use crate::feasibility::{Level, Rules};
use crate::rating::{Bar, Wanted};
use crate::request::expected_anywhere;
use crate::{Decision, NodeState, Outcome, Request, Snapshot};

/// Says which of the nodes that are not out is best.
///
/// A score depends on that node and the request alone: when an instance is placed, only the node that got it is scored
/// anew.
pub trait Policy: Send + Sync {
    /// Its name, as users write it.
    fn name(&self) -> &'static str;

    /// A node's score for one instance of the request; the lowest wins, and what is no number loses. Called only for
    /// nodes that nothing rules out. `levels` are the node's CPU, memory and disk with the instance's demand.
    fn score(&self, node: &NodeState, request: &Request, levels: &[Level; 3]) -> f64;

    /// Which of the rules that hold whatever the policy it keeps to; all of them, but for schedulers of others.
    fn rules(&self) -> Rules {
        Rules::All
    }

    /// Whether its own rules let the node take the instance; no node is ruled out where it has none.
    fn admits(&self, _node: &NodeState, _levels: &[Level; 3]) -> bool {
        true
    }

    /// What no node is above whose score is not above the bound. What is above cannot win, which is seen for less than its
    /// score costs.
    fn bars(&self, _request: &Request, _bound: f64) -> [Bar; 2] {
        Default::default()
    }

    /// The scores of several nodes, `None` for those that are out or above a bar, in the place of what was in
    /// `scores`. Not to be implemented: provided so that each policy has a loop of its own, into which its score is
    /// compiled.
    fn rate(
        &self,
        nodes: &[NodeState],
        request: &Request,
        [first, second]: &[Bar; 2],
        scores: &mut Vec<Option<f64>>,
    ) {
        let wanted = Wanted::new(request);
        let own = expected_anywhere(request);
        let may_win = |node| !first.is_below(node, &own) && !second.is_below_seldom(node, &own);
        let rate = |node| if may_win(node) { wanted.rate(self, node) } else { None };
        scores.clear();
        scores.extend(nodes.iter().map(rate));
    }

    /// What the score is the sum of, for the explanation; nothing where it is more than a sum.
    fn terms(&self, _node: &NodeState, _request: &Request, _levels: &[Level; 3]) -> Vec<Term> {
        Vec::new()
    }

    /// What the policy expects of the node with the instance, for the explanation; nothing where it does not look ahead.
    fn outlook(&self, _node: &NodeState, _request: &Request) -> Vec<Outlook> {
        Vec::new()
    }

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

    fn run(&self, snapshot: &Snapshot, request: &Request, count: usize, explained: bool) -> Placement {
        let mut board = Board::new(self, snapshot, request, count);
        // Once there is no node there is none for the rest either.
        let mut refused: Option<Refusal> = None;
        let mut decisions = Vec::new();
        for instance in 0..count {
            let explanation = explained.then(|| explain(self, board.nodes(), request));
            // What comes to a node matters to the instances after it.
            let outcome = match board.place_one(instance + 1 < count) {
                Some(node) => Outcome::Placed { node: node.id.clone(), hostname: node.hostname.clone() },
                None => {
                    let reason = refused.get_or_insert_with(|| refusal(self, board.nodes(), request));
                    Outcome::Unplaced { reason: reason.clone() }
                }
            };
            decisions.push(Decision { instance, outcome, explanation });
        }
        Placement { decisions }
    }
}

/// How many nodes are rated at once: enough for a loop, few enough for what is found in it to spare work in the next.
const AT_ONCE: usize = 16;

/// The nodes of a snapshot with what was placed on them since.
struct Board<'a> {
    policy: &'a dyn Policy,
    request: &'a Request,
    snapshot: &'a [NodeState],
    /// Copies of the nodes that got an instance, by their place in the snapshot.
    booked: BTreeMap<usize, NodeState>,
    /// The nodes worth looking at, the best on top. Only the one that gets an instance moves.
    candidates: BinaryHeap<Reverse<Candidate<'a>>>,
}

impl<'a> Board<'a> {
    fn new(policy: &'a dyn Policy, snapshot: &'a Snapshot, request: &'a Request, count: usize) -> Self {
        let snapshot = snapshot.nodes.as_slice();
        let best = best_candidates(policy, snapshot, request, count);
        let candidates = best.into_iter().map(Reverse).collect();
        Self { policy, request, snapshot, booked: BTreeMap::new(), candidates }
    }

    /// Takes the best node, and books an instance on it where that is asked for.
    fn place_one(&mut self, is_booked: bool) -> Option<&'a NodeState> {
        let mut top = self.candidates.peek_mut()?;
        let Candidate { index, node, .. } = top.0;
        if !is_booked {
            return Some(node);
        }
        let booked = self.booked.entry(index).or_insert_with(|| node.clone());
        booked.book(self.request);
        match Wanted::new(self.request).rate(self.policy, booked) {
            Some(score) => {
                top.0.score = score;
                top.0.of_service += 1;
                top.0.at_all += 1;
            }
            None => {
                PeekMut::pop(top);
            }
        }
        Some(node)
    }

    /// The nodes as they are now.
    fn nodes(&self) -> impl Iterator<Item = &NodeState> {
        self.snapshot.iter().enumerate().map(|(index, node)| self.booked.get(&index).unwrap_or(node))
    }
}

/// The best `count` of the nodes that are not out, in no order. No other node can get one of `count` instances: as long
/// as there is one left to place, there is one of these that has none yet, and it beats the others.
fn best_candidates<'a>(
    policy: &dyn Policy,
    snapshot: &'a [NodeState],
    request: &'a Request,
    count: usize,
) -> BinaryHeap<Candidate<'a>> {
    let mut best: BinaryHeap<Candidate<'a>> = BinaryHeap::new();
    let mut scores = Vec::new();
    // What is above the worst of the best needs no second look.
    let mut bound = if count == 0 { f64::NEG_INFINITY } else { f64::INFINITY };
    let mut bars = policy.bars(request, bound);
    for (chunk, nodes) in snapshot.chunks(AT_ONCE).enumerate() {
        policy.rate(nodes, request, &bars, &mut scores);
        let before = bound;
        for (index, score) in scores.iter().enumerate() {
            let Some(score) = score.filter(|score| *score <= bound) else { continue };
            let (node, index) = (&nodes[index], chunk * AT_ONCE + index);
            let candidate = Candidate {
                score,
                index,
                of_service: node.instances_of(&request.service),
                at_all: node.instances_at_all(),
                node,
            };
            if best.len() < count {
                best.push(candidate);
            } else if let Some(mut worst) = best.peek_mut().filter(|worst| candidate < **worst) {
                *worst = candidate;
            }
            if best.len() == count {
                bound = best.peek().map_or(bound, |worst| worst.score);
            }
        }
        if bound < before {
            bars = policy.bars(request, bound);
        }
    }
    best
}

/// A node that is not out.
struct Candidate<'a> {
    score: f64,
    index: usize,
    /// Instances of the service on it, with those that it got since the snapshot.
    of_service: u64,
    /// Instances of any service.
    at_all: u64,
    /// As it is in the snapshot.
    node: &'a NodeState,
}

impl Ord for Candidate<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score
            .total_cmp(&other.score)
            .then(self.of_service.cmp(&other.of_service))
            .then(self.at_all.cmp(&other.at_all))
            .then_with(|| by_name(self.node, other.node))
    }
}

impl PartialOrd for Candidate<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Candidate<'_> {}

/// Among nodes of equal score: fewest instances of the service, then fewest instances at all, then by name, so that
/// the order in which nodes are listed never matters.
pub(crate) fn tie_break(a: &NodeState, b: &NodeState, service: &str) -> Ordering {
    a.instances_of(service)
        .cmp(&b.instances_of(service))
        .then_with(|| a.instances_at_all().cmp(&b.instances_at_all()))
        .then_with(|| by_name(a, b))
}

pub(crate) fn by_name(a: &NodeState, b: &NodeState) -> Ordering {
    (&a.hostname, &a.id).cmp(&(&b.hostname, &b.id))
}
