//! How an answer is written: a block for each instance, in it a line for each node, the best one first.

use swarmmanager_placement::{Availability, Decision, NodeVerdict, Part, Policy, Verdict};

use crate::scenario::Scenario;

pub(crate) fn to(scenario: &Scenario) -> String {
    let policy: &dyn Policy = &Availability;
    let placement = policy.place(&scenario.snapshot(), &scenario.request(), scenario.count);
    let blocks: Vec<_> = placement.decisions.iter().map(block).collect();
    format!("{}\n\n{}", scenario.lesson, blocks.join("\n"))
}

fn block(decision: &Decision) -> String {
    let nodes = &decision.explanation.as_ref().unwrap().nodes;
    let width = nodes.iter().map(|node| node.hostname.len()).max().unwrap_or_default();
    let lines = nodes.iter().flat_map(|node| lines(node, width));
    let head = format!("web-{}: {}\n", decision.instance, decision.outcome);
    lines.fold(head, |text, line| text + "  " + &line + "\n")
}

/// One for a candidate, one for each reason of a node that is out.
fn lines(node: &NodeVerdict, width: usize) -> Vec<String> {
    match &node.verdict {
        Verdict::Candidate { score } => {
            let parts: Vec<_> = node.parts.iter().map(part).collect();
            vec![format!("{:width$}  {score:.4} = {}", node.hostname, sum(&parts))]
        }
        Verdict::Out { reasons } => {
            let first = std::iter::once(node.hostname.as_str()).chain(std::iter::repeat(""));
            let lines = first.zip(reasons).map(|(name, reason)| format!("{name:width$}  out: {reason}"));
            lines.collect()
        }
    }
}

/// The shares, and behind them what their sum is multiplied by.
fn sum(parts: &[(String, String)]) -> String {
    let shares: Vec<_> = parts.iter().map(|(share, _)| share.as_str()).collect();
    let factors: String = parts.iter().map(|(_, factors)| factors.as_str()).collect();
    let shares = shares.join(" + ");
    if factors.is_empty() { shares } else { format!("({shares}){factors}") }
}

fn part(part: &Part) -> (String, String) {
    let name = part.resource.as_str();
    let share = format!("{name} {}/{}", part.resource.amount(part.demand), part.resource.amount(part.free));
    let factors = part.factors.iter().map(|factor| format!(", {name} {factor}")).collect();
    (share, factors)
}
