//! What is compared: a workload made to fit a fleet, with what happens besides.

use serde::{Deserialize, Serialize};
use swarmmanager_placement::{NodeState, PerResource, Resource};

use crate::churn::Churn;
use crate::fleet::{NodeClass, count_for, nodes};
use crate::workload::{Series, Workload};

/// How a fleet is made for a workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    /// Kinds of nodes, in turn.
    pub classes: Vec<NodeClass>,
    /// Mean CPU demand as a share of all capacity; the number of nodes follows from it.
    pub load: f64,
    /// What is asked for in all, as a share of all capacity; each instance asks in proportion to its size. `None` leaves
    /// demands as they are.
    #[serde(default)]
    pub requested: Option<f64>,
    /// What happens besides.
    #[serde(default)]
    pub churn: Churn,
    /// Steps before anything is counted.
    #[serde(default)]
    pub warm_up: usize,
}

/// A workload on a fleet.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name, such as `planetlab 20110303 at 0.5`.
    pub name: String,
    /// What runs.
    pub workload: Workload,
    /// On what.
    pub nodes: Vec<NodeState>,
    /// What happens besides.
    pub churn: Churn,
    /// Steps before anything is counted.
    pub warm_up: usize,
}

impl Scenario {
    /// A fleet for a workload. Its CPU use is scaled by a few percent, so that the load is met exactly by whole nodes.
    pub fn new(mut workload: Workload, setting: &Setting) -> Self {
        let mean: f64 =
            workload.instances.iter().map(|one| one.used[Resource::Cpu].mean(workload.steps)).sum();
        let nodes = nodes(&setting.classes, count_for(&setting.classes, mean / setting.load));
        let capacity =
            PerResource::of(|resource| nodes.iter().map(|node| node.capacity_of(resource)).sum::<f64>());
        if mean > 0.0 {
            scale_cpu(&mut workload, setting.load * capacity[Resource::Cpu] / mean);
        }
        if let Some(requested) = setting.requested {
            request(&mut workload, &capacity, requested);
        }
        Self {
            name: format!("{} at {}", workload.name, setting.load),
            workload,
            nodes,
            churn: setting.churn.clone(),
            warm_up: setting.warm_up,
        }
    }
}

fn scale_cpu(workload: &mut Workload, factor: f64) {
    for instance in &mut workload.instances {
        match &mut instance.used[Resource::Cpu] {
            Series::Constant(value) => *value *= factor as f32,
            Series::Samples(values) => values.iter_mut().for_each(|value| *value *= factor as f32),
        }
    }
}

/// Demands in proportion to what they were, so that all of them together are that share of what there is. Memory that is
/// always the same is asked for as it is. What was asked for of no instance is asked for in proportion to the CPU.
fn request(workload: &mut Workload, capacity: &PerResource<f64>, share: f64) {
    for resource in Resource::ALL {
        let is_exact = |series: &Series| matches!(series, Series::Constant(_));
        if resource != Resource::Cpu && workload.instances.iter().all(|one| is_exact(&one.used[resource])) {
            continue;
        }
        if workload.instances.iter().all(|instance| instance.demand[resource] <= 0.0) {
            for instance in &mut workload.instances {
                instance.demand[resource] = instance.demand[Resource::Cpu];
            }
        }
        let total: f64 = workload.instances.iter().map(|instance| instance.demand[resource]).sum();
        if total > 0.0 && capacity[resource] > 0.0 {
            for instance in &mut workload.instances {
                instance.demand[resource] *= share * capacity[resource] / total;
            }
        }
    }
}
