//! A comparison as one page of HTML, which needs nothing from elsewhere.

mod bars;
mod course;
mod frontier;
mod plot;
mod table;

use std::fmt::Write as _;

use crate::comparison::{Comparison, Result, Summary};

/// What the page looks like, light and dark.
const STYLE: &str = include_str!("style.css");

/// The page.
pub fn html(comparison: &Comparison) -> String {
    let sections: String =
        comparison.scenarios.iter().map(|scenario| section(comparison, scenario)).collect();
    let Comparison { seed, seeds, .. } = comparison;
    let with = match seed + seeds.saturating_sub(1) {
        last if last == *seed => format!("seed {seed}"),
        last => format!("the seeds {seed} to {last}"),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Placement compared</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>Placement compared</h1>\n\
         <p>Recorded loads, replayed by <code>swarm-manager simulate</code> with {with}: the same \
         instances come and go and the same nodes fail for all. Overloaded is above 90&nbsp;% of any resource. Less is \
         better in every column.</p>\n{sections}</body>\n</html>\n"
    )
}

fn section(comparison: &Comparison, scenario: &Summary) -> String {
    let results = ranked(comparison, &scenario.name);
    let hours = scenario.steps as f64 * f64::from(scenario.step_seconds) / 3_600.0;
    let mut text = String::new();
    // Writing into memory does not fail.
    let _ = writeln!(
        text,
        "<section>\n<h2>{}</h2>\n<p>{} instances on {} nodes, {} steps of {} s ({hours:.0} hours).</p>",
        escaped(&scenario.name),
        scenario.instances,
        scenario.nodes,
        scenario.steps,
        scenario.step_seconds
    );
    text += &table::table(&results);
    text += &bars::bars(&results);
    text += &frontier::frontier(&results);
    text += &course::course(&results, scenario);
    text += "</section>\n";
    text
}

/// A scenario's results by lost service-time, the least first.
pub fn ranked<'a>(comparison: &'a Comparison, scenario: &str) -> Vec<&'a Result> {
    let lost = |result: &Result| crate::measure::Measure::Lost.estimate(&result.runs).mean;
    let mut results: Vec<&Result> =
        comparison.results.iter().filter(|result| result.scenario == scenario).collect();
    results.sort_by(|a, b| lost(a).total_cmp(&lost(b)));
    results
}

/// A contender in one word.
fn name(result: &Result) -> String {
    let contender = &result.contender;
    if contender.relocation == "none" {
        contender.policy.clone()
    } else {
        format!("{} + {}", contender.policy, contender.relocation)
    }
}

/// Text that means nothing to a browser.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
