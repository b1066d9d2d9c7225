use super::*;

fn detection(text: &str) -> Detection {
    text.parse().unwrap()
}

/// 0.1, 0.2, … 1.2 in a mixed order. Quartiles: ranks 3.25 and 9.75, so the third and the tenth value, 0.3 and 1.0.
/// Median 0.65; deviations 0.05 to 0.55, each twice, whose median lies between 0.25 and 0.35: 0.3.
const TWELVE: [f64; 12] = [0.7, 0.1, 1.2, 0.4, 0.9, 0.2, 0.8, 1.1, 0.3, 0.6, 1.0, 0.5];

#[test]
fn threshold_is_exceeded_only_above_the_limit() {
    assert!(!detection("thr-0.8").is_overloaded(&[], 0.8, 1.0));
    assert!(detection("thr-0.8").is_overloaded(&[], 0.800_001, 1.0));
}

#[test]
fn interquartile_range_is_kept_free() {
    let limit = 1.0 - 0.5 * (1.0 - 0.3);
    assert!(!detection("iqr-0.5").is_overloaded(&TWELVE, limit - 1e-9, 1.0));
    assert!(detection("iqr-0.5").is_overloaded(&TWELVE, limit + 1e-9, 1.0));
}

#[test]
fn rank_of_a_quartile_that_lies_halfway_is_rounded_up() {
    // Thirteen values: ranks 3.5 and 10.5, so the fourth and the eleventh.
    let values: Vec<f64> = (1..=13).map(f64::from).collect();
    assert_eq!(interquartile_range(values), 11.0 - 4.0);
}

#[test]
fn median_absolute_deviation_is_kept_free() {
    assert!((median_absolute_deviation(TWELVE.to_vec()) - 0.3).abs() < 1e-12);
    assert!(!detection("mad-2").is_overloaded(&TWELVE, 0.399, 1.0));
    assert!(detection("mad-2").is_overloaded(&TWELVE, 0.401, 1.0));
}

#[test]
fn median_of_an_odd_number_of_values_is_the_middle_one() {
    assert_eq!(sort_for_median(&mut [5.0, 1.0, 2.0]), 2.0);
}

#[test]
fn with_too_little_history_the_limit_is_seventy_percent() {
    for name in ["iqr-1.5", "mad-2.5"] {
        assert!(detection(name).is_overloaded(&TWELVE[..11], 0.71, 1.0), "{name}");
        assert!(!detection(name).is_overloaded(&TWELVE[..11], 0.7, 1.0), "{name}");
    }
    for name in ["lr-1.2", "ols-1.2"] {
        assert!(detection(name).is_overloaded(&[0.1; 9], 0.71, 1.0), "{name}");
        assert!(!detection(name).is_overloaded(&[1.0; 9], 0.7, 1.0), "{name}");
    }
}

#[test]
fn both_regressions_continue_a_straight_line() {
    // 0.02 × x for x = 1 to 12, of which the last ten count: 0.26 one step and 0.30 three steps after the newest.
    let history: Vec<f64> = (1..=12).map(|x| 0.02 * f64::from(x)).collect();
    for weight in [tricube, |_| 1.0] {
        assert!((predicted(&history, 1.0, weight).unwrap() - 0.26).abs() < 1e-12);
        assert!((predicted(&history, 3.0, weight).unwrap() - 0.30).abs() < 1e-12);
    }
}

#[test]
fn regression_predicts_overload_before_it_comes() {
    let rising: Vec<f64> = (1..=10).map(|x| 0.08 * f64::from(x)).collect();
    assert!(detection("lr-1.2").is_overloaded(&rising, 0.8, 1.0));
    assert!(!detection("lr-1.1").is_overloaded(&rising, 0.8, 1.0));
    assert!(detection("lr-1.1").is_overloaded(&rising, 0.8, 2.0));
}

#[test]
fn newest_values_weigh_most() {
    // Flat, with a step at the end: the weighted line is steeper.
    let history = [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.8, 0.8, 0.8];
    let weighted = predicted(&history, 1.0, tricube).unwrap();
    let unweighted = predicted(&history, 1.0, |_| 1.0).unwrap();
    assert!(weighted > unweighted + 0.05, "{weighted} {unweighted}");
    assert_eq!((tricube(0), tricube(9)), (1.0, 0.0));
    assert!((tricube(3) - (26.0_f64 / 27.0).powi(3)).abs() < 1e-12);
}

#[test]
fn unweighted_line_is_that_of_least_squares() {
    // (1, 1), (2, 2), (3, 2), (4, 3): slope 3 / 5, through (2.5, 2).
    let (intercept, slope) = line(&[1.0, 2.0, 2.0, 3.0], |_| 1.0);
    assert!((slope - 0.6).abs() < 1e-12 && (intercept - 0.5).abs() < 1e-12);
}

#[test]
fn names_are_read_and_written() {
    for name in ["thr-0.8", "iqr-1.5", "mad-2.5", "lr-1.2", "ols-1.2"] {
        assert_eq!(detection(name).to_string(), name);
    }
    for wrong in ["", "thr", "thr-", "thr-x", "thr-0", "thr--1", "thr-inf", "thr-nan", "abc-1"] {
        assert!(wrong.parse::<Detection>().is_err(), "{wrong}");
    }
}
