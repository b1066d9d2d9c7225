//! Whether a node is overloaded, told from its use in the past.
//!
//! Source: A. Beloglazov and R. Buyya, "Optimal online deterministic algorithms and adaptive heuristics for energy and
//! performance efficient dynamic consolidation of virtual machines in cloud data centers", Concurrency and Computation:
//! Practice and Experience 24(13), 2012, pages 1397 to 1420, sections 5.1.1 to 5.1.4.
//!
//! ```text
//! thr-T   use > T
//! iqr-S   use > 1 − S × (third quartile − first quartile of the history)
//! mad-S   use > 1 − S × median of |x − median of the history|
//! lr-S    S × (line through the last ten values, at the time when a move would be over) ≥ 1
//! ```
//!
//! Where the history is too short for that, a node is overloaded above 70 %.

use std::fmt;
use std::str::FromStr;

/// Above this share a node whose history is too short is overloaded.
const LIMIT_WITHOUT_HISTORY: f64 = 0.7;
/// Fewer values than this say nothing about the spread.
const LEAST_FOR_SPREAD: usize = 12;
/// As many values as a line is laid through: few enough for it to follow a change.
const LINE_LENGTH: usize = 10;

/// One of the rules, with its parameter. Read and written as `thr-0.8`, `iqr-1.5`, `mad-2.5`, `lr-1.2`, `ols-1.2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Detection {
    /// `thr`: a fixed limit.
    Threshold {
        /// The share of the capacity above which a node is overloaded.
        limit: f64,
    },
    /// `iqr`: the more a node's use spreads, the more of the node is kept free. The spread is the interquartile range.
    InterquartileRange {
        /// How many times the spread is kept free.
        safety: f64,
    },
    /// `mad`: as `iqr`, with the median absolute deviation, which a few extreme values do not move.
    MedianAbsoluteDeviation {
        /// How many times the spread is kept free.
        safety: f64,
    },
    /// `lr`: local regression (Cleveland's loess): what a line through the last ten values, of which the newest weigh
    /// most (tricube), says of the time when a move would be over.
    LocalRegression {
        /// What the prediction is multiplied by.
        safety: f64,
    },
    /// `ols`: as `lr`, with all ten values weighing the same. This is what CloudSim 3.0.3 computes under the name of
    /// local regression: it uses its weights only where four in ten of them are zero, and none ever is.
    UnweightedRegression {
        /// What the prediction is multiplied by.
        safety: f64,
    },
}

impl Detection {
    /// Whether a node is overloaded.
    ///
    /// `history` is its use at equal intervals, the oldest first, and `now` its use at this moment, both as shares of
    /// its capacity. `steps_ahead` is how many intervals a move takes; only regressions look at it.
    pub fn is_overloaded(&self, history: &[f64], now: f64, steps_ahead: f64) -> bool {
        match *self {
            Self::Threshold { limit } => now > limit,
            Self::InterquartileRange { safety } => now > limit(history, safety, interquartile_range),
            Self::MedianAbsoluteDeviation { safety } => {
                now > limit(history, safety, median_absolute_deviation)
            }
            Self::LocalRegression { safety } => predicted(history, steps_ahead, tricube)
                .map_or(now > LIMIT_WITHOUT_HISTORY, |share| safety * share >= 1.0),
            Self::UnweightedRegression { safety } => predicted(history, steps_ahead, |_| 1.0)
                .map_or(now > LIMIT_WITHOUT_HISTORY, |share| safety * share >= 1.0),
        }
    }

    fn name_and_parameter(self) -> (&'static str, f64) {
        match self {
            Self::Threshold { limit } => ("thr", limit),
            Self::InterquartileRange { safety } => ("iqr", safety),
            Self::MedianAbsoluteDeviation { safety } => ("mad", safety),
            Self::LocalRegression { safety } => ("lr", safety),
            Self::UnweightedRegression { safety } => ("ols", safety),
        }
    }
}

/// What is wrong with the name of a detection, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown overload detection {0:?}; write thr, iqr, mad, lr or ols and a parameter above 0, such as thr-0.8"
)]
pub struct DetectionError(String);

impl FromStr for Detection {
    type Err = DetectionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || DetectionError(text.to_owned());
        let (name, parameter) = text.split_once('-').ok_or_else(error)?;
        let parameter = parameter.parse().ok().filter(|value: &f64| value.is_finite() && *value > 0.0);
        let parameter = parameter.ok_or_else(error)?;
        match name {
            "thr" => Ok(Self::Threshold { limit: parameter }),
            "iqr" => Ok(Self::InterquartileRange { safety: parameter }),
            "mad" => Ok(Self::MedianAbsoluteDeviation { safety: parameter }),
            "lr" => Ok(Self::LocalRegression { safety: parameter }),
            "ols" => Ok(Self::UnweightedRegression { safety: parameter }),
            _ => Err(error()),
        }
    }
}

impl fmt::Display for Detection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, parameter) = self.name_and_parameter();
        write!(f, "{name}-{parameter}")
    }
}

/// The share above which a node is overloaded that keeps so many times its spread free.
fn limit(history: &[f64], safety: f64, spread: impl Fn(Vec<f64>) -> f64) -> f64 {
    if history.len() < LEAST_FOR_SPREAD {
        return LIMIT_WITHOUT_HISTORY;
    }
    1.0 - safety * spread(history.to_vec())
}

/// The quartiles are values of the history: those whose ranks are nearest to (n + 1) / 4 and 3 (n + 1) / 4.
fn interquartile_range(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let rank = |quarters: f64| (quarters * 0.25 * (values.len() as f64 + 1.0)).round() as usize;
    values[rank(3.0) - 1] - values[rank(1.0) - 1]
}

fn median_absolute_deviation(mut values: Vec<f64>) -> f64 {
    let median = sort_for_median(&mut values);
    for value in &mut values {
        *value = (*value - median).abs();
    }
    sort_for_median(&mut values)
}

fn sort_for_median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        return values[middle];
    }
    let lower = values[middle - 1];
    lower + 0.5 * (values[middle] - lower)
}

/// What the line through the last values says of the time that is so many steps after the newest.
fn predicted(history: &[f64], steps_ahead: f64, weight: impl Fn(usize) -> f64) -> Option<f64> {
    let newest = history.len().checked_sub(LINE_LENGTH).map(|start| &history[start..])?;
    let (intercept, slope) = line(newest, weight);
    Some(intercept + slope * (LINE_LENGTH as f64 + steps_ahead))
}

/// The weight of the value of that age, 0 being the newest: one for it, none for the oldest.
fn tricube(age: usize) -> f64 {
    let distance = age as f64 / (LINE_LENGTH as f64 - 1.0);
    (1.0 - distance.powi(3)).powi(3)
}

/// Weighted least squares over x = 1, 2, …: intercept and slope.
fn line(values: &[f64], weight: impl Fn(usize) -> f64) -> (f64, f64) {
    let points = || {
        values.iter().enumerate().map(|(index, &y)| (weight(values.len() - 1 - index), index as f64 + 1.0, y))
    };
    let (total, sum_x, sum_y) = points()
        .fold((0.0, 0.0, 0.0), |(total, sum_x, sum_y), (w, x, y)| (total + w, sum_x + w * x, sum_y + w * y));
    let (mean_x, mean_y) = (sum_x / total, sum_y / total);
    let (spread, common) = points().fold((0.0, 0.0), |(spread, common), (w, x, y)| {
        (spread + w * (x - mean_x).powi(2), common + w * (x - mean_x) * (y - mean_y))
    });
    let slope = common / spread;
    (mean_y - slope * mean_x, slope)
}

#[cfg(test)]
mod tests;
