//! The same answers found the slow way, written anew from what the documentation promises.

use swarmmanager_placement::{
    Level, Load, Moments, NodeAvailability, NodeState, NodeStatus, Policy, Reason, Request, Resource,
};
use swarmmanager_units::CpuDemand;

use crate::scores;

/// CPU sums are allowed to be off by rounding.
const CPU_ROUNDING: f64 = 1e-9;

/// CPU in MHz, memory and disk in bytes.
pub(crate) fn demand(node: &NodeState, request: &Request) -> [f64; 3] {
    let cpu = match request.demand.cpu {
        CpuDemand::Megahertz(amount) => amount.get(),
        CpuDemand::Cores(cores) if node.cores > 0.0 => node.capacity.cpu.get() / node.cores * cores,
        CpuDemand::Cores(cores) => node.capacity.cpu.get() * cores,
    };
    [cpu, request.demand.memory.get() as f64, request.demand.disk.get() as f64]
}

pub(crate) fn capacity(node: &NodeState) -> [f64; 3] {
    [node.capacity.cpu.get(), node.capacity.memory.get() as f64, node.capacity.disk.get() as f64]
}

pub(crate) fn reserved(node: &NodeState) -> [f64; 3] {
    [node.reserved.cpu.get(), node.reserved.memory.get() as f64, node.reserved.disk.get() as f64]
}

pub(crate) fn used(node: &NodeState) -> [f64; 3] {
    node.usage.map_or([0.0; 3], |usage| [usage.cpu.mean, usage.memory.mean, usage.disk.mean])
}

pub(crate) fn unseen(node: &NodeState) -> [f64; 3] {
    [node.unseen.cpu.get(), node.unseen.memory.get() as f64, node.unseen.disk.get() as f64]
}

/// What is free by measurement; everything where nothing is measured.
pub(crate) fn free(node: &NodeState) -> [f64; 3] {
    let (used, unseen) = (used(node), unseen(node));
    let capacity = capacity(node);
    [0, 1, 2].map(|index| f64::max(capacity[index] - used[index] - unseen[index], 0.0))
}

fn within(index: usize, amount: f64, limit: f64) -> bool {
    amount <= if index == 0 { limit * (1.0 + CPU_ROUNDING) } else { limit }
}

pub(crate) fn fits_free(node: &NodeState, request: &Request, index: usize) -> bool {
    within(index, demand(node, request)[index], free(node)[index])
}

pub(crate) fn fits_unreserved(node: &NodeState, request: &Request, index: usize) -> bool {
    let demand = demand(node, request)[index];
    demand == 0.0 || within(index, reserved(node)[index] + demand, capacity(node)[index])
}

/// Whether a policy looks at what is used, by what its documentation says; `seed-original` rules nothing out but by its
/// own rule.
pub(crate) fn looks_at_use(policy: &str) -> bool {
    ["headroom", "availability"].contains(&policy)
}

/// Whether an instance may go to the node.
pub(crate) fn may_take(policy: &str, node: &NodeState, request: &Request) -> bool {
    let is_usable = node.status == NodeStatus::Ready
        && node.availability == NodeAvailability::Active
        && (!looks_at_use(policy) || (node.usage.is_some() && node.data_age.as_millis() <= 5_000))
        && !request.exclude.iter().any(|id| *id == node.id)
        && request.constraints.iter().all(|constraint| constraint_holds(node, &constraint.to_string()))
        && platform_fits(node, request)
        && below_max_per_node(node, request)
        && !request.host_ports.iter().any(|port| node.host_ports.iter().any(|taken| taken == port))
        && (request.overcommit
            || (0..3).all(|index| {
                (!looks_at_use(policy) || fits_free(node, request, index))
                    && fits_unreserved(node, request, index)
            }));
    (is_usable || policy == "seed-original") && scores::admits(policy, node, request)
}

/// Only the keys that the tests use.
fn constraint_holds(node: &NodeState, text: &str) -> bool {
    let (key, equal, value) = match text.split_once("==") {
        Some((key, value)) => (key, true, value),
        None => {
            let (key, value) = text.split_once("!=").unwrap();
            (key, false, value)
        }
    };
    let address = node.address.map(|address| address.to_string()).unwrap_or_default();
    let same = match (key, key.strip_prefix("node.labels.")) {
        (_, Some(label)) => {
            let actual = node.labels.get(label).cloned().unwrap_or_default();
            actual.to_lowercase() == value
        }
        ("node.ip", _) => address.starts_with(value.strip_suffix("0/24").unwrap()),
        ("node.role", _) => format!("{:?}", node.role).to_lowercase() == value,
        ("node.hostname", _) => node.hostname == value,
        ("node.platform.arch", _) => node.platform.arch == value,
        _ => unreachable!("{text}"),
    };
    same == equal
}

fn platform_fits(node: &NodeState, request: &Request) -> bool {
    let node = node.platform.arch.replace("x86_64", "amd64").replace("aarch64", "arm64");
    let mut images = request.platforms.iter().map(|image| image.arch.replace("aarch64", "arm64"));
    request.platforms.is_empty() || images.any(|image| image.is_empty() || image == node)
}

fn below_max_per_node(node: &NodeState, request: &Request) -> bool {
    match request.max_per_node {
        None | Some(0) => true,
        Some(most) => instances(node, &request.service) < most,
    }
}

pub(crate) fn instances(node: &NodeState, service: &str) -> u64 {
    node.instances.get(service).copied().unwrap_or(0).into()
}

/// What a policy is told of a node.
fn levels(node: &NodeState, request: &Request) -> [Level; 3] {
    let (demand, capacity, reserved) = (demand(node, request), capacity(node), reserved(node));
    let (used, unseen) = (used(node), unseen(node));
    let resources = [Resource::Cpu, Resource::Memory, Resource::Disk];
    [0, 1, 2].map(|index| Level {
        resource: resources[index],
        capacity: capacity[index],
        used: used[index],
        unseen: unseen[index],
        reserved: reserved[index],
        demand: demand[index],
    })
}

/// What the policy says of a node.
pub(crate) fn said_score(policy: &dyn Policy, node: &NodeState, request: &Request) -> f64 {
    policy.score(node, request, &levels(node, request)).min(f64::MAX / 2.0)
}

/// Whether `a` is to be preferred to `b`: by the policy's score, else by what is on it, else by its name.
pub(crate) fn is_better(policy: &dyn Policy, a: &NodeState, b: &NodeState, request: &Request) -> bool {
    let [a_score, b_score] = [a, b].map(|node| said_score(policy, node, request));
    // Wide enough for the rounding of a handful of operations, and far below any difference that matters.
    if (a_score - b_score).abs() > 2e-12 * b_score.abs() {
        return a_score < b_score;
    }
    let rank = |node: &NodeState| {
        let all: u64 = node.instances.values().map(|count| u64::from(*count)).sum();
        (instances(node, &request.service), all, node.hostname.clone(), node.id.as_str().to_owned())
    };
    rank(a) < rank(b)
}

/// Takes note of an instance.
pub(crate) fn book(node: &mut NodeState, request: &Request) {
    let cpu = swarmmanager_units::Megahertz::new(demand(node, request)[0]);
    if let Some(expected) = node.expected {
        let own = scores::own_load(node, request);
        node.expected = Some(Load::of(|resource| Moments {
            mean: expected[resource].mean + own[resource as usize].mean,
            variance: expected[resource].variance + own[resource as usize].variance,
        }));
    }
    for amounts in [&mut node.reserved, &mut node.unseen] {
        amounts.cpu += cpu;
        amounts.memory += request.demand.memory;
        amounts.disk += request.demand.disk;
    }
    *node.instances.entry(request.service.clone()).or_insert(0) += 1;
    for port in &request.host_ports {
        node.host_ports.insert(port.clone());
    }
}

/// Whether what a reason says is true of the node.
pub(crate) fn is_true(policy: &str, reason: &Reason, node: &NodeState, request: &Request) -> bool {
    let position = |resource: &Resource| match resource {
        Resource::Cpu => 0,
        Resource::Memory => 1,
        Resource::Disk => 2,
        Resource::DiskIo | Resource::Network => unreachable!("nothing is ruled out by a rate"),
    };
    match reason {
        Reason::NotReady { status } => node.status == *status && *status != NodeStatus::Ready,
        Reason::NotActive { availability } => {
            node.availability == *availability && *availability != NodeAvailability::Active
        }
        Reason::Excluded => request.exclude.contains(&node.id),
        Reason::NoReports => node.usage.is_none(),
        Reason::Stale { age } => node.data_age == *age && age.as_millis() > 5_000,
        Reason::Constraint { constraint } => {
            request.constraints.contains(constraint) && !constraint_holds(node, &constraint.to_string())
        }
        Reason::Platform { .. } => !platform_fits(node, request),
        Reason::MaxPerNode { most } => {
            request.max_per_node == Some(*most) && !below_max_per_node(node, request)
        }
        Reason::PortTaken { port } => request.host_ports.contains(port) && node.host_ports.contains(port),
        Reason::Policy { policy: name } => name == policy && !scores::admits(policy, node, request),
        Reason::TooLittleFree { resource, demand: asked, free: left, .. } => {
            let index = position(resource);
            !fits_free(node, request, index)
                && *asked == demand(node, request)[index]
                && *left == free(node)[index]
        }
        Reason::Reserved { resource, demand: asked, reserved: promised, capacity: size } => {
            let index = position(resource);
            !fits_unreserved(node, request, index)
                && (*asked, *promised, *size)
                    == (demand(node, request)[index], reserved(node)[index], capacity(node)[index])
        }
    }
}
