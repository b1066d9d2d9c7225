//! What was learned of instances and nodes. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use swarmmanager_api::Demand;
use swarmmanager_forecast::{Background, Fleet, Profile};
use swarmmanager_placement::{Load, Moments, PerResource, Resource};
use swarmmanager_units::{ContainerId, Megahertz, NodeId};

use crate::cluster::Cluster;
use crate::measurements::{Minute, SECONDS_OF_A_MINUTE};
use crate::service::{InstanceService, Layout};

/// A container says how an instance is used once it was seen for so many seconds of a minute.
const ENOUGH_SECONDS: usize = SECONDS_OF_A_MINUTE / 2;
/// A resource of which a node uses that share is used up: its instances may have wanted more.
const FULL: f64 = 0.99;

/// Profiles of instances by their Swarm service, which an instance keeps when it moves, and the rest of each node.
#[derive(Default)]
pub(super) struct Learned {
    fleet: Fleet,
    instances: BTreeMap<String, Profile>,
    backgrounds: BTreeMap<NodeId, Background>,
}

/// A demand in the units of placement's resources.
pub(crate) fn demanded(demand: &Demand, per_core: Megahertz) -> PerResource<f64> {
    PerResource::of(|resource| match resource {
        Resource::Cpu => demand.cpu.on(per_core).get(),
        Resource::Memory => demand.memory.as_f64(),
        Resource::Disk => demand.disk.as_f64(),
        Resource::DiskIo | Resource::Network => 0.0,
    })
}

impl Learned {
    pub(super) fn usual(&self, id: &str, demand: &PerResource<f64>) -> Load {
        match self.instances.get(id) {
            Some(profile) => profile.usual(demand, &self.fleet),
            None => self.fleet.newcomer(demand),
        }
    }

    pub(super) fn known(&self, id: &str) -> Option<Load> {
        self.instances.get(id)?.known()
    }

    pub(super) fn siblings<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Option<Load> {
        let known: Vec<Load> = ids.into_iter().filter_map(|id| self.known(id)).collect();
        (!known.is_empty()).then(|| mixture(&known))
    }

    pub(super) fn newcomer(&self, demand: &PerResource<f64>) -> Load {
        self.fleet.newcomer(demand)
    }

    pub(super) fn background(&self, node: &NodeId) -> Option<Load> {
        self.backgrounds.get(node)?.usual()
    }

    /// Takes what was measured in the last minute, and forgets what is not in the Swarm any more.
    pub(super) fn take(&mut self, cluster: &Cluster, minute: impl Fn(&NodeId) -> Option<Minute>) {
        let managed = cluster.managed();
        let placed = managed.values().filter(|service| matches!(service.layout, Layout::Instances { .. }));
        let parts: BTreeMap<&str, &InstanceService> =
            placed.flat_map(|service| service.parts()).map(|part| (part.swarm.id.as_str(), part)).collect();
        let owners: HashMap<ContainerId, &InstanceService> = cluster
            .tasks
            .iter()
            .filter_map(|task| {
                let container = ContainerId::from_hex(task.container_id.as_deref()?)?;
                Some((container, *parts.get(task.service_id.as_str())?))
            })
            .collect();
        for node in &cluster.nodes {
            if let Some(minute) = minute(&node.id) {
                self.take_node(&node.id, &minute, &owners);
            }
        }
        self.fleet.step();
        self.instances.retain(|id, _| parts.contains_key(id.as_str()));
        let nodes: BTreeSet<&NodeId> = cluster.nodes.iter().map(|node| &node.id).collect();
        self.backgrounds.retain(|id, _| nodes.contains(id));
    }

    fn take_node(&mut self, node: &NodeId, minute: &Minute, owners: &HashMap<ContainerId, &InstanceService>) {
        let full = PerResource::of(|resource| {
            let capacity = minute.capacity[resource];
            capacity > 0.0 && minute.used[resource] >= FULL * capacity
        });
        let mut rest = minute.used;
        for container in &minute.containers {
            let Some(part) = owners.get(&container.id) else { continue };
            let share = container.seconds as f64 / SECONDS_OF_A_MINUTE as f64;
            for resource in Resource::ALL {
                rest[resource] = (rest[resource] - share * container.used[resource]).max(0.0);
            }
            if container.seconds >= ENOUGH_SECONDS && part.node.as_ref() == Some(node) {
                let demand = demanded(&part.demand(), minute.per_core);
                let profile = self.instances.entry(part.swarm.id.clone()).or_default();
                profile.take(&container.used, &full, &demand, &mut self.fleet);
            }
        }
        self.backgrounds.entry(node.clone()).or_default().take(&rest);
    }
}

/// What one of several is expected to use that is as likely to be any of them.
fn mixture(loads: &[Load]) -> Load {
    let count = loads.len() as f64;
    Load::of(|resource| {
        let of =
            |value: fn(Moments) -> f64| loads.iter().map(|load| value(load[resource])).sum::<f64>() / count;
        let mean = of(|moments| moments.mean);
        let square = of(|moments| moments.variance + moments.mean * moments.mean);
        Moments { mean, variance: (square - mean * mean).max(0.0) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurements::ContainerMinute;
    use crate::samples::{CONTAINER, cluster};

    fn cpu(amount: f64) -> PerResource<f64> {
        PerResource::of(|resource| if resource == Resource::Cpu { amount } else { 0.0 })
    }

    fn minute(node: f64, container: f64, seconds: usize) -> Minute {
        Minute {
            per_core: Megahertz::new(1000.0),
            capacity: cpu(1000.0),
            used: cpu(node),
            containers: vec![ContainerMinute {
                id: ContainerId::from_bytes(CONTAINER),
                used: cpu(container),
                seconds,
            }],
        }
    }

    fn learned(minutes: impl IntoIterator<Item = Minute>) -> Learned {
        let mut learned = Learned::default();
        for minute in minutes {
            let mut minute = Some(minute);
            let mut taken = std::cell::RefCell::new(minute.take());
            learned.take(&cluster(), |_| taken.borrow_mut().take());
            assert!(taken.get_mut().is_none(), "the node was asked for");
        }
        learned
    }

    #[test]
    fn an_instance_is_known_after_three_minutes_and_the_rest_is_the_nodes() {
        let demand = cpu(100.0);
        let early = learned((0..2).map(|_| minute(250.0, 40.0, 60)));
        assert_eq!((early.known("s1"), early.background(&"n1".into())), (None, None));
        assert_eq!(early.usual("s1", &demand)[Resource::Cpu].mean, 100.0, "its demand");
        let learned = learned((0..3).map(|_| minute(250.0, 40.0, 60)));
        let mean = |load: Load| load[Resource::Cpu].mean.round();
        assert_eq!(mean(learned.usual("s1", &demand)), 40.0);
        assert_eq!(mean(learned.background(&"n1".into()).unwrap()), 210.0);
        assert_eq!(learned.siblings(["s1", "s2"]), learned.known("s1"));
        assert_eq!(learned.siblings(["s2"]), None);
    }

    #[test]
    fn an_instance_that_just_came_is_not_judged_yet_but_is_not_the_nodes_either() {
        let learned = learned((0..3).map(|_| minute(120.0, 80.0, 15)));
        assert_eq!(learned.known("s1"), None);
        assert_eq!(learned.background(&"n1".into()).unwrap()[Resource::Cpu].mean, 100.0);
    }

    #[test]
    fn a_full_node_hides_what_was_wanted() {
        let learned = learned((0..3).map(|_| minute(1000.0, 500.0, 60)));
        assert!(learned.usual("s1", &cpu(100.0))[Resource::Cpu].mean > 550.0);
    }

    #[test]
    fn what_left_the_swarm_is_forgotten() {
        let mut learned = learned((0..3).map(|_| minute(250.0, 40.0, 60)));
        learned.take(&Cluster::default(), |_| None);
        assert_eq!(learned.known("s1"), None);
        assert_eq!(learned.background(&"n1".into()), None);
    }

    #[test]
    fn of_unlike_siblings_one_more_may_be_any() {
        let loads = [100.0, 300.0].map(|mean| Load::of(|_| Moments { mean, variance: 25.0 }));
        let mixed = mixture(&loads)[Resource::Cpu];
        assert_eq!((mixed.mean, mixed.variance), (200.0, 10_025.0));
    }
}
