//! What explanations have to say.

use proptest::prelude::*;
use swarmmanager_placement::{Decision, NodeVerdict, Verdict, policies};

use crate::arbitrary::{extreme, many_nodes, request, snapshot};
use crate::{CASES, find, node_of, of, oracle, outcomes, replay};

/// What the score of a node should be by what is written beside it; `None` where the policy writes nothing.
fn added_up(policy: &str, node: &NodeVerdict) -> Option<f64> {
    match policy {
        "headroom" => Some(node.terms.iter().map(|term| term.value).sum()),
        "availability" => {
            let shares: f64 = node.parts.iter().map(|part| part.share).sum();
            let factors = node.parts.iter().flat_map(|part| &part.factors);
            Some(shares * factors.map(|factor| factor.value()).product::<f64>())
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_node_is_out_for_true_reasons_and_only_for_reasons(
        snapshot in snapshot(), request in request(), count in 1_usize..6,
    ) {
        for policy in policies() {
            let name = policy.name();
            let placement = policy.place(&snapshot, &request, count);
            replay(&snapshot, &request, &placement.decisions, |snapshot, decision| {
                let explanation = decision.explanation.as_ref().unwrap();
                prop_assert_eq!(explanation.nodes.len(), snapshot.nodes.len());
                for verdict in &explanation.nodes {
                    let node = find(snapshot, &verdict.node);
                    let may_take = oracle::may_take(name, node, &request);
                    match &verdict.verdict {
                        Verdict::Candidate { .. } => prop_assert!(may_take, "{name}: {node:?}"),
                        Verdict::Out { reasons } => {
                            prop_assert!(!may_take && !reasons.is_empty(), "{name}: {node:?}");
                            for reason in reasons {
                                let is_true = oracle::is_true(name, reason, node, &request);
                                prop_assert!(is_true, "{name}: {reason:?} of {node:?}");
                            }
                        }
                    }
                }
                Ok(())
            })?;
        }
    }

    #[test]
    fn explaining_changes_no_decision(snapshot in snapshot(), request in request(), count in 0_usize..6) {
        for policy in policies() {
            let explained = of(policy.place(&snapshot, &request, count));
            prop_assert_eq!(explained, outcomes(&*policy, &snapshot, &request, count), "{}", policy.name());
        }
    }

    #[test]
    fn what_is_passed_over_could_not_have_won(
        snapshot in many_nodes(), request in request(), count in 1_usize..4,
    ) {
        for policy in policies() {
            for decision in policy.place(&snapshot, &request, count).decisions {
                // The explanation looks at every node.
                let explanation = decision.explanation.unwrap();
                let best = explanation.nodes.first();
                let best = best.filter(|best| matches!(best.verdict, Verdict::Candidate { .. }));
                prop_assert_eq!(node_of(&decision.outcome), best.map(|best| &best.node), "{}", policy.name());
            }
        }
    }

    #[test]
    fn an_explanation_is_headed_by_the_chosen_node_and_its_numbers_add_up(
        snapshot in snapshot(), request in request(), count in 1_usize..6,
    ) {
        for policy in policies() {
            for decision in policy.place(&snapshot, &request, count).decisions {
                let explanation = decision.explanation.unwrap();
                let scores: Vec<_> = explanation.nodes.iter().map_while(|node| match node.verdict {
                    Verdict::Candidate { score } => Some(score),
                    Verdict::Out { .. } => None,
                }).collect();
                let first = explanation.nodes.first().filter(|_| !scores.is_empty()).map(|node| &node.node);
                prop_assert_eq!(first, node_of(&decision.outcome));
                prop_assert!(scores.is_sorted());
                for (node, score) in explanation.nodes.iter().zip(&scores) {
                    for part in &node.parts {
                        prop_assert_eq!(part.free, (part.capacity - part.used - part.unseen).max(0.0));
                        // Nearly nothing is nothing: the rounding of what is free must not decide.
                        let share = if part.demand > 0.0 { part.demand / part.free } else { 0.0 };
                        prop_assert_eq!(part.share, if share > 1e9 { f64::MAX } else { share });
                    }
                    let Some(expected) = added_up(policy.name(), node) else { continue };
                    let expected = expected.min(f64::MAX / 2.0);
                    let rounding = 1e-11 * (1.0 + expected.abs());
                    prop_assert!((score - expected).abs() <= rounding, "{score} is not {expected}: {node:?}");
                }
            }
        }
    }

    #[test]
    fn no_number_is_too_strange((snapshot, request) in extreme(), count in 0_usize..6) {
        for policy in policies() {
            let name = policy.name();
            let placement = policy.place(&snapshot, &request, count);
            prop_assert_eq!(placement.decisions.len(), count);
            for decision in placement.decisions {
                // An explanation is kept and sent as JSON, which has neither infinities nor what is no number.
                let json = serde_json::to_string(&decision).unwrap();
                let back: Result<Decision, _> = serde_json::from_str(&json);
                prop_assert!(back.is_ok(), "{name}: {back:?} of {json}");
                prop_assert_eq!(&back.unwrap().outcome, &decision.outcome);
                let explanation = decision.explanation.unwrap();
                for node in &explanation.nodes {
                    let Verdict::Candidate { score } = node.verdict else { continue };
                    // The original's own score may be negative.
                    prop_assert!(score >= 0.0 || name == "seed-original", "{name}: {score} of {node:?}");
                    for part in &node.parts {
                        let fits = part.demand <= part.free * (1.0 + 1e-9);
                        let must = oracle::looks_at_use(name) && !request.overcommit;
                        prop_assert!(fits || !must, "{name}: {part:?}");
                    }
                }
            }
        }
    }
}
