//! What is used on a node by what cannot be placed elsewhere.

use swarmmanager_placement::{Load, PerResource, Resource};

use crate::average::{Average, weight};
use crate::{KNOWN, LONG};

/// What a node uses beside the instances whose profiles are kept: its system, and tasks of others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Background {
    samples: u64,
    uses: PerResource<Average>,
}

impl Background {
    /// Takes what was used in one step of time, in the units of [`Resource`].
    pub fn take(&mut self, used: &PerResource<f64>) {
        for resource in Resource::ALL {
            self.uses[resource].take(used[resource], self.samples, weight(LONG));
        }
        self.samples += 1;
    }

    /// What it is in the long run; `None` where it is hardly known.
    pub fn usual(&self) -> Option<Load> {
        (self.samples >= KNOWN).then(|| Load::of(|resource| self.uses[resource].moments()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_after_a_few_samples_by_mean_and_variance() {
        let mut background = Background::default();
        for cpu in [100.0, 300.0] {
            background.take(&PerResource::of(|resource| if resource == Resource::Cpu { cpu } else { 0.0 }));
        }
        assert_eq!(background.usual(), None);
        background.take(&PerResource::of(|resource| if resource == Resource::Cpu { 200.0 } else { 0.0 }));
        let usual = background.usual().unwrap()[Resource::Cpu];
        assert!((usual.mean - 200.0).abs() < 1e-9, "{usual:?}");
        assert!((usual.variance - 20_000.0 / 3.0).abs() < 1e-6, "{usual:?}");
    }
}
