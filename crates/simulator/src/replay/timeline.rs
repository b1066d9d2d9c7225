//! The course of a run, in so few points that it can be kept for every run.

use serde::{Deserialize, Serialize};

/// As many points as there are at most; half of it at least, where there are as many steps.
const MOST_POINTS: usize = 100;

/// The course of a run, from the end of the warm-up on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Steps of a point; the last one may have fewer.
    pub steps_per_point: u64,
    /// One after the other.
    pub points: Vec<Point>,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Share of instance-time on an overloaded node.
    pub instance_overload: f64,
    /// Moves.
    pub moves: u64,
    /// Mean use of the most used resource of a node, as a share.
    pub node_use: f64,
}

/// Steps added up: when there are too many points, each two become one.
#[derive(Debug, Clone, Default)]
pub(super) struct Chronicle {
    steps_per_point: u64,
    points: Vec<Sums>,
    /// What was counted in all until now.
    until_now: Sums,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    steps: u64,
    over: u64,
    instances: u64,
    moves: u64,
    node_use: f64,
}

impl Chronicle {
    /// The end of a step, with what was counted in all: overloaded instance-steps, instance-steps, moves; and the mean use
    /// of nodes in this step.
    pub(super) fn step(&mut self, over: u64, instances: u64, moves: u64, node_use: f64) {
        let before = self.until_now;
        self.until_now = Sums { over, instances, moves, ..before };
        let step = Sums {
            steps: 1,
            over: over - before.over,
            instances: instances - before.instances,
            moves: moves - before.moves,
            node_use,
        };
        self.steps_per_point = self.steps_per_point.max(1);
        match self.points.last_mut() {
            Some(last) if last.steps < self.steps_per_point => *last = last.and(step),
            _ => self.points.push(step),
        }
        if self.points.len() > MOST_POINTS {
            self.steps_per_point *= 2;
            let pairs = self.points.chunks(2);
            self.points =
                pairs.map(|pair| pair.iter().fold(Sums::default(), |sum, one| sum.and(*one))).collect();
        }
    }

    pub(super) fn timeline(&self) -> Timeline {
        Timeline {
            steps_per_point: self.steps_per_point,
            points: self.points.iter().map(Sums::point).collect(),
        }
    }
}

impl Sums {
    fn and(self, other: Self) -> Self {
        Self {
            steps: self.steps + other.steps,
            over: self.over + other.over,
            instances: self.instances + other.instances,
            moves: self.moves + other.moves,
            node_use: self.node_use + other.node_use,
        }
    }

    fn point(&self) -> Point {
        Point {
            instance_overload: self.over as f64 / self.instances.max(1) as f64,
            moves: self.moves,
            node_use: self.node_use / self.steps.max(1) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(steps: u64) -> Timeline {
        let mut chronicle = Chronicle::default();
        // Each step ten instances, one of them overloaded, and two moves.
        (1..=steps).for_each(|step| chronicle.step(step, 10 * step, 2 * step, 0.5));
        chronicle.timeline()
    }

    #[test]
    fn a_short_run_has_a_point_for_each_step() {
        let timeline = course(3);
        let point = Point { instance_overload: 0.1, moves: 2, node_use: 0.5 };
        assert_eq!(timeline, Timeline { steps_per_point: 1, points: vec![point; 3] });
    }

    #[test]
    fn a_long_run_has_no_more_points_and_loses_nothing() {
        for steps in [100, 101, 102, 2_016, 8_589] {
            let timeline = course(steps);
            let count = timeline.points.len();
            assert!((51..=100).contains(&count), "{steps} steps: {count} points");
            assert_eq!(timeline.points.iter().map(|point| point.moves).sum::<u64>(), 2 * steps);
            let is_same = |point: &Point| point.instance_overload == 0.1 && point.node_use == 0.5;
            assert!(timeline.points.iter().all(is_same));
        }
    }
}
