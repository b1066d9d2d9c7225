//! One connection for each node: a newer one takes the place of the older, and goes on with what is left of the
//! node's quota.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swarmmanager_telemetry::Moment;
use swarmmanager_units::NodeId;
use tokio::sync::oneshot;

use crate::bucket::Bucket;

/// So many nodes are remembered before it is looked which of them can be forgotten.
const FEW: usize = 1024;

#[derive(Debug, Default)]
struct Nodes {
    next: u64,
    by_id: HashMap<NodeId, Node>,
    tidy_at: usize,
}

#[derive(Debug)]
struct Node {
    bucket: Arc<Mutex<Bucket>>,
    connection: Option<Connection>,
}

#[derive(Debug)]
struct Connection {
    number: u64,
    /// Dropped to end it.
    _hold: oneshot::Sender<()>,
}

/// The nodes that are connected, or were a moment ago.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<Nodes>>);

/// A node's place among them.
pub(crate) struct Session {
    sessions: Sessions,
    node: NodeId,
    number: u64,
}

/// What a node that entered is given.
pub(crate) struct Entered {
    pub(crate) session: Session,
    /// Completes when a newer connection has taken the place.
    pub(crate) displaced: oneshot::Receiver<()>,
    /// The same for every connection of the node, so that coming back is no way around it.
    pub(crate) bucket: Arc<Mutex<Bucket>>,
}

impl Sessions {
    /// Enters a node.
    pub(crate) fn enter(&self, node: &NodeId, now: Moment) -> Entered {
        let (hold, displaced) = oneshot::channel();
        let mut nodes = lock(&self.0);
        nodes.tidy(now);
        let number = nodes.next;
        nodes.next += 1;
        let entry = nodes
            .by_id
            .entry(node.clone())
            .or_insert_with(|| Node { bucket: Arc::new(Mutex::new(Bucket::full(now))), connection: None });
        entry.connection = Some(Connection { number, _hold: hold });
        let session = Session { sessions: self.clone(), node: node.clone(), number };
        Entered { session, displaced, bucket: Arc::clone(&entry.bucket) }
    }
}

impl Nodes {
    /// Forgets the nodes that are gone and whose bucket is full again, once there are many.
    fn tidy(&mut self, now: Moment) {
        if self.by_id.len() >= self.tidy_at.max(FEW) {
            self.by_id.retain(|_, node| node.connection.is_some() || !lock(&node.bucket).is_full(now));
            self.tidy_at = self.by_id.len() * 2;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(node) = lock(&self.sessions.0).by_id.get_mut(&self.node) {
            node.connection.take_if(|connection| connection.number == self.number);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oneshot::error::TryRecvError::{Closed, Empty};

    const NOW: Moment = Moment::from_millis(0);

    #[test]
    fn a_newer_connection_takes_the_place_of_the_older() {
        let sessions = Sessions::default();
        let node = NodeId::from("n");
        let mut first = sessions.enter(&node, NOW);
        assert_eq!(first.displaced.try_recv(), Err(Empty));
        let mut second = sessions.enter(&node, NOW);
        assert_eq!(first.displaced.try_recv(), Err(Closed));
        drop(first);
        assert_eq!(second.displaced.try_recv(), Err(Empty));
    }

    #[test]
    fn a_node_that_comes_back_has_what_was_left_of_its_quota() {
        let sessions = Sessions::default();
        let node = NodeId::from("n");
        let first = sessions.enter(&node, NOW);
        while lock(&first.bucket).take(NOW) {}
        drop(first);
        assert!(!lock(&sessions.enter(&node, NOW).bucket).take(NOW));
    }

    #[test]
    fn nodes_that_are_gone_are_forgotten() {
        let sessions = Sessions::default();
        let enter = |number: usize, now| sessions.enter(&NodeId::from(format!("n{number}")), now);
        let stays = enter(0, NOW);
        for number in 1..FEW {
            let entered = enter(number, NOW);
            lock(&entered.bucket).take(NOW);
        }
        let newest = enter(FEW, Moment::from_millis(10_000));
        assert_eq!(lock(&sessions.0).by_id.len(), 2);
        drop((stays, newest));
    }
}
