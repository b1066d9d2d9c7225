//! A bar for each contender: how much of the time its instances spend on overloaded nodes.

use std::fmt::Write as _;

use super::plot::{Axis, colour, figure, percent};
use super::{escaped, name};
use crate::comparison::Result;
use crate::measure::{Estimate, Measure};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 260.0;
const BARS: f64 = 500.0;
const ROW: f64 = 24.0;

/// The bars, with a line as long as two standard errors at the end of each.
pub(super) fn bars(results: &[&Result]) -> String {
    let estimates: Vec<Estimate> =
        results.iter().map(|result| Measure::InstanceOverload.estimate(&result.runs)).collect();
    let most = estimates.iter().map(|one| one.mean + one.standard_error).fold(0.0, f64::max);
    let axis = Axis::up_to(most);
    let length = |value: f64| value / axis.most * BARS;
    let bottom = ROW * results.len() as f64 + 8.0;
    let mut text = String::new();
    // Writing into memory does not fail.
    for tick in axis.ticks() {
        let at = LEFT + length(tick);
        let _ = writeln!(
            text,
            "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"0\" y2=\"{bottom:.1}\"/>\
             <text class=\"soft\" text-anchor=\"middle\" x=\"{at:.1}\" y=\"{:.1}\">{}</text>",
            bottom + 16.0,
            percent(tick)
        );
    }
    for (rank, (result, estimate)) in results.iter().zip(&estimates).enumerate() {
        let top = ROW * rank as f64 + 4.0;
        let (middle, end) = (top + 8.0, LEFT + length(estimate.mean));
        let error = length(estimate.standard_error);
        let _ = writeln!(
            text,
            "<text text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\
             <rect class=\"fill {}\" x=\"{LEFT}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"16\"/>\
             <line class=\"error\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LEFT - 8.0,
            middle + 4.0,
            escaped(&name(result)),
            colour(rank),
            length(estimate.mean),
            (end - error).max(LEFT),
            end + error,
            end + error + 6.0,
            middle + 4.0,
            Measure::InstanceOverload.text(estimate.mean)
        );
    }
    figure("Share of instance-time on an overloaded node", WIDTH, bottom + 24.0, &text)
}
