//! A comparison as a table and as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use swarmmanager_simulator::comparison::{Comparison, Result as Compared, Summary};
use swarmmanager_simulator::measure::Measure;
use swarmmanager_simulator::report::ranked;

use crate::output::{Column, Format, Listing, TemplateError};

const COLUMNS: [Column; 11] = [
    Column::on_demand("Scenario", "SCENARIO"),
    Column::usual("Policy", "POLICY"),
    Column::usual("Relocation", "RELOCATION"),
    Column::usual("NodesOver90", "NODES OVER 90%"),
    Column::usual("InstancesOver90", "INSTANCES OVER 90%"),
    Column::usual("Lost", "LOST +30s/MOVE"),
    Column::usual("Unserved", "UNSERVED CPU"),
    Column::usual("P95", "P95"),
    Column::usual("P99", "P99"),
    Column::usual("Rejected", "REJECTED"),
    Column::usual("Moves", "MOVES"),
];

/// Everything, scenario by scenario, those first that lost the least service-time.
///
/// # Errors
/// Where a template asks for what is not there.
pub(super) fn written(comparison: &Comparison, format: &Format) -> Result<String, TemplateError> {
    let mut text = String::new();
    for (position, scenario) in comparison.scenarios.iter().enumerate() {
        let results = ranked(comparison, &scenario.name);
        match format {
            Format::Json => {
                for result in results {
                    // Writing into memory does not fail.
                    let _ = writeln!(text, "{}", object(result));
                }
            }
            Format::Table(None) => {
                let gap = if position == 0 { "" } else { "\n" };
                let _ = write!(text, "{gap}{}\n\n", head(scenario, comparison.seeds));
                text += &listing(&results).format(format)?;
                let _ = write!(text, "\n{}", best(&results));
            }
            _ => text += &listing(&results).format(format)?,
        }
    }
    Ok(text)
}

fn head(scenario: &Summary, seeds: u64) -> String {
    let Summary { name, instances, nodes, steps, step_seconds } = scenario;
    let hours = *steps as f64 * f64::from(*step_seconds) / 3_600.0;
    let mean = if seeds == 1 { "one seed".to_owned() } else { format!("means of {seeds} seeds") };
    format!(
        "{name}: {instances} instances, {nodes} nodes, {steps} steps of {step_seconds} s ({hours:.1} h), {mean}"
    )
}

fn listing(results: &[&Compared]) -> Listing {
    let row = |result: &&Compared| {
        let names = [&result.scenario, &result.contender.policy, &result.contender.relocation];
        let figures = Measure::USUAL.iter().map(|measure| measure.text(measure.estimate(&result.runs).mean));
        names.into_iter().cloned().chain(figures).collect()
    };
    Listing::new(&COLUMNS, results.iter().map(row).collect())
}

/// Whose is the least of each column, where not all have it.
fn best(results: &[&Compared]) -> String {
    let mut text = String::new();
    for measure in Measure::USUAL {
        let best = measure.best(results);
        let Some(first) = best.first().filter(|_| best.len() < results.len()) else { continue };
        let value = measure.text(measure.estimate(&results[*first].runs).mean);
        let names = match best.len() {
            0..=2 => best.iter().map(|index| name(results[*index])).collect::<Vec<_>>().join(", "),
            count => format!("{count} of {}", results.len()),
        };
        let _ = writeln!(text, "Best of {}: {names} ({value})", measure.head());
    }
    text
}

fn name(result: &Compared) -> String {
    match &*result.contender.relocation {
        "none" => result.contender.policy.clone(),
        relocation => format!("{} with {relocation}", result.contender.policy),
    }
}

/// A result with the means, their standard errors, and each run.
fn object(result: &Compared) -> Value {
    let means: Map<String, Value> = KEYS
        .into_iter()
        .map(|(key, measure)| (key.to_owned(), json!(measure.estimate(&result.runs))))
        .collect();
    json!({
        "scenario": result.scenario,
        "policy": result.contender.policy,
        "relocation": result.contender.relocation,
        "means": means,
        "runs": result.runs,
    })
}

const KEYS: [(&str, Measure); 9] = [
    ("node_overload", Measure::NodeOverload),
    ("instance_overload", Measure::InstanceOverload),
    ("lost_with_moves_30s", Measure::Lost),
    ("move_downtime", Measure::Downtime),
    ("unserved_cpu", Measure::Unserved),
    ("p95", Measure::P95),
    ("p99", Measure::P99),
    ("rejected", Measure::Rejected),
    ("moves", Measure::Moves),
];
