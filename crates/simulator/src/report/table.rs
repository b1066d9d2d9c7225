//! All results in numbers.

use super::{escaped, name};
use crate::comparison::Result;
use crate::measure::Measure;

/// A table with a row for each result, the best of each column marked.
pub(super) fn table(results: &[&Result]) -> String {
    let heads: String =
        Measure::USUAL.iter().map(|measure| format!("<th scope=\"col\">{}</th>", measure.head())).collect();
    let best = Measure::USUAL.map(|measure| measure.best(results));
    let rows: String =
        results.iter().enumerate().map(|(row, result)| self::row(row, result, &best)).collect();
    format!(
        "<div class=\"wide\"><table>\n<thead><tr><th class=\"name\" scope=\"col\">contender</th>{heads}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn row(row: usize, result: &Result, best: &[Vec<usize>]) -> String {
    let cells: String = Measure::USUAL
        .iter()
        .zip(best)
        .map(|(measure, best)| {
            let estimate = measure.estimate(&result.runs);
            let class = if best.contains(&row) { " class=\"best\"" } else { "" };
            let error = if result.runs.len() > 1 {
                format!(" <small>± {}</small>", measure.text(estimate.standard_error))
            } else {
                String::new()
            };
            format!("<td{class}>{}{error}</td>", measure.text(estimate.mean))
        })
        .collect();
    format!("<tr><th scope=\"row\">{}</th>{cells}</tr>\n", escaped(&name(result)))
}
