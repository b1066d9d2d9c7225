//! What every instance, and the rest of every node, was seen to use: learned from the measurements minute by minute, for
//! placement to build on.
//!
//! Kept in memory, by the manager's own measurements: one that takes the lead has what it measured itself, and one that
//! starts anew has learned the essentials after three minutes.

mod learned;
mod losses;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use swarmmanager_placement::{Load, PerResource};
use swarmmanager_units::NodeId;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::cluster::{Cluster, ClusterWatch};
use crate::measurements::Measurements;
use crate::service::InstanceService;
use learned::Learned;
pub(crate) use learned::demanded;
use losses::Losses;

/// How often something is learned.
const STEP: Duration = Duration::from_secs(60);

/// What was learned. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Profiles {
    learned: Arc<Mutex<Learned>>,
    losses: Arc<Mutex<Losses>>,
}

impl Profiles {
    /// What an instance uses in the long run: by its demand where it is hardly known.
    pub(crate) fn usual(&self, part: &InstanceService, demand: &PerResource<f64>) -> Load {
        lock(&self.learned).usual(&part.swarm.id, demand)
    }

    /// What an instance was seen to use; `None` where it is hardly known.
    pub(crate) fn known(&self, part: &InstanceService) -> Option<Load> {
        lock(&self.learned).known(&part.swarm.id)
    }

    /// What any of these instances uses; `None` where none is known.
    pub(crate) fn siblings<'a>(&self, parts: impl IntoIterator<Item = &'a InstanceService>) -> Option<Load> {
        lock(&self.learned).siblings(parts.into_iter().map(|part| &*part.swarm.id))
    }

    /// What an instance uses of which nothing is known but its demand.
    pub(crate) fn newcomer(&self, demand: &PerResource<f64>) -> Load {
        lock(&self.learned).newcomer(demand)
    }

    /// What a node uses beside our instances; `None` where that is hardly known.
    pub(crate) fn background(&self, node: &NodeId) -> Option<Load> {
        lock(&self.learned).background(node)
    }

    /// How often Swarm lost a node within the last day.
    pub(crate) fn losses(&self, node: &NodeId) -> u32 {
        lock(&self.losses).of(node, Instant::now())
    }

    /// Learns from the last minute.
    pub(crate) fn learn(&self, cluster: &Cluster, measurements: &Measurements) {
        lock(&self.learned).take(cluster, |node| measurements.minute(node));
    }
}

/// Learns until dropped.
pub(crate) async fn follow(mut cluster: ClusterWatch, measurements: Measurements) {
    let profiles = measurements.profiles().clone();
    let mut steps = interval(STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = steps.tick() => profiles.learn(&cluster.latest(), &measurements),
            changed = cluster.changed() => match changed {
                Ok(()) => lock(&profiles.losses).see(&cluster.latest(), Instant::now()),
                Err(_) => return,
            },
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
