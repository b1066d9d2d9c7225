//! What a run of values says: level, spread, movement.

/// Statistics of values in order, oldest first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Number of values, at least 1.
    pub samples: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Population variance.
    pub variance: f64,
    /// Mean `|x[i+1] − x[i]|`; 0 for a single value.
    pub mean_step: f64,
    /// Mean `x[i+1] − x[i]`, that is (last − first) / steps; 0 for a single value.
    pub drift: f64,
    /// The newest value.
    pub last: f64,
}

impl Statistics {
    /// Of these values; `None` where there are none.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (mut samples, mut mean, mut squares, mut steps) = (0_usize, 0.0, 0.0, 0.0);
        let (mut first, mut last) = (0.0, 0.0);
        for value in values {
            samples += 1;
            if samples == 1 {
                first = value;
            } else {
                steps += (value - last).abs();
            }
            last = value;
            // Welford's update: no sum of squares that loses the small differences of large numbers.
            let distance: f64 = value - mean;
            mean += distance / samples as f64;
            squares += distance * (value - mean);
        }
        let between = samples.checked_sub(1)?.max(1) as f64;
        let (mean_step, drift) = (steps / between, (last - first) / between);
        Some(Self { samples, mean, variance: squares / samples as f64, mean_step, drift, last })
    }
}

/// The value below which a share of the values lies (nearest rank); `share` from 0 to 1.
pub fn percentile(values: impl Iterator<Item = f64>, share: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    let rank = ((share.clamp(0.0, 1.0) * values.len() as f64).ceil() as usize).max(1) - 1;
    (rank < values.len()).then(|| *values.select_nth_unstable_by(rank, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_values_by_hand() {
        let run = Statistics::of([1.0, 3.0, 2.0, 6.0].into_iter()).unwrap();
        assert_eq!((run.samples, run.mean, run.variance, run.last), (4, 3.0, 3.5, 6.0));
        assert_eq!((run.mean_step, run.drift), (7.0 / 3.0, 5.0 / 3.0));
    }

    #[test]
    fn one_value_has_no_steps_and_none_has_nothing() {
        let one = Statistics::of([5.0].into_iter()).unwrap();
        assert_eq!((one.mean, one.variance, one.mean_step, one.drift), (5.0, 0.0, 0.0, 0.0));
        assert_eq!(Statistics::of(std::iter::empty()), None);
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let values = || (1..=10).map(f64::from);
        assert_eq!(percentile(values(), 0.5), Some(5.0));
        assert_eq!(percentile(values(), 0.95), Some(10.0));
        assert_eq!(percentile(values(), 0.0), Some(1.0));
        assert_eq!(percentile(std::iter::empty(), 0.5), None);
    }
}
