//! What rules a node out, whatever the policy.

use crate::{NodeAvailability, NodeState, NodeStatus, Reason, Request, Resource, Resources, STALE_AFTER};

/// One resource of a node as a decision sees it, in MHz or bytes.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    /// Which.
    pub resource: Resource,
    /// What the node has.
    pub capacity: f64,
    /// Mean use.
    pub used: f64,
    /// What was placed on it and does not show in the measurements yet.
    pub unseen: f64,
    /// What is promised to the instances on it.
    pub reserved: f64,
    /// What the instance asks for.
    pub demand: f64,
}

impl Level {
    /// What is free by measurement, never below 0.
    pub fn free(&self) -> f64 {
        (self.capacity - self.used - self.unseen).max(0.0)
    }

    /// The demand as a share of what is free; 0 for no demand, infinite for a demand where nothing is free.
    pub fn share(&self) -> f64 {
        match (self.demand > 0.0, self.free() > 0.0) {
            (false, _) => 0.0,
            (true, true) => self.demand / self.free(),
            (true, false) => f64::INFINITY,
        }
    }

    fn fits_free(&self) -> bool {
        self.share() <= 1.0
    }

    fn fits_unreserved(&self) -> bool {
        self.demand == 0.0 || self.reserved + self.demand <= self.capacity
    }
}

/// CPU, memory and disk of a node for a demand; nothing counts as used where nothing was reported.
pub(crate) fn levels(node: &NodeState, demand: &Resources) -> [Level; 3] {
    let used = |read: fn(&crate::Usage) -> f64| node.usage.as_ref().map_or(0.0, read).max(0.0);
    [
        Level {
            resource: Resource::Cpu,
            capacity: node.capacity.cpu.get(),
            used: used(|usage| usage.cpu.mean),
            unseen: node.unseen.cpu.get(),
            reserved: node.reserved.cpu.get(),
            demand: demand.cpu.get(),
        },
        Level {
            resource: Resource::Memory,
            capacity: node.capacity.memory.as_f64(),
            used: used(|usage| usage.memory.mean),
            unseen: node.unseen.memory.as_f64(),
            reserved: node.reserved.memory.as_f64(),
            demand: demand.memory.as_f64(),
        },
        Level {
            resource: Resource::Disk,
            capacity: node.capacity.disk.as_f64(),
            used: used(|usage| usage.disk.mean),
            unseen: node.unseen.disk.as_f64(),
            reserved: node.reserved.disk.as_f64(),
            demand: demand.disk.as_f64(),
        },
    ]
}

/// Whether nothing rules the node out: the same as [`reasons`] being empty, without the words.
pub(crate) fn is_feasible(node: &NodeState, request: &Request, levels: &[Level; 3]) -> bool {
    node.status == NodeStatus::Ready
        && node.availability == NodeAvailability::Active
        && node.usage.is_some()
        && node.data_age <= STALE_AFTER
        && levels.iter().all(|level| level.fits_free() && level.fits_unreserved())
        && request.constraints.iter().all(|constraint| constraint.holds(node))
        && has_room(node, request)
        && !request.host_ports.iter().any(|port| node.host_ports.contains(port))
}

/// Everything that rules the node out.
pub(crate) fn reasons(node: &NodeState, request: &Request, levels: &[Level; 3]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if node.status != NodeStatus::Ready {
        reasons.push(Reason::NotReady { status: node.status });
    }
    if node.availability != NodeAvailability::Active {
        reasons.push(Reason::NotActive { availability: node.availability });
    }
    for constraint in request.constraints.iter().filter(|constraint| !constraint.holds(node)) {
        reasons.push(Reason::Constraint { constraint: constraint.clone() });
    }
    if !has_room(node, request) {
        reasons.push(Reason::MaxPerNode { most: request.max_per_node.unwrap_or_default() });
    }
    for port in request.host_ports.iter().filter(|port| node.host_ports.contains(port)) {
        reasons.push(Reason::PortTaken { port: port.clone() });
    }
    if node.usage.is_none() {
        reasons.push(Reason::NoReports);
        return reasons;
    }
    if node.data_age > STALE_AFTER {
        reasons.push(Reason::Stale { age: node.data_age });
    }
    for level in levels {
        let Level { resource, demand, reserved, capacity, .. } = *level;
        if !level.fits_free() {
            reasons.push(Reason::TooLittleFree { resource, demand, free: level.free(), capacity });
        }
        if !level.fits_unreserved() {
            reasons.push(Reason::Reserved { resource, demand, reserved, capacity });
        }
    }
    reasons
}

fn has_room(node: &NodeState, request: &Request) -> bool {
    let on_it = node.instances.get(&request.service).copied().unwrap_or(0);
    request.max_per_node.is_none_or(|most| u64::from(on_it) < most)
}
