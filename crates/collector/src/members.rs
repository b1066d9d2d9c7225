//! Which nodes are in the Swarm: a node that was removed still has a valid certificate.

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use swarmmanager_units::NodeId;

/// The nodes of the Swarm, kept by whoever reads Swarm's state. Until they are known every certificate is good.
#[derive(Debug, Clone, Default)]
pub struct Members(Arc<ArcSwapOption<HashSet<NodeId>>>);

impl Members {
    /// From now on only these are members.
    pub fn set(&self, nodes: HashSet<NodeId>) {
        self.0.store(Some(Arc::new(nodes)));
    }

    /// Whether that node is one, as far as is known.
    pub fn contains(&self, node: &NodeId) -> bool {
        self.0.load().as_ref().is_none_or(|nodes| nodes.contains(node))
    }
}
