//! Multiple correlation, by least squares.

/// A series of which no more than this share is left once the others are taken out of it says nothing of its own.
const NOTHING_OF_ITS_OWN: f64 = 1e-10;

/// R² of one series against all others, from 0 (they say nothing about it) to 1 (they say all).
///
/// One of them that is a combination of the others, or constant, adds nothing. R² of a constant series is 0. All have
/// the same length. Each series is made orthogonal to those before it by Householder reflections; what the last one
/// has left then is what the others do not explain.
pub(super) fn multiple_correlation(series: &[&[f64]], index: usize) -> f64 {
    let others = || series.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, values)| *values);
    let scales: Vec<f64> = others().map(|values| sum_of_squares(values).sqrt()).collect();
    let mut columns: Vec<Vec<f64>> = others().map(centred).collect();
    let mut target = centred(series[index]);
    let (total, scale) = (sum_of_squares(&target), sum_of_squares(series[index]));
    if total <= NOTHING_OF_ITS_OWN * NOTHING_OF_ITS_OWN * scale {
        return 0.0;
    }
    let mut row = 0;
    for column in 0..columns.len() {
        let (reflected, rest) = columns.split_at_mut(column + 1);
        let Some(mirror) = mirror(&mut reflected[column], row, scales[column]) else { continue };
        rest.iter_mut().chain([&mut target]).for_each(|values| reflect(values, mirror, row));
        row += 1;
    }
    1.0 - sum_of_squares(&target[row..]) / total
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| value - mean).collect()
}

fn sum_of_squares(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

/// The normal of the plane that mirrors what is left of a column onto the first of its rows, or `None` where nothing is
/// left.
fn mirror(column: &mut [f64], row: usize, scale: f64) -> Option<&[f64]> {
    let left = column.get_mut(row..).filter(|left| !left.is_empty())?;
    let length = sum_of_squares(left).sqrt();
    if length <= NOTHING_OF_ITS_OWN * scale {
        return None;
    }
    left[0] += length.copysign(left[0]);
    Some(left)
}

fn reflect(values: &mut [f64], normal: &[f64], row: usize) {
    let values = &mut values[row..];
    let product: f64 = values.iter().zip(normal).map(|(value, normal)| value * normal).sum();
    let twice = 2.0 * product / sum_of_squares(normal);
    values.iter_mut().zip(normal).for_each(|(value, normal)| *value -= twice * normal);
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn assert_close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-12, "{actual} is not {expected}");
    }

    #[test]
    fn of_two_series_it_is_the_square_of_their_correlation() {
        // Deviations −1.5 −0.5 0.5 1.5 and −1 0 0 1: common 3, squares 5 and 2, so 9 / 10.
        let series: [&[f64]; 2] = [&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 2.0, 3.0]];
        assert_close(multiple_correlation(&series, 0), 0.9);
        assert_close(multiple_correlation(&series, 1), 0.9);
    }

    #[test]
    fn explanations_by_unrelated_series_add_up() {
        // The target is 2 a + b + c with a, b, c orthogonal; a and b are known: (4 + 1) of (4 + 1 + 1).
        let a = [1.0, 1.0, -1.0, -1.0];
        let b = [1.0, -1.0, 1.0, -1.0];
        let c = [1.0, -1.0, -1.0, 1.0];
        let target: Vec<f64> = (0..4).map(|i| 5.0 + 2.0 * a[i] + b[i] + c[i]).collect();
        assert_close(multiple_correlation(&[&a, &target, &b], 1), 5.0 / 6.0);
    }

    #[test]
    fn repeated_and_constant_series_add_nothing() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 2.0, 3.0]);
        let (doubled, constant) = (x.map(|value| 2.0 * value), [0.3; 4]);
        assert_close(multiple_correlation(&[&constant, &x, &doubled, &y], 3), 0.9);
    }

    #[test]
    fn of_a_constant_series_it_is_nothing() {
        assert_close(multiple_correlation(&[&[0.1; 5], &[1.0, 2.0, 3.0, 4.0, 5.0]], 0), 0.0);
    }

    #[test]
    fn with_as_many_series_as_values_all_is_explained() {
        let series: [&[f64]; 3] = [&[1.0, 5.0, 2.0], &[3.0, 1.0, 4.0], &[1.0, 0.0, 2.0]];
        assert_close(multiple_correlation(&series, 1), 1.0);
    }

    proptest! {
        #[test]
        fn every_further_series_explains_more(series in vec(vec(0.0..1.0_f64, 20), 2..20)) {
            let series: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
            let explained: Vec<f64> =
                (1..=series.len()).map(|count| multiple_correlation(&series[..count], 0)).collect();
            prop_assert!(explained.is_sorted_by(|less, more| *less <= more + 1e-9), "{explained:?}");
            prop_assert!(explained.iter().all(|share| (-1e-9..=1.0 + 1e-9).contains(share)), "{explained:?}");
        }
    }
}
