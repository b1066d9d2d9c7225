//! The histories of all nodes, written by many connections and read by many others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use swarmmanager_units::NodeId;

use crate::NodeHistory;

/// The histories of all nodes. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    nodes: Arc<RwLock<HashMap<NodeId, Arc<Mutex<NodeHistory>>>>>,
}

impl Fleet {
    /// The history of a node, to write to; made where there is none yet. Keep it as long as the node's connection.
    pub fn enter(&self, node: &NodeId) -> Arc<Mutex<NodeHistory>> {
        if let Some(history) = self.nodes.read().unwrap_or_else(PoisonError::into_inner).get(node) {
            return Arc::clone(history);
        }
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(nodes.entry(node.clone()).or_default())
    }

    /// Reads the history of a node; `None` where it never reported.
    pub fn read<T>(&self, node: &NodeId, read: impl FnOnce(&NodeHistory) -> T) -> Option<T> {
        let history = self.nodes.read().unwrap_or_else(PoisonError::into_inner).get(node).map(Arc::clone)?;
        let history = history.lock().unwrap_or_else(PoisonError::into_inner);
        Some(read(&history))
    }

    /// Forgets all nodes but these.
    pub fn retain(&self, keep: impl Fn(&NodeId) -> bool) {
        self.nodes.write().unwrap_or_else(PoisonError::into_inner).retain(|node, _| keep(node));
    }
}
