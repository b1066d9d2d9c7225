//! One connection for each node: a newer one takes the place of the older.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use swarmmanager_units::NodeId;
use tokio::sync::oneshot;

#[derive(Debug, Default)]
struct Open {
    next: u64,
    by_node: HashMap<NodeId, (u64, oneshot::Sender<()>)>,
}

/// The open connections.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<Open>>);

/// A node's place among them.
pub(crate) struct Session {
    sessions: Sessions,
    node: NodeId,
    number: u64,
}

impl Sessions {
    /// Enters a node; the receiver fires when a newer connection has taken its place.
    pub(crate) fn enter(&self, node: &NodeId) -> (Session, oneshot::Receiver<()>) {
        let (displace, displaced) = oneshot::channel();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = open.next;
        open.next += 1;
        open.by_node.insert(node.clone(), (number, displace));
        (Session { sessions: self.clone(), node: node.clone(), number }, displaced)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let mut open = self.sessions.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.by_node.get(&self.node).is_some_and(|(number, _)| *number == self.number) {
            open.by_node.remove(&self.node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_connection_takes_the_place_of_the_older() {
        let sessions = Sessions::default();
        let node = NodeId::from("n");
        let (first, mut first_displaced) = sessions.enter(&node);
        assert!(first_displaced.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty));
        let (_second, mut second_displaced) = sessions.enter(&node);
        assert_eq!(first_displaced.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        drop(first);
        assert_eq!(second_displaced.try_recv(), Err(oneshot::error::TryRecvError::Empty));
    }
}
