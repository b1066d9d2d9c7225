//! Statistics beside the plain way of computing them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use swarmmanager_telemetry::{Statistics, percentile};

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1e12..1e12_f64, 1..200)
}

fn close(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-9 * scale
}

proptest! {
    #[test]
    fn they_are_what_the_textbook_says(values in values()) {
        let run = Statistics::of(values.iter().copied()).unwrap();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let between = steps.len().max(1) as f64;
        prop_assert_eq!(run.samples, values.len());
        prop_assert_eq!(run.last, *values.last().unwrap());
        prop_assert!(close(run.mean, mean, 1e12), "{} and {mean}", run.mean);
        prop_assert!(close(run.variance, variance, 1e24), "{} and {variance}", run.variance);
        let mean_step = steps.iter().map(|step| step.abs()).sum::<f64>() / between;
        prop_assert!(close(run.mean_step, mean_step, 1e12));
        prop_assert!(close(run.drift, steps.iter().sum::<f64>() / between, 1e12));
        prop_assert!(run.variance >= 0.0);
    }

    #[test]
    fn equal_values_have_no_spread_and_do_not_move(value in -1e12..1e12_f64, count in 1..100_usize) {
        let run = Statistics::of(std::iter::repeat_n(value, count)).unwrap();
        prop_assert_eq!((run.mean, run.variance, run.mean_step, run.drift), (value, 0.0, 0.0, 0.0));
    }

    #[test]
    fn a_percentile_is_one_of_the_values_and_as_many_lie_below_it_as_it_says(
        values in values(),
        share in 0.0..=1.0_f64,
    ) {
        let found = percentile(values.iter().copied(), share).unwrap();
        let not_above = values.iter().filter(|value| **value <= found).count();
        let below = values.iter().filter(|value| **value < found).count();
        let wanted = (share * values.len() as f64).ceil() as usize;
        prop_assert!(values.contains(&found));
        prop_assert!(not_above >= wanted && below < wanted.max(1), "{below} < {wanted} <= {not_above}");
    }

    #[test]
    fn no_value_and_no_share_makes_them_panic(
        values in prop::collection::vec(any::<f64>(), 0..50),
        share in any::<f64>(),
    ) {
        prop_assert_eq!(Statistics::of(values.iter().copied()).is_some(), !values.is_empty());
        prop_assert_eq!(percentile(values.iter().copied(), share).is_some(), !values.is_empty());
    }
}
