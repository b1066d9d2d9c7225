//! How often Swarm lost a node. Pure.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use swarmmanager_engine::NodeState;
use swarmmanager_units::NodeId;
use tokio::time::Instant;

use crate::cluster::Cluster;

/// A node that was lost is trusted again once it stayed for so long.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);
/// Losses kept of a node; more say no more.
const MOST: usize = 100;

/// When Swarm lost which node.
#[derive(Default)]
pub(super) struct Losses {
    nodes: BTreeMap<NodeId, Seen>,
}

#[derive(Default)]
struct Seen {
    was_ready: bool,
    losses: VecDeque<Instant>,
}

impl Losses {
    /// Takes note of the nodes' states; of what is no node any more nothing is kept.
    pub(super) fn see(&mut self, cluster: &Cluster, now: Instant) {
        if cluster.error.is_some() {
            return;
        }
        let mut before = std::mem::take(&mut self.nodes);
        for node in &cluster.nodes {
            let mut seen = before.remove(&node.id).unwrap_or_default();
            let is_ready = node.state == NodeState::Ready;
            if seen.was_ready && !is_ready {
                seen.losses.push_back(now);
            }
            seen.was_ready = is_ready;
            if seen.losses.len() > MOST {
                seen.losses.pop_front();
            }
            self.nodes.insert(node.id.clone(), seen);
        }
    }

    /// How often a node was lost of late.
    pub(super) fn of(&self, node: &NodeId, now: Instant) -> u32 {
        let seen = self.nodes.get(node);
        let late = seen.map_or(0, |seen| {
            seen.losses.iter().filter(|lost| now.duration_since(**lost) <= REMEMBERED).count()
        });
        u32::try_from(late).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::cluster;

    #[test]
    fn each_loss_counts_once_and_for_a_day() {
        let (mut losses, begin) = (Losses::default(), Instant::now());
        let node = NodeId::from("n1");
        let mut cluster = cluster();
        for state in [NodeState::Ready, NodeState::Down, NodeState::Down, NodeState::Ready, NodeState::Down] {
            cluster.nodes[0].state = state;
            losses.see(&cluster, begin);
        }
        assert_eq!(losses.of(&node, begin), 2);
        assert_eq!(losses.of(&node, begin + REMEMBERED + Duration::from_secs(1)), 0);
        assert_eq!(losses.of(&NodeId::from("n2"), begin), 0);
    }

    #[test]
    fn a_swarm_that_cannot_be_read_lost_nothing_and_a_node_that_left_is_forgotten() {
        let (mut losses, begin) = (Losses::default(), Instant::now());
        let ready = cluster();
        losses.see(&ready, begin);
        losses.see(&Cluster { error: Some("no leader".into()), ..Cluster::default() }, begin);
        let mut down = ready;
        down.nodes[0].state = NodeState::Down;
        losses.see(&down, begin);
        assert_eq!(losses.of(&"n1".into(), begin), 1);
        losses.see(&Cluster::default(), begin);
        assert_eq!(losses.of(&"n1".into(), begin), 0);
    }
}
