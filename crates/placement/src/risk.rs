//! How likely a sum of uses exceeds a limit, and by how much: the normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The chance that a standard normal value is above z.
#[inline]
pub(crate) fn tail(z: f64) -> f64 {
    0.5 * libm::erfc(z * FRAC_1_SQRT_2)
}

/// The expected excess over z of a standard normal value: φ(z) − z Q(z).
#[inline]
pub(crate) fn excess(z: f64) -> f64 {
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    (density - z * tail(z)).max(0.0)
}
