//! What is to run: instances, each with its demand and what it uses over time.

use std::ops::Range;

use swarmmanager_placement::{PerResource, Resource};

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

impl Instance {
    /// The mean use of a resource over the first steps, of which those at which it is not there count as none.
    pub fn mean(&self, resource: Resource, steps: usize) -> f64 {
        let there = self.there(steps).len();
        self.mean_while_there(resource, steps) * there as f64 / steps.max(1) as f64
    }

    /// The mean use of a resource over those of the first steps at which it is there.
    pub fn mean_while_there(&self, resource: Resource, steps: usize) -> f64 {
        let there = self.there(steps);
        match &self.used[resource] {
            Series::Constant(value) => f64::from(*value),
            series @ Series::Samples(_) => {
                let count = there.len().max(1) as f64;
                there.map(|step| series.at(step)).sum::<f64>() / count
            }
        }
    }

    /// The steps at which the workload has it, among the first ones.
    pub fn there(&self, steps: usize) -> Range<usize> {
        let arrives = self.arrives.unwrap_or(0).min(steps);
        arrives..self.departs.unwrap_or(steps).clamp(arrives, steps)
    }
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
