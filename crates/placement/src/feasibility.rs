//! What rules a node out, whatever the policy.

use swarmmanager_units::Bytes;

use crate::{
    NodeAvailability, NodeState, NodeStatus, Reason, Request, Resource, ResourceUsage, Resources, STALE_AFTER,
};

/// Room for the rounding of sums of CPU, as a share: ten times a tenth of a core is a core.
pub(crate) const ROUNDING: f64 = 1e-9;

/// Which of the rules that rule nodes out a policy keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// All: a node reports, and has room by measurement as well as by what is promised.
    All,
    /// Those of a scheduler that looks at reservations alone: whether a node reports and what it uses rules nothing out.
    Reservations,
    /// None but the policy's own.
    None,
}

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
    #[inline]
    pub fn free(&self) -> f64 {
        (self.capacity - self.used - self.unseen).max(0.0)
    }

    /// The demand as a share of what is free; 0 for no demand, infinite for a demand where nothing is free but what is
    /// left by the rounding of sums.
    #[inline]
    pub fn share(&self) -> f64 {
        let share = if self.demand > 0.0 { self.demand / self.free() } else { 0.0 };
        if share * ROUNDING > 1.0 { f64::INFINITY } else { share }
    }

    #[inline]
    fn fits_free(&self) -> bool {
        self.demand <= self.at_most(self.free())
    }

    /// Bytes are whole and their limits hard.
    #[inline]
    fn at_most(&self, limit: f64) -> f64 {
        if self.resource == Resource::Cpu { limit * (1.0 + ROUNDING) } else { limit }
    }
}

/// CPU, memory and disk of a node for a demand; nothing counts as used where nothing was reported.
#[inline]
pub(crate) fn levels(node: &NodeState, demand: &Resources) -> [Level; 3] {
    let usage = node.usage.as_ref();
    let level = |resource, read: fn(&Resources) -> f64, usage: Option<&ResourceUsage>| {
        let capacity = read(&node.capacity);
        Level {
            resource,
            capacity,
            used: usage.map_or(0.0, |usage| used(usage, capacity)),
            unseen: read(&node.unseen),
            reserved: read(&node.reserved),
            demand: read(demand),
        }
    };
    [
        level(Resource::Cpu, |amounts| amounts.cpu.get(), usage.map(|usage| &usage.cpu)),
        level(Resource::Memory, |amounts| number(amounts.memory), usage.map(|usage| &usage.memory)),
        level(Resource::Disk, |amounts| number(amounts.disk), usage.map(|usage| &usage.disk)),
    ]
}

/// A number of bytes, of which there are at most 8 EiB: so far, processors convert it in one step, and six of them for
/// each node are a good part of a decision.
#[inline]
pub(crate) fn number(bytes: Bytes) -> f64 {
    bytes.get().min(i64::MAX as u64) as f64
}

/// A mean that is no number must not make a node look idle: it counts as full.
#[inline]
pub(crate) fn used(usage: &ResourceUsage, capacity: f64) -> f64 {
    if usage.mean < f64::INFINITY { usage.mean.max(0.0) } else { capacity }
}

/// Whether anything but its size keeps an instance off the node. With [`fits`] the same as [`reasons`] being empty,
/// without the words.
#[inline]
pub(crate) fn may_be_used(node: &NodeState, request: &Request, rules: Rules, takes_any: bool) -> bool {
    rules == Rules::None
        || (node.status == NodeStatus::Ready
            && node.availability == NodeAvailability::Active
            && (rules == Rules::Reservations || is_fresh(node))
            && (takes_any || suits(node, request)))
}

/// Whether it is known what the node uses now.
#[inline]
pub(crate) fn is_fresh(node: &NodeState) -> bool {
    node.usage.is_some() && (node.data_age.as_secs() < STALE_AFTER.as_secs() || node.data_age <= STALE_AFTER)
}

/// Whether the request asks for nothing of a node but room.
pub(crate) fn takes_any(request: &Request) -> bool {
    request.exclude.is_empty()
        && request.constraints.is_empty()
        && request.platforms.is_empty()
        && request.max_per_node.is_none()
        && request.host_ports.is_empty()
}

/// Kept out of the loop over all nodes, which most requests run through without it.
#[inline(never)]
fn suits(node: &NodeState, request: &Request) -> bool {
    !request.exclude.contains(&node.id)
        && request.constraints.iter().all(|constraint| constraint.holds(node))
        && runs_there(node, request)
        && has_room(node, request)
        && !request.host_ports.iter().any(|port| node.host_ports.contains(port))
}

/// Whether the instance fits into every resource, by measurement and by what is promised.
#[inline]
pub(crate) fn fits(
    node: &NodeState,
    request: &Request,
    rules: Rules,
    demand: &Resources,
    levels: &[Level; 3],
) -> bool {
    // Written out, so that what each resource needs is compiled in place.
    let [cpu, memory, disk] = levels;
    rules == Rules::None
        || request.overcommit
        || ((rules == Rules::Reservations || (cpu.fits_free() && memory.fits_free() && disk.fits_free()))
            && fits_unreserved(Resource::Cpu, node, demand)
            && fits_unreserved(Resource::Memory, node, demand)
            && fits_unreserved(Resource::Disk, node, demand))
}

/// Whether what is promised leaves room.
#[inline]
fn fits_unreserved(resource: Resource, node: &NodeState, demand: &Resources) -> bool {
    let (reserved, capacity) = (&node.reserved, &node.capacity);
    let bytes = |demand: Bytes, reserved: Bytes, capacity: Bytes| {
        demand == Bytes::ZERO || demand <= capacity.saturating_sub(reserved)
    };
    match resource {
        Resource::Cpu => {
            let (demand, limit) = (demand.cpu.get(), capacity.cpu.get() * (1.0 + ROUNDING));
            demand <= 0.0 || reserved.cpu.get() + demand <= limit
        }
        Resource::Memory => bytes(demand.memory, reserved.memory, capacity.memory),
        Resource::Disk => bytes(demand.disk, reserved.disk, capacity.disk),
        Resource::DiskIo | Resource::Network => true,
    }
}

/// Everything that rules the node out.
pub(crate) fn reasons(
    node: &NodeState,
    request: &Request,
    rules: Rules,
    demand: &Resources,
    levels: &[Level; 3],
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if rules == Rules::None {
        return reasons;
    }
    if node.status != NodeStatus::Ready {
        reasons.push(Reason::NotReady { status: node.status });
    }
    if node.availability != NodeAvailability::Active {
        reasons.push(Reason::NotActive { availability: node.availability });
    }
    if request.exclude.contains(&node.id) {
        reasons.push(Reason::Excluded);
    }
    for constraint in request.constraints.iter().filter(|constraint| !constraint.holds(node)) {
        reasons.push(Reason::Constraint { constraint: constraint.clone() });
    }
    if !runs_there(node, request) {
        reasons.push(Reason::Platform { node: node.platform.clone(), image: request.platforms.clone() });
    }
    if !has_room(node, request) {
        reasons.push(Reason::MaxPerNode { most: request.max_per_node.unwrap_or_default() });
    }
    for port in request.host_ports.iter().filter(|port| node.host_ports.contains(port)) {
        reasons.push(Reason::PortTaken { port: port.clone() });
    }
    if rules == Rules::All {
        if node.usage.is_none() {
            reasons.push(Reason::NoReports);
            return reasons;
        }
        if node.data_age > STALE_AFTER {
            reasons.push(Reason::Stale { age: node.data_age });
        }
    }
    if request.overcommit {
        return reasons;
    }
    for level in levels {
        let Level { resource, capacity, used, unseen, reserved, demand: asked } = *level;
        if rules == Rules::All && !level.fits_free() {
            reasons.push(Reason::TooLittleFree {
                resource,
                demand: asked,
                free: level.free(),
                capacity,
                used,
                unseen,
            });
        }
        // Where there is none at all, the reason above says so.
        if (capacity > 0.0 || rules != Rules::All) && !fits_unreserved(resource, node, demand) {
            reasons.push(Reason::Reserved { resource, demand: asked, reserved, capacity });
        }
    }
    reasons
}

fn runs_there(node: &NodeState, request: &Request) -> bool {
    request.platforms.is_empty() || request.platforms.iter().any(|image| image.runs_on(&node.platform))
}

fn has_room(node: &NodeState, request: &Request) -> bool {
    let most = request.max_per_node.filter(|most| *most > 0);
    most.is_none_or(|most| node.instances_of(&request.service) < most)
}
