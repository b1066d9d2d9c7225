//! What contenders are compared by.

use serde::Serialize;
use swarmmanager_placement::Resource;

use crate::comparison::Result;
use crate::replay::Figures;

/// A figure of a run; less is better of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Share of node-time in which a resource is demanded above 90 %.
    NodeOverload,
    /// The same of one resource.
    NodeOverloadBy(Resource),
    /// Share of instance-time on such a node.
    InstanceOverload,
    /// Share of instance-time that is lost: on such a node, waiting, and 30 s for each move.
    Lost,
    /// Share of the CPU demanded that nodes did not have.
    Unserved,
    /// What 95 % of node-time stays below, as a share of the most used resource.
    P95,
    /// What 99 % of node-time stays below.
    P99,
    /// Share of instance-time that is spent waiting, for a node that takes the instance or for its node to return.
    Waiting,
    /// Instances that no node took at first.
    Rejected,
    /// Moves.
    Moves,
    /// Share of instance-time that moves take, 30 s each.
    Downtime,
}

/// A mean over runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error; 0 of a single run, of which there is none.
    pub standard_error: f64,
}

impl Measure {
    /// Those of the table, in the order of its columns.
    pub const USUAL: [Self; 8] = [
        Self::NodeOverload,
        Self::InstanceOverload,
        Self::Lost,
        Self::Unserved,
        Self::P95,
        Self::P99,
        Self::Rejected,
        Self::Moves,
    ];

    /// A short head for a column.
    pub fn head(self) -> &'static str {
        match self {
            Self::NodeOverload => "nodes over 90%",
            Self::NodeOverloadBy(Resource::Cpu) => "CPU over 90%",
            Self::NodeOverloadBy(Resource::Memory) => "memory over 90%",
            Self::NodeOverloadBy(Resource::Disk) => "disk over 90%",
            Self::NodeOverloadBy(Resource::DiskIo) => "disk I/O over 90%",
            Self::NodeOverloadBy(Resource::Network) => "network over 90%",
            Self::InstanceOverload => "instances over 90%",
            Self::Lost => "lost +30s/move",
            Self::Unserved => "unserved CPU",
            Self::P95 => "P95",
            Self::P99 => "P99",
            Self::Waiting => "waiting",
            Self::Rejected => "rejected",
            Self::Moves => "moves",
            Self::Downtime => "move downtime",
        }
    }

    /// What it is of a run.
    pub fn of(self, figures: &Figures) -> f64 {
        match self {
            Self::NodeOverload => figures.node_overload,
            Self::NodeOverloadBy(resource) => figures.node_overload_by[resource],
            Self::InstanceOverload => figures.instance_overload,
            Self::Lost => figures.lost_with_moves[0],
            Self::Unserved => figures.unserved,
            Self::P95 => figures.p95,
            Self::P99 => figures.p99,
            Self::Waiting => figures.waiting,
            Self::Rejected => figures.rejected as f64,
            Self::Moves => figures.moves as f64,
            // What 120 s for each move take more than 30 s is three times what 30 s take.
            Self::Downtime => (figures.lost_with_moves[1] - figures.lost_with_moves[0]) / 3.0,
        }
    }

    /// A value as people read it: shares in percent, counts as they are.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Rejected | Self::Moves if value.fract() == 0.0 => format!("{value}"),
            Self::Rejected | Self::Moves => format!("{value:.1}"),
            Self::P95 | Self::P99 => format!("{:.1}%", value * 100.0),
            _ => percent(value * 100.0),
        }
    }

    /// Which results have the least of it, as people read it; several where they are equal.
    pub fn best(self, results: &[&Result]) -> Vec<usize> {
        let texts: Vec<(f64, String)> = results
            .iter()
            .map(|result| self.estimate(&result.runs).mean)
            .map(|mean| (mean, self.text(mean)))
            .collect();
        let Some((_, least)) = texts.iter().min_by(|a, b| a.0.total_cmp(&b.0)) else { return Vec::new() };
        (0..texts.len()).filter(|index| texts[*index].1 == *least).collect()
    }

    /// The mean over runs.
    pub fn estimate(self, runs: &[Figures]) -> Estimate {
        Estimate::of(&runs.iter().map(|run| self.of(run)).collect::<Vec<_>>())
    }
}

/// Three digits, and no more than three behind the point.
fn percent(value: f64) -> String {
    if value == 0.0 {
        return "0%".to_owned();
    }
    let digits = if value >= 10.0 {
        1
    } else if value >= 1.0 {
        2
    } else {
        3
    };
    format!("{value:.digits$}%")
}

impl Estimate {
    /// The mean of some values.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        if values.is_empty() {
            return Self::default();
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let standard_error = if values.len() > 1 { (squares / (count - 1.0) / count).sqrt() } else { 0.0 };
        Self { mean, standard_error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::Contender;

    #[test]
    fn a_mean_has_the_error_of_its_runs() {
        // Deviations −1, 0, 1: variance 1, of which the mean's is a third.
        let estimate = Estimate::of(&[1.0, 2.0, 3.0]);
        assert_eq!(estimate.mean, 2.0);
        assert!((estimate.standard_error - (1.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(Estimate::of(&[5.0]), Estimate { mean: 5.0, standard_error: 0.0 });
    }

    #[test]
    fn values_are_written_with_three_digits() {
        assert_eq!(Measure::Unserved.text(0.000_123), "0.012%");
        assert_eq!(Measure::Lost.text(0.0234), "2.34%");
        assert_eq!(Measure::Lost.text(0.0), "0%");
        assert_eq!(Measure::P95.text(0.9123), "91.2%");
        assert_eq!(Measure::Moves.text(12.0), "12");
        assert_eq!(Measure::Moves.text(12.5), "12.5");
    }

    #[test]
    fn equals_are_best_together() {
        let result = |moves| Result {
            contender: Contender { policy: "a".into(), relocation: "b".into() },
            scenario: "c".into(),
            runs: vec![Figures { moves, ..Figures::default() }],
        };
        let results = [result(3), result(1), result(1)];
        assert_eq!(Measure::Moves.best(&results.iter().collect::<Vec<_>>()), [1, 2]);
    }
}
