//! A decision's numbers as a table.

use std::fmt::Write as _;

use swarmmanager_placement::{Decision, Explanation, NodeVerdict, Outcome, Part, Verdict};

use crate::output::aligned;

/// What was asked for, and every node with its numbers or the reason that it is out, best first.
pub(crate) fn explanation(decision: &Decision) -> String {
    let Some(explanation) = &decision.explanation else { return String::new() };
    let chosen = match &decision.outcome {
        Outcome::Placed { node, .. } => Some(node),
        Outcome::Unplaced { .. } => None,
    };
    let header = "NODE\tSCORE\tRESOURCE\tCAPACITY\tUSED\tRESERVED\tFREE\tDEMAND\tSHARE\tNOTES".to_owned();
    let rows = explanation.nodes.iter().flat_map(|verdict| rows(verdict, chosen == Some(&verdict.node)));
    let mut text = asked(explanation);
    if explanation.nodes.iter().flat_map(|verdict| &verdict.parts).any(|part| part.unseen > 0.0) {
        text.push_str(
            "USED a+b: a is measured, b was placed a moment ago and does not show in measurements yet\n",
        );
    }
    text.push_str(&aligned(std::iter::once(header).chain(rows)));
    text
}

fn asked(explanation: &Explanation) -> String {
    let demand = &explanation.demand;
    let mut text = format!(
        "Policy {}; asked for {} CPU, {} memory, {} disk",
        explanation.policy,
        match demand.cpu {
            swarmmanager_units::CpuDemand::Cores(cores) => format!("{cores} cores of"),
            megahertz @ swarmmanager_units::CpuDemand::Megahertz(_) => megahertz.to_string(),
        },
        demand.memory,
        demand.disk
    );
    if !explanation.constraints.is_empty() {
        let constraints: Vec<_> = explanation.constraints.iter().map(ToString::to_string).collect();
        let _ = write!(text, "; {}", constraints.join(", "));
    }
    text.push('\n');
    text
}

/// A line for each resource, or one where there are no numbers; notes go beside them, one a line.
fn rows(verdict: &NodeVerdict, chosen: bool) -> Vec<String> {
    let (score, reasons) = match &verdict.verdict {
        Verdict::Candidate { score } => (format!("{score:.4}"), Vec::new()),
        Verdict::Out { reasons } => ("out".to_owned(), reasons.iter().map(ToString::to_string).collect()),
    };
    let name = format!("{}{}", verdict.hostname, if chosen { " *" } else { "" });
    let lines = verdict.parts.len().max(reasons.len()).max(1);
    (0..lines)
        .map(|line| {
            let (name, score) = if line == 0 { (name.as_str(), score.as_str()) } else { ("", "") };
            let part = verdict.parts.get(line);
            let factors = part.into_iter().flat_map(|part| &part.factors).map(ToString::to_string);
            let notes: Vec<String> = reasons.get(line).cloned().into_iter().chain(factors).collect();
            format!("{name}\t{score}\t{}\t{}", numbers(part), notes.join(", "))
        })
        .collect()
}

fn numbers(part: Option<&Part>) -> String {
    let Some(part) = part else { return "\t".repeat(6) };
    let amount = |amount| part.resource.amount(amount);
    let mut used = amount(part.used);
    if part.unseen > 0.0 {
        let _ = write!(used, "+{}", amount(part.unseen));
    }
    let share = if part.share > 1000.0 { "-".to_owned() } else { format!("{:.1}%", part.share * 100.0) };
    [
        part.resource.as_str().to_owned(),
        amount(part.capacity),
        used,
        amount(part.reserved),
        amount(part.free),
        amount(part.demand),
        share,
    ]
    .join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn part(resource: &str, capacity: f64, used: f64, unseen: f64, reserved: f64, demand: f64) -> Value {
        let free = (capacity - used - unseen).max(0.0);
        json!({
            "resource": resource, "capacity": capacity, "used": used, "unseen": unseen, "reserved": reserved,
            "free": free, "demand": demand, "share": if free > 0.0 { demand / free } else { f64::MAX },
        })
    }

    fn decision() -> Decision {
        const MIB: f64 = 1_048_576.0;
        let mut cpu = part("cpu", 2000.0, 312.0, 100.0, 400.0, 100.0);
        cpu["factors"] = json!(["rising"]);
        serde_json::from_value(json!({
            "instance": 0,
            "outcome": {"kind": "placed", "node": "w1", "hostname": "ap1"},
            "explanation": {
                "policy": "availability",
                "demand": {"cpu": "100MHz", "memory": "64MiB", "disk": "64MiB"},
                "constraints": [],
                "nodes": [
                    {
                        "node": "w1", "hostname": "ap1", "verdict": {"kind": "candidate", "score": 0.271_83},
                        "parts": [
                            cpu,
                            part("memory", 512.0 * MIB, 200.0 * MIB, 0.0, 128.0 * MIB, 64.0 * MIB),
                            part("disk", 2048.0 * MIB, 310.0 * MIB, 0.0, 128.0 * MIB, 64.0 * MIB),
                        ],
                    },
                    {
                        "node": "x9", "hostname": "ap2", "verdict": {"kind": "out", "reasons": [{
                            "kind": "too-little-free", "resource": "memory", "demand": 64.0 * MIB, "free": 12.0 * MIB,
                            "capacity": 128.0 * MIB, "used": 116.0 * MIB, "unseen": 0.0,
                        }]},
                        "parts": [
                            part("cpu", 600.0, 600.0, 0.0, 0.0, 100.0),
                            part("memory", 128.0 * MIB, 116.0 * MIB, 0.0, 0.0, 64.0 * MIB),
                        ],
                    },
                    {
                        "node": "y5", "hostname": "ap3",
                        "verdict": {"kind": "out", "reasons": [{"kind": "not-ready", "status": "down"}, {"kind": "no-reports"}]},
                        "parts": [],
                    },
                ],
            },
        }))
        .unwrap()
    }

    #[test]
    fn every_node_is_shown_with_its_numbers_or_the_reason_that_it_is_out() {
        insta::assert_snapshot!(explanation(&decision()));
    }
}
