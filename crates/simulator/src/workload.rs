//! What is to run: instances, each with its demand and what it uses over time.

use swarmmanager_placement::PerResource;

/// Instances and what they use over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// What it is of, such as `planetlab 20110303`.
    pub name: String,
    /// Seconds from one sample to the next.
    pub step_seconds: u32,
    /// How many samples there are.
    pub steps: usize,
    /// The instances.
    pub instances: Vec<Instance>,
}

/// One instance of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Its name.
    pub name: String,
    /// The service that it belongs to.
    pub service: String,
    /// What is asked for it, in each resource's unit.
    pub demand: PerResource<f64>,
    /// What it uses, in each resource's unit.
    pub used: PerResource<Series>,
    /// The step at which it comes, where the workload says; else the scenario does.
    pub arrives: Option<usize>,
    /// The step at which it goes; `None` where it stays.
    pub departs: Option<usize>,
}

/// Values over time.
#[derive(Debug, Clone, PartialEq)]
pub enum Series {
    /// Always the same.
    Constant(f32),
    /// One for each step.
    Samples(Vec<f32>),
}

impl Default for Series {
    fn default() -> Self {
        Self::Constant(0.0)
    }
}

impl Series {
    /// The value at a step; the last one goes on.
    #[inline]
    pub fn at(&self, step: usize) -> f64 {
        match self {
            Self::Constant(value) => f64::from(*value),
            Self::Samples(values) => values.get(step).or(values.last()).copied().map_or(0.0, f64::from),
        }
    }

    /// The mean over the first steps.
    pub fn mean(&self, steps: usize) -> f64 {
        match self {
            Self::Constant(value) => f64::from(*value),
            Self::Samples(_) => (0..steps).map(|step| self.at(step)).sum::<f64>() / steps.max(1) as f64,
        }
    }
}
