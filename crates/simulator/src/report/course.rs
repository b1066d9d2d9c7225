//! Overload over time, a line for each contender.

use std::fmt::Write as _;

use super::plot::{Axis, Plane, colour, figure, is_coloured, percent, whole};
use super::{escaped, name};
use crate::comparison::{Result, Summary};

/// The mean over the runs at each point of the time. The best contenders have colours, the others are grey behind them.
pub(super) fn course(results: &[&Result], scenario: &Summary) -> String {
    let lines: Vec<Vec<f64>> = results.iter().map(|result| means(result)).collect();
    let most = lines.iter().flatten().copied().fold(0.0, f64::max);
    let counted = results.first().and_then(|result| result.runs.first());
    let steps = counted.map_or(1, |run| run.timeline.steps_per_point) as f64;
    let hours = |point: usize| (point as f64 + 0.5) * steps * f64::from(scenario.step_seconds) / 3_600.0;
    let longest = lines.iter().map(Vec::len).max().unwrap_or(0);
    let plane = Plane {
        left: 60.0,
        top: 24.0,
        width: 620.0,
        height: 260.0,
        x: Axis::up_to(hours(longest)),
        y: Axis::up_to(most),
    };
    let mut text =
        plane.axes(("hours since the warm-up", whole), ("instance-time on an overloaded node", percent));
    for (rank, (result, line)) in results.iter().zip(&lines).enumerate().rev() {
        let points: Vec<String> = line
            .iter()
            .enumerate()
            .map(|(point, value)| format!("{:.1},{:.1}", plane.at_x(hours(point)), plane.at_y(*value)))
            .collect();
        let (class, title) = (colour(rank), escaped(&name(result)));
        // Writing into memory does not fail.
        let _ = writeln!(
            text,
            "<polyline class=\"stroke {class}\" points=\"{}\"><title>{title}</title></polyline>",
            points.join(" ")
        );
        if is_coloured(rank) {
            let y = 34.0 + 20.0 * rank as f64;
            let _ = writeln!(
                text,
                "<text x=\"700\" y=\"{y:.1}\">{title}</text>\
                 <circle class=\"fill {class}\" cx=\"690\" cy=\"{:.1}\" r=\"4\"/>",
                y - 4.0
            );
        }
    }
    figure("Overload over time", 940.0, 324.0, &text)
}

fn means(result: &Result) -> Vec<f64> {
    let points = result.runs.iter().map(|run| run.timeline.points.len()).min().unwrap_or(0);
    let runs = result.runs.len() as f64;
    let overload =
        |point: usize| result.runs.iter().map(move |run| run.timeline.points[point].instance_overload);
    (0..points).map(|point| overload(point).sum::<f64>() / runs).collect()
}
