//! What is known of a node from its last samples.

use std::collections::VecDeque;

use swarmmanager_placement::{PerResource, Percentiles, Resource, ResourceUsage, Usage};

/// Samples that a node's use is described by: an hour of 300 s each.
const SAMPLES: usize = 12;

/// The last samples of a node.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    samples: VecDeque<PerResource<f64>>,
}

impl Window {
    pub(super) fn push(&mut self, sample: PerResource<f64>) {
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// How the node is used of late. The mean is that of the last step.
    pub(super) fn usage(&self, capacity: &PerResource<f64>) -> Usage {
        let of = |resource| self.usage_of(resource, capacity[resource]);
        Usage {
            cpu: of(Resource::Cpu),
            memory: of(Resource::Memory),
            disk: of(Resource::Disk),
            disk_io: of(Resource::DiskIo),
            network: of(Resource::Network),
        }
    }

    fn usage_of(&self, resource: Resource, capacity: f64) -> ResourceUsage {
        let values: Vec<f64> = self.samples.iter().map(|sample| sample[resource]).collect();
        let count = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let share = |sum: f64| {
            if steps.is_empty() || capacity <= 0.0 { 0.0 } else { sum / steps.len() as f64 / capacity }
        };
        ResourceUsage {
            mean: values.last().copied().unwrap_or(0.0),
            abs_change: share(steps.iter().map(|step| step.abs()).sum()),
            trend: share(steps.iter().sum()),
            deviation: variance.sqrt(),
            percentiles: percentiles(values),
        }
    }
}

/// By the nearest rank.
fn percentiles(mut values: Vec<f64>) -> Percentiles {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let rank = (share * values.len() as f64).ceil() as usize;
        values.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
    };
    Percentiles { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) }
}
