//! A decision's numbers as a table: the same for every policy, whichever command shows it.

use std::fmt::Write as _;

use swarmmanager_placement::{
    Availability, Decision, Explanation, NodeVerdict, Outcome, Outlook, Part, Policy as _, Resource, Verdict,
};
use swarmmanager_units::CpuDemand;

use crate::output::aligned;

/// Risks below this are shown as none: a tenth of a percent.
const RISK_SHOWN: f64 = 0.0005;

/// What was asked for, and every node with its score and what that is made of, or the reasons that it is out; best
/// first, the chosen one with a star.
pub(crate) fn explanation(decision: &Decision) -> String {
    let Some(explanation) = &decision.explanation else { return String::new() };
    let chosen = match &decision.outcome {
        Outcome::Placed { node, .. } => Some(node),
        Outcome::Unplaced { .. } => None,
    };
    let columns = Columns::of(explanation);
    let rows = explanation.nodes.iter().flat_map(|node| columns.rows(node, chosen == Some(&node.node)));
    let table = aligned(std::iter::once(columns.header()).chain(rows));
    format!("{}{}{table}", asked(explanation), columns.legend())
}

fn asked(explanation: &Explanation) -> String {
    let demand = &explanation.demand;
    let cpu = match demand.cpu {
        CpuDemand::Cores(cores) => format!("{cores} cores of"),
        megahertz @ CpuDemand::Megahertz(_) => megahertz.to_string(),
    };
    let mut text = format!(
        "Policy {}; asked for {cpu} CPU, {} memory, {} disk",
        explanation.policy, demand.memory, demand.disk
    );
    if !explanation.constraints.is_empty() {
        let constraints: Vec<_> = explanation.constraints.iter().map(ToString::to_string).collect();
        let _ = write!(text, "; {}", constraints.join(", "));
    }
    text.push('\n');
    text
}

/// What a policy tells of each resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// What is expected of the node.
    Outlook,
    /// How large a share of what is free the instance takes.
    Share,
    /// Nothing: there is the score alone.
    Nothing,
}

/// The columns behind the node and its score.
struct Columns {
    told: Told,
    resources: Vec<Resource>,
    /// Whether the score is a sum.
    sum: bool,
}

impl Columns {
    fn of(explanation: &Explanation) -> Self {
        // Nodes that are out have their reasons there; so numbers of theirs make no column.
        let candidates = || explanation.nodes.iter().filter(|node| is_candidate(node));
        let told = if candidates().any(|node| !node.outlook.is_empty()) {
            Told::Outlook
        } else if explanation.policy == Availability.name() {
            Told::Share
        } else {
            Told::Nothing
        };
        let has = |resource: &Resource| {
            candidates().any(|node| match told {
                Told::Outlook => outlook(node, *resource).is_some(),
                Told::Share => part(node, *resource).is_some(),
                Told::Nothing => false,
            })
        };
        let resources = Resource::ALL.into_iter().filter(has).collect();
        Self { told, resources, sum: candidates().any(|node| !node.terms.is_empty()) }
    }

    fn legend(&self) -> &'static str {
        match self.told {
            _ if self.resources.is_empty() => "",
            Told::Outlook => {
                "Expected use with the instance: mean ± standard deviation; risk that more than 90% is used\n"
            }
            Told::Share => "Share of what is free that the instance takes: asked/free\n",
            Told::Nothing => "",
        }
    }

    fn header(&self) -> String {
        let resources = self.resources.iter().map(|resource| resource.as_str().to_uppercase());
        let sum = self.sum.then(|| "SUM OF".to_owned());
        ["NODE".to_owned(), "SCORE".to_owned()]
            .into_iter()
            .chain(resources)
            .chain(sum)
            .collect::<Vec<_>>()
            .join("\t")
    }

    /// A node takes as many lines as its tallest cell.
    fn rows(&self, node: &NodeVerdict, chosen: bool) -> Vec<String> {
        let name = format!("{}{}", node.hostname, if chosen { " *" } else { "" });
        let (score, rest) = match &node.verdict {
            Verdict::Candidate { score } => (self.score(*score), self.cells(node)),
            Verdict::Out { reasons } => {
                ("out".to_owned(), vec![reasons.iter().map(ToString::to_string).collect()])
            }
        };
        let cells: Vec<Vec<String>> = [vec![name], vec![score]].into_iter().chain(rest).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let line = |line: usize| {
            let cells = cells.iter().map(|cell| cell.get(line).map_or("", String::as_str));
            cells.collect::<Vec<_>>().join("\t")
        };
        (0..height).map(line).collect()
    }

    /// Sums have digits enough to tell apart nodes that are all safe; counts have none.
    fn score(&self, score: f64) -> String {
        match self.told {
            _ if self.sum => format!("{score:.6}"),
            Told::Nothing if score.fract() == 0.0 => format!("{score:.0}"),
            _ => format!("{score:.4}"),
        }
    }

    fn cells(&self, node: &NodeVerdict) -> Vec<Vec<String>> {
        let resources = self.resources.iter().map(|resource| match self.told {
            Told::Outlook => outlook(node, *resource).map(expected).unwrap_or_default(),
            Told::Share => part(node, *resource).map(share).unwrap_or_default(),
            Told::Nothing => Vec::new(),
        });
        resources.chain(self.sum.then(|| addends(node))).collect()
    }
}

fn is_candidate(node: &NodeVerdict) -> bool {
    matches!(node.verdict, Verdict::Candidate { .. })
}

fn outlook(node: &NodeVerdict, resource: Resource) -> Option<&Outlook> {
    node.outlook.iter().find(|outlook| outlook.resource == resource)
}

fn part(node: &NodeVerdict, resource: Resource) -> Option<&Part> {
    node.parts.iter().find(|part| part.resource == resource)
}

/// `41% ±12%`, and below it the risk where there is one.
fn expected(outlook: &Outlook) -> Vec<String> {
    let percent = |amount: f64| 100.0 * amount / outlook.capacity;
    let mut lines = vec![format!("{:.0}% ±{:.0}%", percent(outlook.mean), percent(outlook.deviation))];
    if outlook.risk >= RISK_SHOWN {
        lines.push(format!("risk {:.1}%", 100.0 * outlook.risk));
    }
    lines
}

/// `6.3% = 100MHz/1588MHz`, and below it what the score is multiplied by.
fn share(part: &Part) -> Vec<String> {
    let amounts = format!("{}/{}", part.resource.amount(part.demand), part.resource.amount(part.free));
    // There is no share of nothing.
    let share = if part.share > 1000.0 { amounts } else { format!("{:.1}% = {amounts}", part.share * 100.0) };
    std::iter::once(share).chain(part.factors.iter().map(ToString::to_string)).collect()
}

/// What the score is the sum of, less what does not show in its digits.
fn addends(node: &NodeVerdict) -> Vec<String> {
    let shown = node.terms.iter().filter(|term| term.value.abs() >= 5e-7);
    shown.map(|term| format!("{:+.6} {}", term.value, term.name)).collect()
}

#[cfg(test)]
mod tests;
