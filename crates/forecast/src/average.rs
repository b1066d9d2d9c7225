//! Means and variances in which the latest samples count the most.

use swarmmanager_placement::Moments;

/// An exponentially weighted mean and variance.
///
/// Source: Finch, "Incremental calculation of weighted mean and variance" (2009), section 9. Until there are as many samples
/// as the weight stands for, all count alike, so that the first sample is no prejudice.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Average {
    mean: f64,
    variance: f64,
}

/// The weight of a sample where older ones lose half of theirs every `half_life` samples.
pub(crate) fn weight(half_life: f64) -> f64 {
    1.0 - (-1.0 / half_life).exp2()
}

impl Average {
    /// Takes a sample; `before` is how many were taken, and `weight` its weight once there are many.
    #[inline]
    pub fn take(&mut self, sample: f64, before: u64, weight: f64) {
        let weight = weight.max(1.0 / (before as f64 + 1.0));
        let difference = sample - self.mean;
        self.mean += weight * difference;
        self.variance = (1.0 - weight) * (self.variance + weight * difference * difference);
    }

    /// The mean.
    #[inline]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Both.
    #[inline]
    pub fn moments(&self) -> Moments {
        Moments { mean: self.mean, variance: self.variance }
    }
}
