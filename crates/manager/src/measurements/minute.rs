//! What a node and its containers used over the last minute, for what is learned from it.

use swarmmanager_placement::{PerResource, Resource};
use swarmmanager_telemetry::{ContainerSample, NodeHistory, NodeSample};
use swarmmanager_units::{ContainerId, Megahertz, NodeId};

use super::Measurements;

/// Seconds that a minute is made of.
pub(crate) const SECONDS_OF_A_MINUTE: usize = 60;
/// Seconds of reports from which on a minute is one.
const ENOUGH_SECONDS: usize = 50;

/// The last minute of a node, in the units of placement's resources.
pub(crate) struct Minute {
    /// What one core gives.
    pub(crate) per_core: Megahertz,
    /// What the node has; 0 where that is not known.
    pub(crate) capacity: PerResource<f64>,
    /// What was used in the mean.
    pub(crate) used: PerResource<f64>,
    pub(crate) containers: Vec<ContainerMinute>,
}

/// The last minute of a container.
pub(crate) struct ContainerMinute {
    pub(crate) id: ContainerId,
    /// What was used in the mean of the seconds in which it was seen. Disks are known by the latest second alone.
    pub(crate) used: PerResource<f64>,
    /// Seconds of the minute in which it was seen.
    pub(crate) seconds: usize,
}

impl Measurements {
    /// The last minute of a node; `None` where it did not report for most of it.
    pub(crate) fn minute(&self, node: &NodeId) -> Option<Minute> {
        let per_core = self.per_core(node);
        let since = self.clock.now().before(60_000);
        self.read(node, |history| {
            let latest = &history.latest()?.node;
            let points: Vec<_> =
                history.last_seconds(SECONDS_OF_A_MINUTE).filter(|point| point.at >= since).collect();
            if points.len() < ENOUGH_SECONDS {
                return None;
            }
            let mean =
                |resource| points.iter().map(|point| point.of(resource)).sum::<f64>() / points.len() as f64;
            Some(Minute {
                per_core,
                capacity: capacity(latest),
                used: PerResource::of(|resource| match resource {
                    Resource::Cpu => mean(swarmmanager_telemetry::Resource::Cpu),
                    Resource::Memory => mean(swarmmanager_telemetry::Resource::Memory),
                    Resource::Disk => mean(swarmmanager_telemetry::Resource::Disk),
                    Resource::DiskIo => 0.0,
                    Resource::Network => mean(swarmmanager_telemetry::Resource::Network),
                }),
                containers: containers(history),
            })
        })
    }
}

fn capacity(node: &NodeSample) -> PerResource<f64> {
    PerResource::of(|resource| match resource {
        Resource::Cpu => node.cpu_capacity.get(),
        Resource::Memory => node.memory_total.as_f64(),
        Resource::Disk => node.disk_total.as_f64(),
        Resource::DiskIo | Resource::Network => 0.0,
    })
}

/// The containers that are there still.
fn containers(history: &NodeHistory) -> Vec<ContainerMinute> {
    let there = history.latest().map(|latest| &latest.containers[..]).unwrap_or_default();
    let minutes = there.iter().filter_map(|latest| {
        let points: Vec<_> = history.container(&latest.id)?.points().map(|(_, point)| point).collect();
        let count = points.len();
        (count > 0).then(|| {
            let mean = |of: fn(&swarmmanager_telemetry::ContainerPoint) -> f32| {
                points.iter().map(|point| f64::from(of(point))).sum::<f64>() / count as f64
            };
            ContainerMinute {
                id: latest.id,
                used: PerResource::of(|resource| match resource {
                    Resource::Cpu => mean(|point| point.cpu_mhz),
                    Resource::Memory => mean(|point| point.memory_bytes),
                    Resource::Network => mean(|point| point.network_rx + point.network_tx),
                    Resource::Disk | Resource::DiskIo => of_disk(latest, resource),
                }),
                seconds: count.min(SECONDS_OF_A_MINUTE),
            }
        })
    });
    minutes.collect()
}

fn of_disk(latest: &ContainerSample, resource: Resource) -> f64 {
    match resource {
        Resource::Disk => latest.writable_layer.map_or(0.0, |size| size.as_f64()),
        _ => f64::from(latest.block_read) + f64::from(latest.block_write),
    }
}
