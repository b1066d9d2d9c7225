//! What one instance uses.

use std::collections::VecDeque;

use swarmmanager_placement::{Load, Moments, PerResource, Resource};

use crate::average::{Average, weight};
use crate::fleet::Fleet;
use crate::weights::Features;

/// Samples after which half of what was seen is forgotten: of the long mean, and of the recent one.
const LONG: f64 = 72.0;
const RECENT: f64 = 6.0;
/// Samples that a forecast is for.
const AHEAD: usize = 6;
/// Samples from which on an instance is known.
const KNOWN: u64 = 3;

/// What one instance of a service uses, kept as long as the service is, so that it is known when it starts anew.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    samples: u64,
    use_: PerResource<Use>,
    /// What was known at the last steps, the oldest first.
    before: VecDeque<PerResource<Features>>,
    /// Sums of what came after.
    came: VecDeque<PerResource<f64>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Use {
    last: f64,
    recent: Average,
    long: Average,
    /// Mean square of what a forecast was off.
    error: Average,
    forecast: f64,
}

impl Use {
    fn features(&self, scale: f64) -> Features {
        [self.last / scale, self.recent.mean() / scale, self.long.mean() / scale]
    }
}

impl Profile {
    /// Takes what was used in one step of time.
    pub fn take(&mut self, used: &PerResource<f64>, demand: &PerResource<f64>, fleet: &mut Fleet) {
        let (long, recent) = (weight(LONG), weight(RECENT));
        for resource in Resource::ALL {
            let (sample, scale) = (used[resource], scale(demand[resource]));
            let use_ = &mut self.use_[resource];
            if self.samples > 0 {
                let off = sample - use_.forecast;
                use_.error.take(off * off, self.samples - 1, long);
            }
            use_.last = sample;
            use_.recent.take(sample, self.samples, recent);
            use_.long.take(sample, self.samples, long);
            if demand[resource] > 0.0 {
                fleet.take_share(resource, sample / demand[resource]);
            }
            use_.forecast = fleet.forecast(resource, &use_.features(scale)) * scale;
        }
        self.samples += 1;
        self.teach(used, demand, fleet);
    }

    fn teach(&mut self, used: &PerResource<f64>, demand: &PerResource<f64>, fleet: &mut Fleet) {
        for sums in &mut self.came {
            for resource in Resource::ALL {
                sums[resource] += used[resource];
            }
        }
        if self.came.len() == AHEAD
            && let (Some(features), Some(sums)) = (self.before.pop_front(), self.came.pop_front())
        {
            for resource in Resource::ALL {
                let came = sums[resource] / AHEAD as f64 / scale(demand[resource]);
                fleet.take_forecast(resource, &features[resource], came);
            }
        }
        self.before.push_back(PerResource::of(|r| self.use_[r].features(scale(demand[r]))));
        self.came.push_back(PerResource::default());
    }

    /// How often it was measured.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// What it uses in the long run: by its demand where it is hardly known.
    pub fn usual(&self, demand: &PerResource<f64>, fleet: &Fleet) -> Load {
        if self.samples < KNOWN {
            return fleet.newcomer(demand);
        }
        Load::of(|resource| self.use_[resource].long.moments())
    }

    /// What it will use in the next while.
    pub fn forecast(&self, demand: &PerResource<f64>, fleet: &Fleet) -> Load {
        if self.samples < KNOWN {
            return fleet.newcomer(demand);
        }
        Load::of(|resource| Moments {
            mean: self.use_[resource].forecast,
            variance: self.use_[resource].error.mean(),
        })
    }
}

/// What uses are divided by, so that small and large instances teach alike.
fn scale(demand: f64) -> f64 {
    if demand > 0.0 { demand } else { 1.0 }
}
