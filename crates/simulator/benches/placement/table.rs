//! A set's results as Markdown.

use std::fmt::Write as _;

use swarmmanager_placement::Resource;
use swarmmanager_simulator::comparison::{Comparison, Contender, Result as Compared};
use swarmmanager_simulator::measure::Measure;

use crate::sets::Set;

/// The columns; those of resources that the nodes of a set do not have are left out.
const COLUMNS: [Measure; 14] = [
    Measure::NodeOverloadBy(Resource::Cpu),
    Measure::NodeOverloadBy(Resource::Memory),
    Measure::NodeOverloadBy(Resource::DiskIo),
    Measure::NodeOverloadBy(Resource::Network),
    Measure::NodeOverload,
    Measure::InstanceOverload,
    Measure::Lost,
    Measure::Unserved,
    Measure::P95,
    Measure::P99,
    Measure::Waiting,
    Measure::Rejected,
    Measure::Moves,
    Measure::Downtime,
];

/// A heading, what runs on what, and a row for each contender: the least lost service-time first, the best of each column
/// in bold.
pub(crate) fn table(set: &Set, comparison: &Comparison) -> String {
    let mut results = merged(comparison);
    let lost = |result: &Compared| Measure::Lost.estimate(&result.runs).mean;
    results.sort_by(|a, b| lost(a).total_cmp(&lost(b)));
    let results: Vec<&Compared> = results.iter().collect();
    let is_there = |measure: &Measure| match measure {
        Measure::NodeOverloadBy(resource) => set
            .scenarios
            .iter()
            .any(|scenario| scenario.nodes.iter().any(|node| node.capacity_of(*resource) > 0.0)),
        _ => true,
    };
    let columns: Vec<Measure> = COLUMNS.into_iter().filter(is_there).collect();
    // What all have distinguishes nobody.
    let best = columns.iter().map(|measure| measure.best(&results));
    let best: Vec<Vec<usize>> =
        best.map(|best| if best.len() < results.len() { best } else { Vec::new() }).collect();
    let mut text = format!("### {}\n\n{}\n\n| policy | relocation |", set.name, about(comparison));
    // Writing into memory does not fail.
    for measure in &columns {
        let _ = write!(text, " {} |", measure.head());
    }
    let _ = write!(text, "\n| --- | --- |{}\n", " ---: |".repeat(columns.len()));
    for (row, result) in results.iter().enumerate() {
        let Contender { policy, relocation } = &result.contender;
        let _ = write!(text, "| `{policy}` | `{relocation}` |");
        for (measure, best) in columns.iter().zip(&best) {
            let _ = write!(text, " {} |", cell(*measure, result, best.contains(&row)));
        }
        text.push('\n');
    }
    text
}

/// A mean; with its standard error where it is what the table is sorted by.
fn cell(measure: Measure, result: &Compared, is_best: bool) -> String {
    let estimate = measure.estimate(&result.runs);
    let text = measure.text(estimate.mean);
    let text = if is_best { format!("**{text}**") } else { text };
    if measure == Measure::Lost && result.runs.len() > 1 {
        format!("{text} ± {}", measure.text(estimate.standard_error))
    } else {
        text
    }
}

fn about(comparison: &Comparison) -> String {
    let scenarios = comparison.scenarios.iter().map(|scenario| {
        format!("{} instances on {} nodes for {} steps", scenario.instances, scenario.nodes, scenario.steps)
    });
    let runs = comparison.scenarios.len() as u64 * comparison.seeds;
    let runs = if runs == 1 { "one run each".to_owned() } else { format!("means of {runs} runs each") };
    format!("{}; {runs}.", scenarios.collect::<Vec<_>>().join(", "))
}

/// The runs of all scenarios together, by contender.
fn merged(comparison: &Comparison) -> Vec<Compared> {
    let mut merged: Vec<Compared> = Vec::new();
    for result in &comparison.results {
        match merged.iter_mut().find(|other| other.contender == result.contender) {
            Some(other) => other.runs.extend(result.runs.iter().cloned()),
            None => merged.push(result.clone()),
        }
    }
    merged
}
