//! Keeps the measurements to nodes that are in the Swarm: one that was removed still has a valid certificate.

use std::collections::HashSet;

use swarmmanager_collector::Members;

use crate::cluster::ClusterWatch;
use crate::measurements::Measurements;

/// Runs until dropped.
pub(crate) async fn follow(mut cluster: ClusterWatch, measurements: Measurements, members: Members) {
    while cluster.changed().await.is_ok() {
        let latest = cluster.latest();
        if latest.error.is_some() {
            continue;
        }
        let nodes: HashSet<_> = latest.nodes.iter().map(|node| node.id.clone()).collect();
        measurements.retain(|node| nodes.contains(node));
        members.set(nodes);
    }
}
