//! What the fleet learns from one instance: what came after what was known.

use swarmmanager_placement::{PerResource, Resource};

use crate::fleet::Fleet;
use crate::profile::{Use, scale};
use crate::weights::Features;

/// Squares of errors differ by many orders of magnitude. Each lesson counts by its share of what was to be expected, with
/// this part of the square of the use itself and this much of the square of the demand as a floor, and never more than so
/// many times that: otherwise a few bursts would decide.
const OF_USE: f64 = 0.1;
const OF_DEMAND: f64 = 1e-4;
const MOST: f64 = 20.0;

/// One stretch of time that is being compared with what was known when it began.
#[derive(Debug, Clone)]
pub(crate) struct Lesson {
    /// Samples of the stretch.
    samples: u32,
    /// Samples that are still to come; none before the first one.
    left: Option<u32>,
    known: PerResource<Known>,
}

/// What was known, and what came, as shares of the demand.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    features: Features,
    errors: Features,
    forecast: f64,
    sum: f64,
    squares: f64,
}

impl Lesson {
    pub(crate) fn new(samples: u32) -> Self {
        Self { samples, left: None, known: PerResource::default() }
    }

    /// Takes a sample that came, with what is known now.
    pub(crate) fn take(
        &mut self,
        sample: &PerResource<f64>,
        demand: &PerResource<f64>,
        uses: &PerResource<Use>,
        fleet: &mut Fleet,
    ) {
        if let Some(left) = &mut self.left {
            *left -= 1;
            for resource in Resource::ALL {
                let known = &mut self.known[resource];
                let came = sample[resource] / scale(demand[resource]);
                known.sum += came;
                known.squares += (came - known.forecast).powi(2);
            }
        }
        if self.left == Some(0) {
            self.teach(fleet);
        }
        if matches!(self.left, None | Some(0)) {
            self.begin(demand, uses, fleet);
        }
    }

    fn begin(&mut self, demand: &PerResource<f64>, uses: &PerResource<Use>, fleet: &Fleet) {
        self.left = Some(self.samples);
        self.known = PerResource::of(|resource| {
            let scale = scale(demand[resource]);
            let features = uses[resource].features(scale);
            Known {
                features,
                errors: uses[resource].errors(scale),
                forecast: fleet.outlook(resource).mean.forecast(&features),
                ..Known::default()
            }
        });
    }

    fn teach(&self, fleet: &mut Fleet) {
        let samples = f64::from(self.samples);
        for resource in Resource::ALL {
            let known = &self.known[resource];
            let outlook = fleet.outlook_mut(resource);
            outlook.mean.take(&known.features, known.sum / samples);
            let [recent, long, usual, _] = known.errors;
            let norm = recent + long + OF_USE * usual * usual + OF_DEMAND;
            let came = (known.squares / samples / norm).min(MOST);
            outlook.spread.take(&known.errors.map(|error| error / norm), came);
        }
    }
}
