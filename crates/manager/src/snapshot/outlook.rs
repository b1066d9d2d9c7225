//! What is expected of nodes and instances, from what was learned of them.

use std::collections::BTreeMap;

use swarmmanager_api::Demand;
use swarmmanager_engine::TaskState;
use swarmmanager_placement::{Load, Moments, NodeState, Rates, Resource};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz, NodeId};

use crate::cluster::Cluster;
use crate::measurements::Measurements;
use crate::profiles::demanded;
use crate::service::{DISK_RATE, InstanceService, Layout, ManagedService, NETWORK_RATE};

/// How long a failed task speaks against its node.
const FAILED_WITHIN_MS: i64 = 300_000;

/// What everything on a node is expected to use; `None` as long as little is known of the node.
pub(super) fn expected(
    measurements: &Measurements,
    node: &NodeId,
    instances: &[(String, InstanceService)],
) -> Option<Load> {
    let (profiles, per_core) = (measurements.profiles(), measurements.per_core(node));
    let background = profiles.background(node)?;
    let usual = |part: &InstanceService| profiles.usual(part, &demanded(&part.demand(), per_core));
    Some(instances.iter().fold(background, |load, (_, part)| load.with(&usual(part))))
}

/// A node is expected to use no less than it uses now, with what was just placed: one that became busy counts as busy
/// before it is known whether that is usual.
pub(super) fn raise_to_measured(node: &mut NodeState) {
    let Some(expected) = node.expected.take() else { return };
    let measured = node.expected_load();
    node.expected = Some(Load::of(|resource| Moments {
        mean: expected[resource].mean.max(measured[resource].mean),
        variance: expected[resource].variance,
    }));
}

/// What a further instance of a service is expected to use: as those do that run; `None` where its demand alone says so.
pub(super) fn of_newcomer(
    measurements: &Measurements,
    service: Option<&ManagedService>,
    demand: &Demand,
) -> Option<Load> {
    let profiles = measurements.profiles();
    let siblings = service.map(ManagedService::parts).unwrap_or_default();
    profiles.siblings(siblings).or_else(|| match demand.cpu {
        CpuDemand::Megahertz(_) => Some(profiles.newcomer(&demanded(demand, Megahertz::ZERO))),
        // So many cores are something else on every node.
        CpuDemand::Cores(_) => None,
    })
}

/// How many tasks of each of our services failed on a node of late.
pub(super) fn failures(
    cluster: &Cluster,
    managed: &BTreeMap<String, ManagedService>,
    now_unix_ms: i64,
) -> BTreeMap<NodeId, BTreeMap<String, u32>> {
    let mut services = BTreeMap::new();
    for service in managed.values().filter(|service| matches!(service.layout, Layout::Instances { .. })) {
        services.extend(service.parts().into_iter().map(|part| (part.swarm.id.as_str(), &service.name)));
    }
    let mut failures: BTreeMap<NodeId, BTreeMap<String, u32>> = BTreeMap::new();
    for task in &cluster.tasks {
        let has_failed = matches!(task.state, TaskState::Failed | TaskState::Rejected);
        let is_late = now_unix_ms.saturating_sub(task.since_unix_ms) <= FAILED_WITHIN_MS;
        if let (true, true, Some(node), Some(service)) =
            (has_failed, is_late, &task.node_id, services.get(task.service_id.as_str()))
        {
            *failures.entry(node.clone()).or_default().entry((*service).clone()).or_insert(0) += 1;
        }
    }
    failures
}

/// What a node's disks and network carry, as its labels say; what they do not say limits nothing.
pub(super) fn rates(labels: &BTreeMap<String, String>) -> Rates {
    let rate = |label| {
        let text: Option<&String> = labels.get(label);
        text.and_then(|text| text.parse::<Bytes>().ok()).map_or(0.0, |bytes| bytes.as_f64())
    };
    Rates { disk_io: rate(DISK_RATE), network: rate(NETWORK_RATE) }
}

/// Takes what an instance was seen to use off a node.
pub(super) fn take_off(node: &mut NodeState, own: &[(Resource, f64)]) {
    let Some(usage) = &mut node.usage else { return };
    for (resource, own) in own {
        let usage = match resource {
            Resource::Cpu => &mut usage.cpu,
            Resource::Memory => &mut usage.memory,
            Resource::Disk => &mut usage.disk,
            Resource::DiskIo => &mut usage.disk_io,
            Resource::Network => &mut usage.network,
        };
        usage.mean = (usage.mean - own).max(0.0);
    }
}
