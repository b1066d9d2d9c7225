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
    /// Sizes are exactly as recorded, and there are as many nodes as the scarcest resource needs, so that no mean use is
    /// above `load`. Else it is the CPU alone that counts.
    #[serde(default)]
    pub as_recorded: bool,
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
    /// A fleet for a workload. Unless it is to be as recorded, its CPU use is scaled by a few percent, so that the load is
    /// met exactly by whole nodes.
    pub fn new(mut workload: Workload, setting: &Setting) -> Self {
        let name = format!("{} at {}", workload.name, setting.load);
        let nodes = match setting.instances_per_node {
            Some(each) => shrunk(&mut workload, setting, each),
            None if setting.as_recorded => sufficient(&workload, setting),
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

/// As many nodes as the scarcest resource needs.
fn sufficient(workload: &Workload, setting: &Setting) -> Vec<NodeState> {
    let turn = setting.classes.iter().map(|class| class.weight as usize).sum();
    let capacity = capacity(&nodes(&setting.classes, turn));
    let needed = Resource::ALL
        .into_iter()
        .filter(|resource| capacity[*resource] > 0.0)
        .map(|resource| mean(workload, resource) / setting.load / capacity[resource] * turn as f64)
        .fold(1.0, f64::max);
    nodes(&setting.classes, needed.ceil() as usize)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleets::fleet;

    /// Instances of 100 MHz and so many bytes.
    fn workload(count: usize, memory: f32) -> Workload {
        let used = PerResource::of(|resource| match resource {
            Resource::Cpu => Series::Samples(vec![50.0, 150.0]),
            Resource::Memory => Series::Constant(memory),
            _ => Series::default(),
        });
        let mut demand = PerResource::default();
        demand[Resource::Cpu] = 100.0;
        let instance =
            Instance { name: "a".into(), service: "a".into(), demand, used, arrives: None, departs: None };
        Workload { name: "w".into(), step_seconds: 300, steps: 2, instances: vec![instance; count] }
    }

    fn planetlab() -> Setting {
        fleet("planetlab").unwrap()
    }

    #[test]
    fn the_load_is_met_by_whole_nodes() {
        // 4,000 MHz at 0.5 are 8,000 MHz, of nodes of 3,633 MHz in the mean: two, of 1,860 and 3,720.
        let scenario = Scenario::new(workload(40, 0.0), &planetlab());
        assert_eq!(scenario.nodes.len(), 2);
        let used = mean(&scenario.workload, Resource::Cpu);
        assert!((used / 5_580.0 - 0.5).abs() < 1e-4, "{used}");
        let asked: f64 = scenario.workload.instances.iter().map(|one| one.demand[Resource::Cpu]).sum();
        assert!((asked / 5_580.0 - 0.8).abs() < 1e-9, "{asked}");
    }

    #[test]
    fn what_is_as_recorded_gets_the_nodes_that_its_scarcest_resource_needs() {
        let setting = Setting { as_recorded: true, requested: None, ..planetlab() };
        // 40 GiB at 0.5 are 80 GiB, of nodes of 10 GiB in turns of three: 24.
        let recorded = workload(40, (1_u64 << 30) as f32);
        let scenario = Scenario::new(recorded.clone(), &setting);
        assert_eq!((scenario.nodes.len(), &scenario.workload), (24, &recorded));
    }

    #[test]
    fn what_is_made_small_has_the_load_in_every_resource() {
        let setting = Setting { instances_per_node: Some(10.0), ..planetlab() };
        let scenario = Scenario::new(workload(40, 1e9), &setting);
        let capacity = capacity(&scenario.nodes);
        assert_eq!(scenario.nodes.len(), 4);
        for resource in [Resource::Cpu, Resource::Memory] {
            let share = mean(&scenario.workload, resource) / capacity[resource];
            assert!((share - 0.5).abs() < 1e-4, "{resource:?}: {share}");
        }
    }
}
