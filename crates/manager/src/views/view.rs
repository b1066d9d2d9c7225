//! What is known at one moment.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use swarmmanager_units::NodeId;

use super::reservations::{Reserved, reserved_on};
use crate::cluster::Cluster;
use crate::journal::Journal;
use crate::measurements::Measurements;
use crate::service::ManagedService;

/// Swarm's state and the measurements at one moment: what answers are made from. What several answers need is worked
/// out once, when the first asks for it.
pub(crate) struct View {
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) measurements: Measurements,
    pub(crate) journal: Journal,
    managed: OnceLock<BTreeMap<String, ManagedService>>,
    reserved: OnceLock<BTreeMap<NodeId, Reserved>>,
}

impl View {
    /// What these say.
    pub(crate) fn new(cluster: Arc<Cluster>, measurements: Measurements, journal: Journal) -> Self {
        Self { cluster, measurements, journal, managed: OnceLock::new(), reserved: OnceLock::new() }
    }

    /// Our services, by name.
    pub(super) fn managed(&self) -> &BTreeMap<String, ManagedService> {
        self.managed.get_or_init(|| self.cluster.managed())
    }

    /// What is promised on every node.
    pub(super) fn reserved(&self) -> &BTreeMap<NodeId, Reserved> {
        self.reserved.get_or_init(|| {
            reserved_on(&self.cluster, self.managed(), |node| self.measurements.per_core(node))
        })
    }
}
