//! What one instance uses.

use swarmmanager_placement::{Load, Moments, PerResource, Resource};

use crate::average::{Average, weight};
use crate::fleet::Fleet;
use crate::lesson::Lesson;
use crate::weights::Features;
use crate::{KNOWN, LONG};

/// Samples after which half of what was seen is forgotten, by the other two means.
const RECENT: f64 = 6.0;
const MIDDLE: f64 = 24.0;
/// Samples that forecasts are for.
const AHEAD: u32 = 6;
/// By how much more than what a full node gave its instances are taken to have wanted.
const WANTED_MORE: f64 = 1.2;

/// What one instance of a service uses, kept as long as the service is, so that it is known when it starts anew.
#[derive(Debug, Clone)]
pub struct Profile {
    samples: u64,
    uses: PerResource<Use>,
    lesson: Lesson,
}

/// What is known of the use of one resource.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Use {
    last: f64,
    recent: Average,
    middle: Average,
    long: Average,
    /// Squares of what the last forecast was off.
    long_error: Average,
    recent_error: Average,
    /// Of the next samples.
    forecast: f64,
}

impl Use {
    /// What a mean is forecast from, as shares of the scale.
    pub(crate) fn features(&self, scale: f64) -> Features {
        [self.last, self.recent.mean(), self.middle.mean(), self.long.mean()].map(|value| value / scale)
    }

    /// What an error is forecast from, as shares of the scale and of its square.
    pub(crate) fn errors(&self, scale: f64) -> Features {
        let square = scale * scale;
        [self.recent_error.mean() / square, self.long_error.mean() / square, self.forecast / scale, 0.0]
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self { samples: 0, uses: PerResource::default(), lesson: Lesson::new(AHEAD) }
    }
}

impl Profile {
    /// Takes what was used in one step of time. Where the node gave all that it has of a resource, the instance may have
    /// wanted more.
    pub fn take(
        &mut self,
        used: &PerResource<f64>,
        full: &PerResource<bool>,
        demand: &PerResource<f64>,
        fleet: &mut Fleet,
    ) {
        let [recent, middle, long] = [RECENT, MIDDLE, LONG].map(weight);
        let mut wanted = *used;
        for resource in Resource::ALL {
            let scale = scale(demand[resource]);
            let one = &mut self.uses[resource];
            if full[resource] {
                wanted[resource] = (used[resource] * WANTED_MORE).max(one.forecast);
            }
            let sample = wanted[resource];
            if self.samples > 0 {
                let off = sample - one.forecast;
                one.long_error.take(off * off, self.samples - 1, long);
                one.recent_error.take(off * off, self.samples - 1, recent);
            }
            one.last = sample;
            one.recent.take(sample, self.samples, recent);
            one.middle.take(sample, self.samples, middle);
            one.long.take(sample, self.samples, long);
            if demand[resource] > 0.0 {
                fleet.take_share(resource, sample / demand[resource]);
            }
            one.forecast = fleet.outlook(resource).mean.forecast(&one.features(scale)) * scale;
        }
        self.samples += 1;
        self.lesson.take(&wanted, demand, &self.uses, fleet);
    }

    /// How often it was measured.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// What it will use over the next samples: by its demand where it is hardly known.
    pub fn forecast(&self, demand: &PerResource<f64>, fleet: &Fleet) -> Load {
        if self.samples < KNOWN {
            return fleet.newcomer(demand);
        }
        Load::of(|resource| {
            let (one, scale) = (&self.uses[resource], scale(demand[resource]));
            let outlook = fleet.outlook(resource);
            Moments {
                mean: outlook.mean.forecast(&one.features(scale)) * scale,
                variance: outlook.spread.forecast(&one.errors(scale)) * scale * scale,
            }
        })
    }

    /// What it was seen to use in the long run; `None` where it is hardly known.
    pub fn known(&self) -> Option<Load> {
        (self.samples >= KNOWN).then(|| Load::of(|resource| self.uses[resource].long.moments()))
    }

    /// What it uses in the long run: by its demand where it is hardly known.
    pub fn usual(&self, demand: &PerResource<f64>, fleet: &Fleet) -> Load {
        self.known().unwrap_or_else(|| fleet.newcomer(demand))
    }
}

/// What uses are divided by, so that small and large instances teach alike.
pub(crate) fn scale(demand: f64) -> f64 {
    if demand > 0.0 { demand } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(amount: f64) -> PerResource<f64> {
        PerResource::of(|resource| if resource == Resource::Cpu { amount } else { 0.0 })
    }

    fn seen(samples: impl IntoIterator<Item = f64>, full: bool) -> (Profile, Fleet) {
        let (mut profile, mut fleet) = (Profile::default(), Fleet::default());
        for sample in samples {
            profile.take(&cpu(sample), &PerResource::of(|_| full), &cpu(100.0), &mut fleet);
            fleet.step();
        }
        (profile, fleet)
    }

    #[test]
    fn an_instance_that_was_hardly_seen_is_expected_to_use_its_demand() {
        let (profile, fleet) = seen([10.0, 10.0], false);
        assert_eq!(profile.forecast(&cpu(100.0), &fleet)[Resource::Cpu].mean, 100.0);
    }

    #[test]
    fn a_use_that_stays_is_what_is_forecast() {
        let (profile, fleet) = seen([20.0; 50], false);
        for load in [profile.forecast(&cpu(100.0), &fleet), profile.usual(&cpu(100.0), &fleet)] {
            assert!((load[Resource::Cpu].mean - 20.0).abs() < 0.1, "{load:?}");
        }
    }

    #[test]
    fn a_full_node_hides_what_was_wanted() {
        let (free, fleet) = seen([20.0; 50], false);
        let (full, _) = seen([20.0; 50], true);
        let mean = |profile: &Profile| profile.usual(&cpu(100.0), &fleet)[Resource::Cpu].mean;
        assert!(mean(&full) > mean(&free));
    }
}
