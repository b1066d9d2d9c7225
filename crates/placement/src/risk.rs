//! How likely a sum of uses exceeds a limit, and by how much: the normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, PI};
use std::sync::LazyLock;

/// Beyond so many standard deviations nothing is expected.
pub(crate) const NEVER: f64 = 6.0;

/// Steps of the table for each standard deviation. Between them the curves are straight to within 4 in a million.
const FINENESS: f64 = 128.0;
const ENTRIES: usize = (2.0 * NEVER * FINENESS) as usize + 2;

/// Of each z from −6 to 6, in order: [`tail`] and [`excess`]. A plan asks for them millions of times.
static TABLE: LazyLock<Vec<[f64; 2]>> = LazyLock::new(|| {
    let z = |entry: usize| entry as f64 / FINENESS - NEVER;
    let mut table: Vec<[f64; 2]> = (0..ENTRIES).map(|entry| [tail(z(entry)), excess(z(entry))]).collect();
    // No jumps at the ends: which side of them a value is on may be a matter of its unit.
    table[0] = [1.0, NEVER];
    table[ENTRIES - 2..].fill([0.0, 0.0]);
    table
});

/// The chance that a standard normal value is above z, and its expected excess over z.
#[inline]
pub(crate) fn tail_and_excess(z: f64) -> [f64; 2] {
    // What is no number is as bad as can be.
    if z <= -NEVER || z.is_nan() {
        return [1.0, f64::max(-z, 0.0)];
    }
    if z >= NEVER {
        return [0.0, 0.0];
    }
    let place = (z + NEVER) * FINENESS;
    let entry = place as usize;
    match (TABLE.get(entry), TABLE.get(entry + 1)) {
        (Some(a), Some(b)) => {
            let part = place - entry as f64;
            [a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])]
        }
        _ => [0.0, 0.0],
    }
}

/// A z below which that chance is above `chance`, and nearly the largest one.
pub(crate) fn likelier_below(chance: f64) -> f64 {
    let likelier = TABLE.partition_point(|[tail, _]| *tail > chance);
    likelier.saturating_sub(1) as f64 / FINENESS - NEVER
}

/// The chance that a standard normal value is above z.
fn tail(z: f64) -> f64 {
    0.5 * libm::erfc(z * FRAC_1_SQRT_2)
}

/// The expected excess over z of a standard normal value: φ(z) − z Q(z).
fn excess(z: f64) -> f64 {
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    (density - z * tail(z)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_as_good_as_the_formulas() {
        for step in -6_000..6_000 {
            let z = f64::from(step) / 1_000.0;
            let [by_table, more] = tail_and_excess(z);
            assert!((by_table - tail(z)).abs() < 5e-6, "tail of {z}");
            assert!((more - excess(z)).abs() < 5e-6, "excess over {z}");
        }
    }

    #[test]
    fn far_out_is_certain_or_impossible() {
        assert_eq!(tail_and_excess(-7.0), [1.0, 7.0]);
        assert_eq!(tail_and_excess(7.0), [0.0, 0.0]);
        assert_eq!(tail_and_excess(f64::INFINITY), [0.0, 0.0]);
        assert_eq!(tail_and_excess(f64::NAN), [1.0, 0.0]);
    }

    #[test]
    fn the_table_is_read_backwards() {
        for chance in [1e-6, 0.001, 0.05, 0.3, 0.5, 0.9] {
            let z = likelier_below(chance);
            assert!(tail_and_excess(z - 1e-9)[0] > chance, "{chance}");
            assert!(tail_and_excess(z + 1.01 / FINENESS)[0] <= chance, "{chance}");
        }
    }

    #[test]
    fn there_are_no_jumps() {
        for end in [-NEVER, NEVER] {
            let [inside, outside] = [end * (1.0 - 1e-15), end * (1.0 + 1e-15)].map(tail_and_excess);
            assert!((inside[0] - outside[0]).abs() < 1e-15, "{inside:?} {outside:?}");
            assert!((inside[1] - outside[1]).abs() < 1e-13, "{inside:?} {outside:?}");
        }
    }

    #[test]
    fn half_of_all_values_are_above_the_mean() {
        let [above, more] = tail_and_excess(0.0);
        assert!((above - 0.5).abs() < 1e-9);
        assert!((more - 0.398_942_28).abs() < 1e-6);
    }
}
