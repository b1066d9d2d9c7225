//! Axes and what all plots have in common.

use std::fmt::Write as _;

use super::escaped;

/// How many contenders get a colour of their own: the best ones.
const COLOURS: usize = 6;

/// The class that colours a contender by its rank.
pub(super) fn colour(rank: usize) -> String {
    if rank < COLOURS { format!("c{rank}") } else { "other".to_owned() }
}

/// Whether a contender of that rank has a colour.
pub(super) fn is_coloured(rank: usize) -> bool {
    rank < COLOURS
}

/// The plane between two axes, in the picture's units.
pub(super) struct Plane {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) x: Axis,
    pub(super) y: Axis,
}

/// An axis that begins at 0.
pub(super) struct Axis {
    pub(super) most: f64,
    step: f64,
}

impl Axis {
    /// An axis on which so much has its place, divided at round numbers.
    pub(super) fn up_to(most: f64) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let power = 10_f64.powf((most / 4.0).log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
        let step = step.into_iter().find(|step| most / step <= 5.0).unwrap_or(power * 10.0);
        Self { most: (most / step).ceil() * step, step }
    }

    /// Where it is divided.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        let count = (self.most / self.step).round() as usize;
        (0..=count).map(|tick| tick as f64 * self.step)
    }
}

impl Plane {
    pub(super) fn at_x(&self, value: f64) -> f64 {
        self.left + value / self.x.most * self.width
    }

    pub(super) fn at_y(&self, value: f64) -> f64 {
        self.top + self.height - value / self.y.most * self.height
    }

    /// The lines of both axes with their numbers and what they are of.
    pub(super) fn axes(&self, x: (&str, fn(f64) -> String), y: (&str, fn(f64) -> String)) -> String {
        let (right, bottom) = (self.left + self.width, self.top + self.height);
        let mut text = String::new();
        // Writing into memory does not fail.
        for tick in self.y.ticks() {
            let at = self.at_y(tick);
            let _ = writeln!(
                text,
                "<line class=\"grid\" x1=\"{:.1}\" x2=\"{right:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"soft\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                self.left,
                self.left - 6.0,
                at + 4.0,
                y.1(tick)
            );
        }
        for tick in self.x.ticks() {
            let at = self.at_x(tick);
            let _ = writeln!(
                text,
                "<text class=\"soft\" text-anchor=\"middle\" x=\"{at:.1}\" y=\"{:.1}\">{}</text>",
                bottom + 16.0,
                x.1(tick)
            );
        }
        let _ = writeln!(
            text,
            "<text class=\"soft\" text-anchor=\"end\" x=\"{right:.1}\" y=\"{:.1}\">{}</text>\
             <text class=\"soft\" x=\"0\" y=\"12\">{}</text>",
            bottom + 34.0,
            escaped(x.0),
            escaped(y.0)
        );
        text
    }
}

/// A picture with a heading above it, for those who cannot see it described by the title.
pub(super) fn figure(title: &str, width: f64, height: f64, content: &str) -> String {
    let title = escaped(title);
    format!(
        "<h3>{title}</h3>\n<svg role=\"img\" aria-label=\"{title}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\">\n{content}</svg>\n"
    )
}

/// A share in percent, for an axis.
pub(super) fn percent(share: f64) -> String {
    let value = (share * 1e6).round() / 1e4;
    format!("{value}%")
}

/// A count, for an axis.
pub(super) fn whole(value: f64) -> String {
    format!("{}", (value * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_is_divided_at_round_numbers() {
        for (most, expected) in [(0.23, "0% 5% 10% 15% 20% 25%"), (0.004, "0% 0.1% 0.2% 0.3% 0.4%")] {
            let ticks: Vec<String> = Axis::up_to(most).ticks().map(percent).collect();
            assert_eq!(ticks.join(" "), expected);
        }
        assert_eq!(Axis::up_to(0.0).most, 1.0);
        assert_eq!(Axis::up_to(1_186.0).ticks().last(), Some(1_250.0));
    }
}
