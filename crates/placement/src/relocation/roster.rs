//! Which instances are on which node after the moves that were planned, in an order that does not depend on the
//! scene's.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use swarmmanager_units::Megahertz;

use crate::driver::by_name;
use crate::feasibility::{Rules, fits, is_fresh, levels, may_be_used, takes_any};
use crate::rating::comparable;
use crate::relocation::{Running, Scene};
use crate::{NodeAvailability, NodeState, NodeStatus, Request, Resource};

/// The nodes of a scene with what is on them.
pub(super) struct Roster<'a> {
    scene: &'a Scene<'a>,
    nodes: Vec<usize>,
    on: Vec<Vec<usize>>,
    /// The nodes that gave or got an instance, with what is promised there now.
    changed: BTreeMap<usize, NodeState>,
}

impl<'a> Roster<'a> {
    pub(super) fn new(scene: &'a Scene<'a>) -> Self {
        let mut nodes: Vec<usize> = (0..scene.nodes.len()).collect();
        nodes.sort_by(|a, b| by_name(&scene.nodes[*a], &scene.nodes[*b]));
        let mut instances: Vec<usize> = (0..scene.instances.len()).collect();
        instances.sort_by(|a, b| scene.instances[*a].name.cmp(&scene.instances[*b].name));
        let mut on = vec![Vec::new(); scene.nodes.len()];
        for instance in instances {
            on[scene.instances[instance].node].push(instance);
        }
        Self { scene, nodes, on, changed: BTreeMap::new() }
    }

    /// The nodes that are up and that tell what they use, by name.
    pub(super) fn known_nodes(&self) -> impl Iterator<Item = usize> + '_ {
        self.nodes.iter().copied().filter(|node| {
            let node = &self.scene.nodes[*node];
            node.status == NodeStatus::Ready && is_fresh(node)
        })
    }

    /// Those of them that are to be relieved where they are overloaded: what is on a node that is drained goes anyway.
    pub(super) fn sources(&self) -> impl Iterator<Item = usize> + '_ {
        self.known_nodes().filter(|node| self.scene.nodes[*node].availability != NodeAvailability::Drain)
    }

    /// How many nodes there are.
    pub(super) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// The instances on a node, by name.
    pub(super) fn on(&self, node: usize) -> &[usize] {
        &self.on[node]
    }

    pub(super) fn running(&self, instance: usize) -> &'a Running {
        &self.scene.instances[instance]
    }

    /// The same, of all instances on a node.
    pub(super) fn all_running(&self, node: usize) -> impl Iterator<Item = &'a Running> + '_ {
        self.on[node].iter().map(|instance| self.running(*instance))
    }

    pub(super) fn node(&self, node: usize) -> &NodeState {
        self.changed.get(&node).unwrap_or(&self.scene.nodes[node])
    }

    /// Whether Swarm would start an instance there: nothing rules the node out, and what is promised leaves room.
    pub(super) fn may_take(&self, node: usize, request: &Request) -> bool {
        let node = self.node(node);
        may_be_used(node, request, Rules::All, takes_any(request)) && {
            let demand = request.demand.on(node);
            fits(node, request, Rules::Reservations, &demand, &levels(node, &demand))
        }
    }

    /// Takes an instance off a node.
    pub(super) fn take_off(&mut self, instance: usize, node: usize) {
        self.on[node].retain(|other| *other != instance);
        let request = &self.running(instance).request;
        release(self.changed_node(node), request);
    }

    /// Puts an instance that was taken off on a node.
    pub(super) fn put_on(&mut self, instance: usize, node: usize) {
        let running = self.running(instance);
        let at = self.on[node].partition_point(|other| self.running(*other).name < running.name);
        self.on[node].insert(at, instance);
        self.changed_node(node).book(&running.request);
    }

    fn changed_node(&mut self, node: usize) -> &mut NodeState {
        self.changed.entry(node).or_insert_with(|| self.scene.nodes[node].clone())
    }
}

/// Instances or nodes by a number, the largest first; those of the same number stay in order.
pub(super) fn largest_first(indices: &mut [usize], number: impl Fn(usize) -> f64) {
    indices.sort_by(|a, b| by_number(number(*b), number(*a)));
}

/// Numbers in order; those that differ by rounding alone are equal.
pub(super) fn by_number(a: f64, b: f64) -> Ordering {
    comparable(a).total_cmp(&comparable(b))
}

/// A use as a share of what the node has; none where it has nothing.
pub(super) fn share(used: f64, node: &NodeState, resource: Resource) -> f64 {
    let capacity = node.capacity_of(resource);
    if capacity > 0.0 { used / capacity } else { 0.0 }
}

/// Takes back what booking an instance did.
fn release(node: &mut NodeState, request: &Request) {
    let demand = request.demand.on(node);
    node.reserved.cpu = Megahertz::new(node.reserved.cpu.get() - demand.cpu.get());
    node.reserved.memory = node.reserved.memory.saturating_sub(demand.memory);
    node.reserved.disk = node.reserved.disk.saturating_sub(demand.disk);
    if let Some(count) = node.instances.get_mut(&request.service) {
        *count = count.saturating_sub(1);
    }
    for port in &request.host_ports {
        node.host_ports.remove(port);
    }
}
