//! What is learned from all instances together.

use swarmmanager_placement::{Load, Moments, PerResource, Resource};

use crate::average::Average;
use crate::weights::Weights;

/// What all instances have in common: what part of a demand is really used, and how long a load lasts.
#[derive(Debug, Clone)]
pub struct Fleet {
    shares: PerResource<Shares>,
    outlooks: PerResource<Outlook>,
}

/// How forecasts are made.
#[derive(Debug, Clone)]
pub(crate) struct Outlook {
    /// Of the mean.
    pub(crate) mean: Weights,
    /// Of the square of what a sample is off.
    pub(crate) spread: Weights,
}

/// Use as a share of the demand.
#[derive(Debug, Clone, Copy, Default)]
struct Shares {
    used: Average,
    taken: u64,
}

/// Weight of a sample in what is known of all demands.
const SHARE_WEIGHT: f64 = 1e-4;
/// Samples from which on that is known.
const KNOWN_SHARES: u64 = 100;
/// What is kept of older lessons at each step.
const KEEP: f64 = 0.998;

impl Default for Fleet {
    fn default() -> Self {
        let outlook = |_| Outlook {
            mean: Weights::starting_with([0.0, 0.0, 0.5, 0.5]),
            spread: Weights::starting_with([0.0, 1.0, 0.0, 0.0]),
        };
        Self { shares: PerResource::default(), outlooks: PerResource::of(outlook) }
    }
}

impl Fleet {
    /// What an instance that was never seen is expected to use of its demand.
    pub fn newcomer(&self, demand: &PerResource<f64>) -> Load {
        Load::of(|resource| {
            let demand = demand[resource];
            let shares = &self.shares[resource];
            if shares.taken < KNOWN_SHARES {
                // Nothing is known yet: the demand is right, give or take half of it.
                return Moments { mean: demand, variance: 0.25 * demand * demand };
            }
            let Moments { mean, variance } = shares.used.moments();
            Moments { mean: mean * demand, variance: variance * demand * demand }
        })
    }

    /// One more step of time passed.
    pub fn step(&mut self) {
        for resource in Resource::ALL {
            let outlook = &mut self.outlooks[resource];
            outlook.mean.learn(KEEP);
            outlook.spread.learn(KEEP);
        }
    }

    /// How much the last sample and the means over the recent, the middle and the long past count in a forecast.
    pub fn weights(&self, resource: Resource) -> [f64; 4] {
        self.outlooks[resource].mean.get()
    }

    pub(crate) fn take_share(&mut self, resource: Resource, share: f64) {
        let shares = &mut self.shares[resource];
        shares.used.take(share, shares.taken, SHARE_WEIGHT);
        shares.taken += 1;
    }

    pub(crate) fn outlook(&self, resource: Resource) -> &Outlook {
        &self.outlooks[resource]
    }

    pub(crate) fn outlook_mut(&mut self, resource: Resource) -> &mut Outlook {
        &mut self.outlooks[resource]
    }
}
