//! Swarm's state as this manager last read it, kept fresh.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use swarmmanager_engine::{Engine, EngineError, Node, Service, Task};
use swarmmanager_units::NodeId;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::clock::unix_ms;
use crate::service::{ManagedService, managed_services};

/// Swarm announces changes of services and nodes, but not of tasks, so those are asked for.
const REFRESH_EVERY: Duration = Duration::from_secs(1);
/// Reading may take at most this share of the time, so that a large Swarm is not kept busy by being asked.
const SHARE_OF_TIME: u32 = 10;
/// Without a leader Swarm's calls hang; then the last state is kept and marked.
const READ_TIMEOUT: Duration = Duration::from_secs(3);
/// Announcements come in groups; one reading answers them all.
const GATHER: Duration = Duration::from_millis(50);

const NOT_READ: &str = "Swarm's state has not been read yet";

/// One reading of Swarm's state.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cluster {
    /// When it was read; 0 before the first.
    pub(crate) as_of_unix_ms: i64,
    /// Why it could not be read since then.
    pub(crate) error: Option<String>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) services: Vec<Service>,
    pub(crate) tasks: Vec<Task>,
}

impl Cluster {
    /// Our services, by name.
    pub(crate) fn managed(&self) -> BTreeMap<String, ManagedService> {
        managed_services(&self.services)
    }

    /// The leader's hostname.
    pub(crate) fn leader_hostname(&self) -> Option<String> {
        self.nodes.iter().find(|node| node.leader).map(|node| node.hostname.clone())
    }

    /// Whether that node leads.
    pub(crate) fn is_leader(&self, id: &NodeId) -> bool {
        self.nodes.iter().any(|node| node.leader && node.id == *id)
    }

    /// A node by id, unique prefix of its id, or hostname.
    pub(crate) fn find_node(&self, reference: &str) -> Option<&Node> {
        let by_name = || self.nodes.iter().find(|node| node.hostname == reference);
        let exact = self.nodes.iter().find(|node| node.id.as_str() == reference).or_else(by_name);
        exact.or_else(|| {
            let mut matching = self.nodes.iter().filter(|node| node.id.as_str().starts_with(reference));
            matching.next().filter(|_| !reference.is_empty() && matching.next().is_none())
        })
    }
}

/// Gives the latest reading, and asks for a new one.
#[derive(Clone)]
pub(crate) struct ClusterWatch {
    latest: watch::Receiver<Arc<Cluster>>,
    wanted: mpsc::Sender<()>,
}

impl ClusterWatch {
    /// The latest reading.
    pub(crate) fn latest(&self) -> Arc<Cluster> {
        Arc::clone(&self.latest.borrow())
    }

    /// Waits for the next reading.
    pub(crate) async fn changed(&mut self) -> Result<(), watch::error::RecvError> {
        self.latest.changed().await
    }

    /// Asks for a reading now rather than at the next turn.
    pub(crate) fn refresh(&self) {
        // A full queue means that one is on its way.
        let _ = self.wanted.try_send(());
    }
}

/// Begins to keep Swarm's state fresh, until the returned future is dropped.
pub(crate) fn watch_cluster(engine: Engine) -> (ClusterWatch, impl Future<Output = ()>) {
    let (latest_in, latest) =
        watch::channel(Arc::new(Cluster { error: Some(NOT_READ.to_owned()), ..Cluster::default() }));
    let (wanted, mut wanted_out) = mpsc::channel(1);
    let watch = ClusterWatch { latest, wanted: wanted.clone() };
    let refreshing = {
        let engine = engine.clone();
        async move {
            loop {
                let began = Instant::now();
                let previous = Arc::clone(&latest_in.borrow());
                latest_in.send_replace(Arc::new(read(&engine, &previous).await));
                let rest = REFRESH_EVERY.max(began.elapsed() * SHARE_OF_TIME);
                tokio::select! {
                    () = sleep_until(began + rest) => {}
                    _ = wanted_out.recv() => sleep_until(Instant::now() + GATHER).await,
                }
                while wanted_out.try_recv().is_ok() {}
            }
        }
    };
    let work = async move {
        tokio::join!(refreshing, follow_events(engine, wanted));
    };
    (watch, work)
}

async fn read(engine: &Engine, previous: &Cluster) -> Cluster {
    let reading = async { tokio::try_join!(engine.nodes(), engine.services(), engine.tasks()) };
    let failed = |error: String| {
        if previous.error.as_deref() != Some(&*error) {
            tracing::warn!(error, "Swarm's state cannot be read; the last one is kept");
        }
        Cluster { error: Some(error), ..previous.clone() }
    };
    match timeout(READ_TIMEOUT, reading).await {
        Ok(Ok((nodes, services, tasks))) => {
            Cluster { as_of_unix_ms: unix_ms(), error: None, nodes, services, tasks }
        }
        Ok(Err(error)) => failed(chain(&error)),
        Err(_) => {
            failed(format!("Swarm did not answer within {} s; it may have no leader", READ_TIMEOUT.as_secs()))
        }
    }
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

async fn follow_events(engine: Engine, wanted: mpsc::Sender<()>) {
    loop {
        match engine.events().await {
            Ok(mut events) => {
                while let Some(Ok(event)) = events.next().await {
                    if event.is_about_swarm() {
                        let _ = wanted.try_send(());
                    }
                }
            }
            Err(EngineError::NotASwarmManager { .. }) => {}
            Err(error) => tracing::debug!(error = chain(&error), "events cannot be followed"),
        }
        sleep_until(Instant::now() + REFRESH_EVERY).await;
    }
}
