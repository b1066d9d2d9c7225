//! What moves buy: each contender by its moves and the overload that is left.

use std::fmt::Write as _;

use super::plot::{Axis, Plane, colour, figure, is_coloured, percent, whole};
use super::{escaped, name};
use crate::comparison::Result;
use crate::measure::Measure;

struct Spot {
    moves: f64,
    overload: f64,
}

/// The contenders as points, and a line through those that no other one beats in both.
pub(super) fn frontier(results: &[&Result]) -> String {
    let spots: Vec<Spot> = results
        .iter()
        .map(|result| Spot {
            moves: Measure::Moves.estimate(&result.runs).mean,
            overload: Measure::InstanceOverload.estimate(&result.runs).mean,
        })
        .collect();
    let most = |value: fn(&Spot) -> f64| spots.iter().map(value).fold(0.0, f64::max);
    let plane = Plane {
        left: 60.0,
        top: 24.0,
        width: 620.0,
        height: 300.0,
        x: Axis::up_to(most(|spot| spot.moves)),
        y: Axis::up_to(most(|spot| spot.overload)),
    };
    let mut text = plane.axes(("moves", whole), ("instance-time on an overloaded node", percent));
    let unbeaten: Vec<String> = unbeaten(&spots)
        .into_iter()
        .map(|spot| format!("{:.1},{:.1}", plane.at_x(spot.moves), plane.at_y(spot.overload)))
        .collect();
    // Writing into memory does not fail.
    let _ = writeln!(text, "<polyline class=\"frontier\" points=\"{}\"/>", unbeaten.join(" "));
    for (rank, (result, spot)) in results.iter().zip(&spots).enumerate().rev() {
        let (x, y) = (plane.at_x(spot.moves), plane.at_y(spot.overload));
        let title = escaped(&name(result));
        let _ = writeln!(
            text,
            "<circle class=\"fill {}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"><title>{title}: {} moves, {}</title></circle>",
            colour(rank),
            Measure::Moves.text(spot.moves),
            Measure::InstanceOverload.text(spot.overload)
        );
        // Names of points that lie on each other could not be read.
        if is_coloured(rank) {
            let _ = writeln!(
                text,
                "<text x=\"700\" y=\"{:.1}\">{title}</text><circle class=\"fill {}\" cx=\"690\" cy=\"{:.1}\" r=\"4\"/>",
                34.0 + 20.0 * rank as f64,
                colour(rank),
                30.0 + 20.0 * rank as f64
            );
        }
    }
    figure("What moves buy", 940.0, 364.0, &text)
}

/// Those that no other one beats in both, by their moves.
fn unbeaten(spots: &[Spot]) -> Vec<&Spot> {
    let mut sorted: Vec<&Spot> = spots.iter().collect();
    sorted.sort_by(|a, b| a.moves.total_cmp(&b.moves).then(a.overload.total_cmp(&b.overload)));
    let mut least = f64::INFINITY;
    sorted.retain(|spot| {
        let is_better = spot.overload < least;
        least = least.min(spot.overload);
        is_better
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frontier_is_what_nobody_beats_in_both() {
        let spot = |(moves, overload): (f64, f64)| Spot { moves, overload };
        let spots: Vec<Spot> =
            [(0.0, 5.0), (10.0, 2.0), (10.0, 3.0), (20.0, 2.5), (30.0, 1.0), (0.0, 9.0)].map(spot).into();
        let found: Vec<_> = unbeaten(&spots).iter().map(|spot| (spot.moves, spot.overload)).collect();
        assert_eq!(found, [(0.0, 5.0), (10.0, 2.0), (30.0, 1.0)]);
    }
}
