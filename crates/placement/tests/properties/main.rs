//! What has to hold for every snapshot and every request.

#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

mod arbitrary;
mod oracle;

use std::collections::BTreeMap;

use arbitrary::{extreme, healthy_snapshot, plain_request, request, snapshot};
use proptest::prelude::*;
use swarmmanager_placement::{
    Availability, Decision, NodeState, Outcome, Policy, Request, Snapshot, Verdict,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz, NodeId};

const POLICY: &dyn Policy = &Availability;

fn node_of(outcome: &Outcome) -> Option<&NodeId> {
    match outcome {
        Outcome::Placed { node, .. } => Some(node),
        Outcome::Unplaced { .. } => None,
    }
}

fn find<'a>(snapshot: &'a Snapshot, id: &NodeId) -> &'a NodeState {
    snapshot.nodes.iter().find(|node| node.id == *id).unwrap()
}

fn outcomes(snapshot: &Snapshot, request: &Request, count: usize) -> Vec<Outcome> {
    POLICY.place_silently(snapshot, request, count).decisions.into_iter().map(|one| one.outcome).collect()
}

/// Books each decision before the next one is looked at.
fn replay(
    mut snapshot: Snapshot,
    request: &Request,
    decisions: &[Decision],
    mut look: impl FnMut(&Snapshot, &Decision) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
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
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn an_instance_goes_to_the_best_of_the_nodes_that_may_take_it(
        snapshot in snapshot(), request in request(), count in 0_usize..12,
    ) {
        let placement = POLICY.place_silently(&snapshot, &request, count);
        prop_assert_eq!(placement.decisions.len(), count);
        replay(snapshot, &request, &placement.decisions, |snapshot, decision| {
            let mut others = snapshot.nodes.iter().filter(|node| oracle::may_take(node, &request));
            match node_of(&decision.outcome) {
                Some(id) => {
                    let chosen = find(snapshot, id);
                    prop_assert!(oracle::may_take(chosen, &request), "{id} is out");
                    let better = others.find(|other| oracle::is_better(other, chosen, &request));
                    prop_assert!(better.is_none(), "{:?} is better than {:?}", better, chosen);
                }
                None => prop_assert!(others.next().is_none(), "{:?} was refused for nothing", decision),
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_node_is_out_for_true_reasons_and_only_for_reasons(
        snapshot in snapshot(), request in request(), count in 1_usize..6,
    ) {
        let placement = POLICY.place(&snapshot, &request, count);
        replay(snapshot, &request, &placement.decisions, |snapshot, decision| {
            let explanation = decision.explanation.as_ref().unwrap();
            prop_assert_eq!(explanation.nodes.len(), snapshot.nodes.len());
            for verdict in &explanation.nodes {
                let node = find(snapshot, &verdict.node);
                match &verdict.verdict {
                    Verdict::Candidate { .. } => prop_assert!(oracle::may_take(node, &request)),
                    Verdict::Out { reasons } => {
                        prop_assert!(!oracle::may_take(node, &request) && !reasons.is_empty());
                        for reason in reasons {
                            prop_assert!(oracle::is_true(reason, node, &request), "{reason:?} of {node:?}");
                        }
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_refusal_counts_every_node_once(snapshot in snapshot(), request in request()) {
        if let Outcome::Unplaced { reason } = &outcomes(&snapshot, &request, 1)[0] {
            let counted: u32 = reason.counts.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(counted as usize, snapshot.nodes.len());
        }
    }

    #[test]
    fn what_is_placed_stays_within_what_was_free_and_unreserved(
        snapshot in healthy_snapshot(), request in plain_request(), count in 1_usize..60,
    ) {
        let mut placed: BTreeMap<NodeId, u32> = BTreeMap::new();
        for outcome in outcomes(&snapshot, &request, count) {
            if let Some(node) = node_of(&outcome) {
                *placed.entry(node.clone()).or_default() += 1;
            }
        }
        for (id, count) in placed {
            let node = find(&snapshot, &id);
            let (demand, free) = (oracle::demand(node, &request), oracle::free(node));
            let memory = node.reserved.memory.as_f64() + demand[1] * f64::from(count);
            prop_assert!(demand[1] == 0.0 || memory <= node.capacity.memory.as_f64());
            for index in 0..3 {
                let rounding = if index == 0 { 1.0 + 1e-7 } else { 1.0 };
                prop_assert!(demand[index] * f64::from(count) <= free[index] * rounding, "{index} of {node:?}");
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
        prop_assert_eq!(POLICY.place(&snapshot, &request, count), POLICY.place(&shuffled, &request, count));
    }

    #[test]
    fn placing_many_is_placing_one_after_the_other(
        snapshot in snapshot(), request in request(), count in 0_usize..30,
    ) {
        let mut booked = snapshot.clone();
        let one_by_one: Vec<_> = (0..count)
            .map(|_| {
                let outcome = outcomes(&booked, &request, 1).remove(0);
                if let Some(id) = node_of(&outcome) {
                    booked.nodes.iter_mut().find(|node| node.id == *id).unwrap().book(&request);
                }
                outcome
            })
            .collect();
        prop_assert_eq!(outcomes(&snapshot, &request, count), one_by_one);
    }

    #[test]
    fn explaining_changes_no_decision(snapshot in snapshot(), request in request(), count in 0_usize..6) {
        let explained = POLICY.place(&snapshot, &request, count).decisions;
        let explained: Vec<_> = explained.into_iter().map(|decision| decision.outcome).collect();
        prop_assert_eq!(explained, outcomes(&snapshot, &request, count));
    }

    #[test]
    fn an_explanation_is_headed_by_the_chosen_node_and_its_numbers_add_up(
        snapshot in snapshot(), request in request(), count in 1_usize..6,
    ) {
        for decision in POLICY.place(&snapshot, &request, count).decisions {
            let explanation = decision.explanation.unwrap();
            let scores: Vec<_> = explanation.nodes.iter().map_while(|node| match node.verdict {
                Verdict::Candidate { score } => Some(score),
                Verdict::Out { .. } => None,
            }).collect();
            let first = explanation.nodes.first().filter(|_| !scores.is_empty()).map(|node| &node.node);
            prop_assert_eq!(first, node_of(&decision.outcome));
            prop_assert!(scores.is_sorted());
            for (node, score) in explanation.nodes.iter().zip(&scores) {
                prop_assert_eq!(node.parts.len(), 3);
                for part in &node.parts {
                    prop_assert_eq!(part.free, (part.capacity - part.used - part.unseen).max(0.0));
                    prop_assert_eq!(part.share, if part.demand > 0.0 { part.demand / part.free } else { 0.0 });
                }
                let shares: f64 = node.parts.iter().map(|part| part.share).sum();
                let factors = node.parts.iter().flat_map(|part| &part.factors);
                let expected = shares * factors.map(|factor| factor.value()).product::<f64>();
                prop_assert!((score - expected).abs() <= 1e-11 * expected, "{score} is not {expected}");
            }
        }
    }

    #[test]
    fn more_free_capacity_never_makes_a_node_lose(
        snapshot in snapshot(), request in request(), kind in 0_usize..6, resource in 0_usize..3,
    ) {
        let Some(winner) = node_of(&outcomes(&snapshot, &request, 1)[0]).cloned() else { return Ok(()) };
        let mut better = snapshot;
        let node = better.nodes.iter_mut().find(|node| node.id == winner).unwrap();
        ease(node, kind, resource);
        let again = outcomes(&better, &request, 1).remove(0);
        prop_assert_eq!(node_of(&again), Some(&winner));
    }

    #[test]
    fn the_units_of_amounts_change_nothing(
        snapshot in snapshot(), request in request(), count in 1_usize..6,
        cpu in prop::sample::select(vec![0.001, 1_000.0, 0.37]), bytes in prop::sample::select(vec![1_u64, 1_000, 1_024]),
    ) {
        let (scaled, scaled_request) = rescale(&snapshot, &request, cpu, bytes);
        prop_assert_eq!(outcomes(&scaled, &scaled_request, count), outcomes(&snapshot, &request, count));
    }

    #[test]
    fn no_number_is_too_strange((snapshot, request) in extreme(), count in 0_usize..6) {
        let placement = POLICY.place(&snapshot, &request, count);
        prop_assert_eq!(placement.decisions.len(), count);
        for decision in placement.decisions {
            // An explanation is kept and sent as JSON, which has neither infinities nor what is no number.
            let json = serde_json::to_string(&decision).unwrap();
            let back: Decision = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&back.outcome, &decision.outcome);
            let explanation = decision.explanation.unwrap();
            for node in &explanation.nodes {
                let Verdict::Candidate { score } = node.verdict else { continue };
                prop_assert!(score >= 0.0, "{score} of {node:?}");
                for part in &node.parts {
                    prop_assert!(part.demand <= part.free * (1.0 + 1e-9), "{part:?}");
                }
            }
        }
    }
}

/// Takes something off a node, or adds to what it has.
fn ease(node: &mut NodeState, kind: usize, resource: usize) {
    match kind {
        // Twice as much of everything that the cores give, so that their number stays.
        0 => match resource {
            0 => node.capacity.cpu += node.capacity.cpu,
            1 => node.capacity.memory += Bytes::from_mib(100),
            _ => node.capacity.disk += Bytes::from_mib(100),
        },
        1 => {
            let usage = node.usage.as_mut().unwrap();
            [&mut usage.cpu, &mut usage.memory, &mut usage.disk][resource].mean /= 2.0;
        }
        2 => node.unseen = Default::default(),
        3 => node.reserved = Default::default(),
        4 => node.host_ports.clear(),
        _ => node.instances.clear(),
    }
}

/// The same with CPU and bytes written in other units.
fn rescale(snapshot: &Snapshot, request: &Request, cpu: f64, bytes: u64) -> (Snapshot, Request) {
    let (mut snapshot, mut request) = (snapshot.clone(), request.clone());
    let more = |amount: Bytes| Bytes::new(amount.get() * bytes);
    for node in &mut snapshot.nodes {
        for amounts in [&mut node.capacity, &mut node.reserved, &mut node.unseen] {
            amounts.cpu = amounts.cpu * cpu;
            amounts.memory = more(amounts.memory);
            amounts.disk = more(amounts.disk);
        }
        if let Some(usage) = &mut node.usage {
            usage.cpu.mean *= cpu;
            usage.memory.mean *= bytes as f64;
            usage.disk.mean *= bytes as f64;
        }
    }
    let demand = &mut request.demand;
    if let CpuDemand::Megahertz(amount) = demand.cpu {
        demand.cpu = CpuDemand::Megahertz(Megahertz::new(amount.get() * cpu));
    }
    demand.memory = more(demand.memory);
    demand.disk = more(demand.disk);
    (snapshot, request)
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
