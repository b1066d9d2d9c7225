//! What has to hold for every snapshot, every request and every policy that promises it.

#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

mod arbitrary;
mod change;
mod explained;
mod oracle;
mod scores;

use std::collections::BTreeMap;

use arbitrary::{healthy_snapshot, plain_request, request, snapshot};
use change::{ease, rescale};
use proptest::prelude::*;
use swarmmanager_placement::{Decision, NodeState, Outcome, Placement, Policy, Request, Snapshot, policies};
use swarmmanager_units::{Bytes, CpuDemand, NodeId};

/// Cases of each property, each of them for every policy.
const CASES: u32 = 300;

fn node_of(outcome: &Outcome) -> Option<&NodeId> {
    match outcome {
        Outcome::Placed { node, .. } => Some(node),
        Outcome::Unplaced { .. } => None,
    }
}

fn find<'a>(snapshot: &'a Snapshot, id: &NodeId) -> &'a NodeState {
    snapshot.nodes.iter().find(|node| node.id == *id).unwrap()
}

fn outcomes(policy: &dyn Policy, snapshot: &Snapshot, request: &Request, count: usize) -> Vec<Outcome> {
    of(policy.place_silently(snapshot, request, count))
}

fn of(placement: Placement) -> Vec<Outcome> {
    placement.decisions.into_iter().map(|decision| decision.outcome).collect()
}

/// The policies for which that holds.
fn policies_that(promise: fn(&str) -> bool) -> impl Iterator<Item = Box<dyn Policy>> {
    policies().into_iter().filter(move |policy| promise(policy.name()))
}

/// Books each decision before the next one is looked at.
fn replay(
    snapshot: &Snapshot,
    request: &Request,
    decisions: &[Decision],
    mut look: impl FnMut(&Snapshot, &Decision) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut snapshot = snapshot.clone();
    for decision in decisions {
        look(&snapshot, decision)?;
        if let Some(id) = node_of(&decision.outcome) {
            let node = snapshot.nodes.iter_mut().find(|node| node.id == *id).unwrap();
            oracle::book(node, request);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn an_instance_goes_to_the_best_of_the_nodes_that_may_take_it(
        snapshot in snapshot(), request in request(), count in 0_usize..12,
    ) {
        for policy in policies() {
            let (policy, name) = (&*policy, policy.name());
            let placement = policy.place_silently(&snapshot, &request, count);
            prop_assert_eq!(placement.decisions.len(), count);
            replay(&snapshot, &request, &placement.decisions, |snapshot, decision| {
                let mut others = snapshot.nodes.iter().filter(|node| oracle::may_take(name, node, &request));
                match node_of(&decision.outcome) {
                    Some(id) => {
                        let chosen = find(snapshot, id);
                        prop_assert!(oracle::may_take(name, chosen, &request), "{}: {} is out", name, id);
                        let better = others.find(|other| oracle::is_better(policy, other, chosen, &request));
                        prop_assert!(better.is_none(), "{}: {:?} is better than {:?}", name, better, chosen);
                    }
                    None => {
                        prop_assert!(others.next().is_none(), "{name}: {decision:?} was refused for nothing");
                    }
                }
                Ok(())
            })?;
        }
    }

    #[test]
    fn a_score_is_what_its_formula_says(snapshot in snapshot(), request in request()) {
        for policy in policies() {
            let (policy, name) = (&*policy, policy.name());
            for node in snapshot.nodes.iter().filter(|node| oracle::may_take(name, node, &request)) {
                let said = oracle::said_score(policy, node, &request);
                let expected = scores::score(name, node, &request).min(f64::MAX / 2.0);
                // The default policy looks its curves up in a table.
                let rounding = if name == "headroom" { 1e-4 } else { 1e-10 };
                let most = rounding * (1.0 + expected.abs());
                prop_assert!((said - expected).abs() <= most, "{name}: {said} is not {expected} of {node:?}");
            }
        }
    }

    #[test]
    fn a_refusal_counts_every_node_once(snapshot in snapshot(), request in request()) {
        for policy in policies() {
            if let Outcome::Unplaced { reason } = &outcomes(&*policy, &snapshot, &request, 1)[0] {
                let counted: u32 = reason.counts.iter().map(|(_, count)| count).sum();
                prop_assert_eq!(counted as usize, snapshot.nodes.len(), "{}", policy.name());
            }
        }
    }

    #[test]
    fn what_is_placed_stays_within_what_was_free_and_unreserved(
        snapshot in healthy_snapshot(), request in plain_request(), count in 1_usize..60,
    ) {
        // The original knew no reservations, and looked at the sum of the shares alone.
        for policy in policies_that(|name| name != "seed-original") {
            let mut placed: BTreeMap<NodeId, u32> = BTreeMap::new();
            for outcome in outcomes(&*policy, &snapshot, &request, count) {
                if let Some(node) = node_of(&outcome) {
                    *placed.entry(node.clone()).or_default() += 1;
                }
            }
            for (id, count) in placed {
                let node = find(&snapshot, &id);
                let (demand, capacity) = (oracle::demand(node, &request), oracle::capacity(node));
                let (reserved, free) = (oracle::reserved(node), oracle::free(node));
                for index in 0..3 {
                    let rounding = if index == 0 { 1.0 + 1e-7 } else { 1.0 };
                    let asked = demand[index] * f64::from(count);
                    let promised = reserved[index] + asked;
                    prop_assert!(
                        asked == 0.0 || promised <= capacity[index] * rounding,
                        "{}: {index} of {node:?} is promised twice", policy.name(),
                    );
                    prop_assert!(
                        !oracle::looks_at_use(policy.name()) || asked <= free[index] * rounding,
                        "{}: {index} of {node:?} is not free", policy.name(),
                    );
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_nodes_changes_nothing(
        (snapshot, shuffled) in snapshot().prop_flat_map(|snapshot| {
            let shuffled = Just(snapshot.nodes.clone()).prop_shuffle();
            (Just(snapshot), shuffled.prop_map(|nodes| Snapshot { nodes }))
        }),
        request in request(), count in 0_usize..6,
    ) {
        for policy in policies() {
            let placement = policy.place(&snapshot, &request, count);
            prop_assert_eq!(&placement, &policy.place(&shuffled, &request, count), "{}", policy.name());
            // Nor does asking again.
            prop_assert_eq!(placement, policy.place(&snapshot, &request, count), "{}", policy.name());
        }
    }

    #[test]
    fn placing_many_is_placing_one_after_the_other(
        snapshot in snapshot(), request in request(), count in 0_usize..30,
    ) {
        for policy in policies() {
            let mut booked = snapshot.clone();
            let one_by_one: Vec<_> = (0..count)
                .map(|_| {
                    let outcome = outcomes(&*policy, &booked, &request, 1).remove(0);
                    if let Some(id) = node_of(&outcome) {
                        booked.nodes.iter_mut().find(|node| node.id == *id).unwrap().book(&request);
                    }
                    outcome
                })
                .collect();
            prop_assert_eq!(outcomes(&*policy, &snapshot, &request, count), one_by_one, "{}", policy.name());
        }
    }

    #[test]
    fn more_free_capacity_never_makes_a_node_lose(
        snapshot in snapshot(), request in request(), eased in change::eased(),
    ) {
        for policy in policies_that(prefers_what_is_free) {
            let before = outcomes(&*policy, &snapshot, &request, 1).remove(0);
            let Some(winner) = node_of(&before) else { continue };
            let mut better = snapshot.clone();
            let node = better.nodes.iter_mut().find(|node| node.id == *winner).unwrap();
            ease(node, &request, eased);
            let after = outcomes(&*policy, &better, &request, 1).remove(0);
            prop_assert_eq!(node_of(&after), Some(winner), "{}", policy.name());
        }
    }

    #[test]
    fn more_free_capacity_never_makes_a_score_worse(
        snapshot in snapshot(), request in request(), eased in change::eased(),
    ) {
        for policy in policies_that(prefers_what_is_free) {
            for before in snapshot.nodes.iter().filter(|node| oracle::may_take(policy.name(), node, &request)) {
                let mut after = before.clone();
                ease(&mut after, &request, eased);
                let [worse, better] = [before, &after].map(|node| oracle::said_score(&*policy, node, &request));
                let rounding = 1e-12 * worse.abs();
                prop_assert!(better <= worse + rounding, "{}: {worse} to {better} of {before:?}", policy.name());
            }
        }
    }

    #[test]
    fn the_units_of_amounts_change_nothing(
        snapshot in snapshot(), request in request(), count in 1_usize..6,
        cpu in prop::sample::select(vec![0.001, 1_000.0, 0.37]), bytes in prop::sample::select(vec![1_u64, 1_000, 1_024]),
    ) {
        let (scaled, scaled_request) = rescale(&snapshot, &request, cpu, bytes);
        // The original compares a sum of shares with 1, to the last bit.
        for policy in policies_that(|name| name != "seed-original") {
            let expected = outcomes(&*policy, &snapshot, &request, count);
            prop_assert_eq!(outcomes(&*policy, &scaled, &scaled_request, count), expected, "{}", policy.name());
        }
    }
}

/// All policies but those whose published formula says otherwise.
fn prefers_what_is_free(policy: &str) -> bool {
    match policy {
        // Nodes are best where CPU and memory are requested to the same share: more of one alone is less balanced. This
        // is half of what Kubernetes' default profile adds up.
        "balanced-allocation" | "kubernetes" => false,
        // Nodes are best at 40 % of CPU use, so that those below it are filled up first.
        "target-load-packing" => false,
        // The fullest node is best.
        "binpack" => false,
        // What is free may be negative, and so is the score then, which wins until something is free.
        "seed-original" => false,
        _ => true,
    }
}

/// A policy that cannot decide.
struct NoNumber;

impl Policy for NoNumber {
    fn name(&self) -> &'static str {
        "no-number"
    }

    fn score(&self, node: &NodeState, _: &Request, _: &[swarmmanager_placement::Level; 3]) -> f64 {
        if node.hostname == "good" { 1e300 } else { -f64::NAN }
    }
}

proptest! {
    #[test]
    fn a_score_that_is_no_number_loses(snapshot in healthy_snapshot(), good in 0_usize..8) {
        let mut snapshot = snapshot;
        let Some(node) = snapshot.nodes.get_mut(good) else { return Ok(()) };
        node.hostname = "good".into();
        let nothing = Request::new("web", swarmmanager_placement::Demand {
            cpu: CpuDemand::Cores(0.0), memory: Bytes::ZERO, disk: Bytes::ZERO,
        });
        let policy: &dyn Policy = &NoNumber;
        let expected = node.id.clone();
        let placement = policy.place(&snapshot, &nothing, 1);
        prop_assert_eq!(node_of(&placement.decisions[0].outcome), Some(&expected));
    }
}
