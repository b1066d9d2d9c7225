//! What one instance uses.

use std::collections::VecDeque;

use swarmmanager_placement::{Load, Moments, PerResource, Resource};

use crate::average::{Average, weight};
use crate::fleet::Fleet;
use crate::weights::Features;

/// Samples after which half of what was seen is forgotten: of the long mean, and of the recent one.
const LONG: f64 = 72.0;
const MIDDLE: f64 = 24.0;
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
    before: VecDeque<PerResource<Known>>,
}

/// What was known, and what came.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    features: Features,
    errors: Features,
    forecast: f64,
    sum: f64,
    squares: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Use {
    last: f64,
    recent: Average,
    middle: Average,
    long: Average,
    /// Mean square of what a forecast was off.
    error: Average,
    recent_error: Average,
    forecast: f64,
}

impl Use {
    fn features(&self, scale: f64) -> Features {
        [self.last / scale, self.recent.mean() / scale, self.middle.mean() / scale, self.long.mean() / scale]
    }

    fn errors(&self, scale: f64) -> Features {
        let square = scale * scale;
        [self.recent_error.mean() / square, self.error.mean() / square, if LEVEL() > 0.0 { (self.forecast / scale).powi(if LEVEL() > 1.0 {2} else {1}) } else { 0.0 }, 0.0]
    }
}

impl Profile {
    /// Takes what was used in one step of time.
    pub fn take(&mut self, used: &PerResource<f64>, full: &PerResource<bool>, demand: &PerResource<f64>, fleet: &mut Fleet) {
        for resource in Resource::ALL {
            let (mut sample, scale) = (used[resource], scale(demand[resource]));
            let use_ = &mut self.use_[resource];
            if full[resource] { let k = env("FULL", 0.0); if k > 0.0 { sample = (sample * k).max(use_.forecast); } }
            if self.samples > 0 {
                let off = sample - use_.forecast;
                use_.error.take(off * off, self.samples - 1, env("WLONG", weight(72.0)));
                use_.recent_error.take(off * off, self.samples - 1, env("WRECENT", weight(6.0)));
            }
            use_.last = sample;
            use_.recent.take(sample, self.samples, env("WRECENT", weight(6.0)));
            use_.middle.take(sample, self.samples, env("WMIDDLE", weight(24.0)));
            use_.long.take(sample, self.samples, env("WLONG", weight(72.0)));
            if demand[resource] > 0.0 {
                fleet.take_share(resource, sample / demand[resource]);
            }
            use_.forecast = fleet.forecast(resource, &use_.features(scale)) * scale;
        }
        self.samples += 1;
        self.teach(used, demand, fleet);
    }

    fn teach(&mut self, used: &PerResource<f64>, demand: &PerResource<f64>, fleet: &mut Fleet) {
        for known in &mut self.before {
            for resource in Resource::ALL {
                let known = &mut known[resource];
                let came = used[resource] / scale(demand[resource]);
                known.sum += came;
                known.squares += (came - known.forecast).powi(2);
            }
        }
        if self.before.len() == env("AHEAD", 6.0) as usize && let Some(known) = self.before.pop_front() {
            for resource in Resource::ALL {
                let known = known[resource];
                fleet.take_forecast(resource, &known.features, known.sum / env("AHEAD", 6.0));
                let norm = known.errors[0] + known.errors[1] + known.errors[2].powi(2)*LV() + FLOOR();
                let errors = known.errors.map(|e| e / norm);
                fleet.take_spread(resource, &errors, (known.squares / env("AHEAD", 6.0) / norm).min(CAP()));
            }
        }
        self.before.push_back(PerResource::of(|resource| {
            let (use_, scale) = (&self.use_[resource], scale(demand[resource]));
            Known {
                features: use_.features(scale),
                errors: use_.errors(scale),
                forecast: use_.forecast / scale,
                ..Known::default()
            }
        }));
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
        Load::of(|resource| {
                let (use_, scale) = (&self.use_[resource], scale(demand[resource]));
                let variance = fleet.spread(resource, &use_.errors(scale)) * scale * scale;
            Moments {
            mean: self.use_[resource].forecast,
            variance,
        }})
    }
}

/// What uses are divided by, so that small and large instances teach alike.
fn scale(demand: f64) -> f64 {
    if demand > 0.0 { demand } else { 1.0 }
}

pub static KNOBS: std::sync::OnceLock<std::collections::HashMap<String, f64>> = std::sync::OnceLock::new();
pub fn env(n: &str, d: f64) -> f64 { KNOBS.get_or_init(|| std::env::vars().filter_map(|(k, v)| Some((k, v.parse().ok()?))).collect()).get(n).copied().unwrap_or(d) }
fn FLOOR() -> f64 { static X: std::sync::OnceLock<f64> = std::sync::OnceLock::new(); *X.get_or_init(|| env("FLOOR", 1e-4)) }
fn LV() -> f64 { static X: std::sync::OnceLock<f64> = std::sync::OnceLock::new(); *X.get_or_init(|| env("LV", 0.1)) }
fn CAP() -> f64 { static X: std::sync::OnceLock<f64> = std::sync::OnceLock::new(); *X.get_or_init(|| env("CAP", 20.0)) }
fn LEVEL() -> f64 { static X: std::sync::OnceLock<f64> = std::sync::OnceLock::new(); *X.get_or_init(|| env("LEVEL", 1.0)) }
