//! What is learned from all instances together.

use swarmmanager_placement::{Load, Moments, PerResource, Resource};

use crate::average::Average;
use crate::weights::{Features, Weights};

/// What all instances have in common: what part of a demand is really used, and how long a load lasts.
#[derive(Debug, Clone)]
pub struct Fleet {
    shares: PerResource<Shares>,
    weights: PerResource<Weights>,
    spread: PerResource<Weights>,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            shares: PerResource::default(),
            weights: PerResource::of(|_| Weights::starting_with([0.0, 0.0, 0.5, 0.5])),
            spread: PerResource::of(|_| Weights::starting_with([0.0, 1.0, 0.0, 0.0])),
        }
    }
}

/// Use as a share of the demand.
#[derive(Debug, Clone, Copy, Default)]
struct Shares {
    use_: Average,
    taken: u64,
}

/// Samples of all instances over which shares are learned.
const SHARE_WEIGHT: f64 = 1e-4;
/// What is kept of older errors at each step.
const KEEP: f64 = 0.998;

impl Fleet {
    /// What an instance that was never seen is expected to use of its demand.
    pub fn newcomer(&self, demand: &PerResource<f64>) -> Load {
        Load::of(|resource| {
            let demand = demand[resource];
            let shares = &self.shares[resource];
            if shares.taken < 100 {
                // Nothing is known yet: the demand is right, give or take half of it.
                return Moments { mean: demand, variance: 0.25 * demand * demand };
            }
            let Moments { mean, variance } = shares.use_.moments();
            Moments { mean: mean * demand, variance: variance * demand * demand }
        })
    }

    /// One more step of time passed.
    pub fn step(&mut self) {
        for resource in Resource::ALL {
            self.weights[resource].learn(KEEP);
            self.spread[resource].learn(KEEP);
        }
    }

    /// The weights of errors.
    pub fn spread_weights(&self, resource: Resource) -> [f64; 4] {
        self.spread[resource].get()
    }

    /// The weights of the last sample, the recent and the long mean.
    pub fn weights(&self, resource: Resource) -> [f64; 4] {
        self.weights[resource].get()
    }

    pub(crate) fn take_share(&mut self, resource: Resource, share: f64) {
        let shares = &mut self.shares[resource];
        shares.use_.take(share, shares.taken, SHARE_WEIGHT);
        shares.taken += 1;
    }

    pub(crate) fn take_forecast(&mut self, resource: Resource, features: &Features, came: f64) {
        self.weights[resource].take(features, came);
    }

    pub(crate) fn take_spread(&mut self, resource: Resource, features: &Features, came: f64) {
        self.spread[resource].take(features, came);
    }

    pub(crate) fn spread(&self, resource: Resource, features: &Features) -> f64 {
        self.spread[resource].forecast(features)
    }

    pub(crate) fn forecast(&self, resource: Resource, features: &Features) -> f64 {
        self.weights[resource].forecast(features)
    }
}
