//! How a node was used of late, for placement.

use swarmmanager_placement::{Percentiles, ResourceUsage, Usage};
use swarmmanager_telemetry::{NodeHistory, Resource, Statistics, percentile};
use swarmmanager_units::NodeId;

use super::{MEAN_SECONDS, Measurements};

/// A node that became busy counts as busy after so many seconds; one that became idle only once the longer mean says so.
const RISE_SECONDS: usize = 5;
/// Seconds that movement is taken over, as in the original.
const MOVEMENT_SECONDS: usize = 61;
/// Minutes that the distribution is taken over.
const MINUTES: usize = 60;
/// As long as there are fewer minutes, it is taken over the last seconds.
const FEW_MINUTES: usize = 5;
const SECONDS: usize = 300;

impl Measurements {
    /// How a node was used of late; `None` where it never reported.
    pub(crate) fn usage(&self, node: &NodeId) -> Option<Usage> {
        self.read(node, |history| {
            let sample = &history.latest()?.node;
            Some(Usage {
                cpu: usage(history, Resource::Cpu, sample.cpu_capacity.get())?,
                memory: usage(history, Resource::Memory, sample.memory_total.as_f64())?,
                disk: usage(history, Resource::Disk, sample.disk_total.as_f64())?,
                // What a disk reads and writes as a whole is not reported.
                disk_io: ResourceUsage::default(),
                // What the network carries is not known, and shares of it with that.
                network: usage(history, Resource::Network, 0.0)?,
            })
        })
    }
}

fn usage(history: &NodeHistory, resource: Resource, capacity: f64) -> Option<ResourceUsage> {
    let mean = |seconds| Some(history.statistics(resource, seconds)?.mean);
    let movement = history.statistics(resource, MOVEMENT_SECONDS)?;
    let share = |step: f64| if capacity > 0.0 { step / capacity } else { 0.0 };
    let minutes: Vec<f64> = history.last_minutes(MINUTES).map(|point| point.of(resource)).collect();
    let values = if minutes.len() >= FEW_MINUTES {
        minutes
    } else {
        history.last_seconds(SECONDS).map(|point| point.of(resource)).collect()
    };
    let at = |share| percentile(values.iter().copied(), share).unwrap_or(0.0);
    Some(ResourceUsage {
        mean: f64::max(mean(MEAN_SECONDS)?, mean(RISE_SECONDS)?),
        abs_change: share(movement.mean_step),
        trend: share(movement.drift),
        deviation: Statistics::of(values.iter().copied()).map_or(0.0, |all| all.variance.sqrt()),
        percentiles: Percentiles { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) },
    })
}
