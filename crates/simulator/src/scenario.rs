//! What is compared: a workload made to fit a fleet, with what happens besides.

use serde::{Deserialize, Serialize};
use swarmmanager_placement::{NodeState, PerResource, Resource};

use crate::churn::Churn;
use crate::fleet::{NodeClass, count_for, nodes};
use crate::workload::{Instance, Series, Workload};

/// How a fleet is made for a workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    /// Kinds of nodes, in turn.
    pub classes: Vec<NodeClass>,
    /// Mean CPU demand as a share of all capacity; the number of nodes follows from it.
    #[serde(default = "half")]
    pub load: f64,
    /// How many instances there are for each node, in the mean over time. Where it is given, sizes are not as recorded: the
    /// use of every resource is scaled so that its mean is `load` of what all nodes have.
    #[serde(default)]
    pub instances_per_node: Option<f64>,
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

impl Setting {
    /// The same in steps of so many seconds, where it was stated in steps of 300 s.
    #[must_use]
    pub fn in_steps_of(mut self, seconds: u32) -> Self {
        let factor = 300.0 / f64::from(seconds.max(1));
        let whole = |steps: usize| (steps as f64 * factor).round() as usize;
        self.churn = Churn {
            arrivals_within: whole(self.churn.arrivals_within),
            redeployed_every: self.churn.redeployed_every * factor,
            node_fails_every: self.churn.node_fails_every * factor,
            node_away_for: whole(self.churn.node_away_for),
        };
        self.warm_up = whole(self.warm_up);
        self
    }
}

impl Scenario {
    /// A fleet for a workload. Its CPU use is scaled by a few percent, so that the load is met exactly by whole nodes.
    pub fn new(mut workload: Workload, setting: &Setting) -> Self {
        let name = format!("{} at {}", workload.name, setting.load);
        let nodes = match setting.instances_per_node {
            Some(each) => shrunk(&mut workload, setting, each),
            None => fitting(&mut workload, setting),
        };
        if let Some(requested) = setting.requested {
            request(&mut workload, &capacity(&nodes), requested);
        }
        Self { name, workload, nodes, churn: setting.churn.clone(), warm_up: setting.warm_up }
    }
}

fn half() -> f64 {
    0.5
}

fn capacity(nodes: &[NodeState]) -> PerResource<f64> {
    PerResource::of(|resource| nodes.iter().map(|node| node.capacity_of(resource)).sum())
}

fn mean(workload: &Workload, resource: Resource) -> f64 {
    workload.instances.iter().map(|one| one.mean(resource, workload.steps)).sum()
}

/// As many nodes as the workload needs.
fn fitting(workload: &mut Workload, setting: &Setting) -> Vec<NodeState> {
    let used = mean(workload, Resource::Cpu);
    let nodes = nodes(&setting.classes, count_for(&setting.classes, used / setting.load));
    // Demands that stay as they are keep their relation to what is used.
    let demands = setting.requested.is_none();
    scale(workload, Resource::Cpu, setting.load * capacity(&nodes)[Resource::Cpu], demands);
    nodes
}

/// What needs more than half of the largest node in the mean, or more than all of it for more than a twentieth of the time,
/// no policy could serve.
const MOST_OF_A_NODE: f64 = 0.5;
const MOST_TIME_ABOVE: f64 = 0.05;

/// So many nodes for each instance, and the workload made smaller or larger for them; instances that are too large for any
/// node are left out.
fn shrunk(workload: &mut Workload, setting: &Setting, each: f64) -> Vec<NodeState> {
    let steps = workload.steps;
    let present: usize = workload.instances.iter().map(|one| one.there(steps).len()).sum();
    let count = present as f64 / steps.max(1) as f64 / each;
    let nodes = nodes(&setting.classes, count.round().max(1.0) as usize);
    let capacity = capacity(&nodes);
    for _ in 0..2 {
        for resource in Resource::ALL {
            scale(workload, resource, setting.load * capacity[resource], true);
        }
        let largest = PerResource::of(|resource| {
            nodes.iter().map(|node| node.capacity_of(resource)).fold(0.0, f64::max)
        });
        let fits = |instance: &Instance, resource: Resource| {
            largest[resource] <= 0.0 || fits(instance, resource, largest[resource], steps)
        };
        workload.instances.retain(|one| Resource::ALL.iter().all(|resource| fits(one, *resource)));
    }
    nodes
}

fn fits(instance: &Instance, resource: Resource, largest: f64, steps: usize) -> bool {
    let there = instance.there(steps);
    let above = there.clone().filter(|step| instance.used[resource].at(*step) > largest).count();
    instance.mean_while_there(resource, steps) <= MOST_OF_A_NODE * largest
        && above as f64 <= MOST_TIME_ABOVE * there.len() as f64
}

/// Makes the mean use of a resource as much as that, and what is asked for of it in proportion where that is wanted.
fn scale(workload: &mut Workload, resource: Resource, wanted: f64, demands: bool) {
    let used = mean(workload, resource);
    if used <= 0.0 || wanted <= 0.0 {
        return;
    }
    let factor = wanted / used;
    for instance in &mut workload.instances {
        match &mut instance.used[resource] {
            Series::Constant(value) => *value *= factor as f32,
            Series::Samples(values) => values.iter_mut().for_each(|value| *value *= factor as f32),
        }
        if demands {
            instance.demand[resource] *= factor;
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
