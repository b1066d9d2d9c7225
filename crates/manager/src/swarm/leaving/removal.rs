//! Takes nodes out of the Swarm: empties them, has them leave over SSH, and removes them from Swarm's list.

use std::collections::BTreeSet;
use std::time::Duration;

use swarmmanager_api::{Availability, Job, JobKind, NodeUpdate, NodesRemove, Role};
use swarmmanager_engine::{self as engine, EngineError, Node, NodeState};
use swarmmanager_units::NodeId;
use tokio::time::{Instant, sleep_until};

use super::emptying::{Emptying, EmptyingError};
use super::{LOOK_EVERY, counted, named, patience, summary};
use crate::cluster::chain;
use crate::executor::ExecuteError;
use crate::jobs::{NewItem, Run};
use crate::state::Manager;
use crate::swarm::remote::RemoteError;

/// A manager that is demoted becomes a worker within seconds, or not at all.
const DEMOTION: Duration = Duration::from_secs(60);
/// A node that left says so, and is down when it did not say so within three heartbeats.
const GONE: Duration = Duration::from_secs(30);

/// Why a node was not removed.
#[derive(Debug, thiserror::Error)]
enum RemovalError {
    #[error("this is the manager's own host; 'swarm-manager swarm leave' takes it out, on the host itself")]
    Own,
    #[error(transparent)]
    Swarm(#[from] ExecuteError),
    #[error(transparent)]
    Emptying(#[from] EmptyingError),
    #[error("it is no worker yet {} s after it was demoted; nothing else was done", DEMOTION.as_secs())]
    StillManager,
    #[error(
        "it was drained, but cannot be told to leave; run 'docker swarm leave' on it and try again, or remove it with \
         --force"
    )]
    Leave(#[source] RemoteError),
    #[error("it was drained and left, but Swarm did not take it off its list")]
    Remove(#[source] EngineError),
}

/// Begins to remove those nodes.
pub(crate) async fn remove(manager: &Manager, wanted: NodesRemove, by: &str) -> Result<Job, ExecuteError> {
    manager.executor.check_leading().await?;
    let nodes = named(manager, &wanted.nodes).await?;
    let items = nodes.iter().map(|node| NewItem::new(&node.hostname).detail(node.id.to_string())).collect();
    let (work, asker) = (manager.clone(), by.to_owned());
    let title = format!("Remove {}", counted(nodes.len(), "node"));
    Ok(manager.host.jobs.start(JobKind::Remove, title, by, items, |run| async move {
        let closed: BTreeSet<NodeId> = nodes.iter().map(|node| node.id.clone()).collect();
        let within = patience(wanted.timeout_s);
        let emptying = Emptying { manager: &work, run: &run, closed: &closed, within, by: &asker };
        let removal = Removal { manager: &work, run: &run, emptying: &emptying, force: wanted.force };
        for (item, node) in nodes.iter().enumerate() {
            if let Err(error) = removal.begin(item, node).await {
                run.fail(item, chain(&error));
            }
        }
        emptying.pause_all(&nodes).await;
        for (item, node) in nodes.iter().enumerate().filter(|(item, _)| !run.is_over(*item)) {
            match removal.finish(item, node).await {
                Ok(message) => run.done(item, message),
                Err(error) => run.fail(item, chain(&error)),
            }
        }
        work.read_again().await;
        summary(&run, nodes.len(), "removed")
    }))
}

struct Removal<'a> {
    manager: &'a Manager,
    run: &'a Run,
    emptying: &'a Emptying<'a>,
    force: bool,
}

impl Removal<'_> {
    /// Makes sure that the node may go, and that it is a worker.
    async fn begin(&self, item: usize, node: &Node) -> Result<(), RemovalError> {
        if node.id == self.manager.node {
            return Err(RemovalError::Own);
        }
        if node.role == engine::Role::Worker {
            return Ok(());
        }
        self.run.step(item, "demoting");
        let update = NodeUpdate { role: Some(Role::Worker), ..NodeUpdate::default() };
        self.manager.executor.update_node(node.id.as_str(), &update).await?;
        // A manager that is down never learns of it, and may go as it is.
        if node.state != NodeState::Ready {
            return Ok(());
        }
        let until = Instant::now() + DEMOTION;
        loop {
            let now =
                self.manager.host.engine.node(node.id.as_str()).await.map_err(ExecuteError::ReadSwarm)?;
            if now.reachability.is_none() {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(RemovalError::StillManager);
            }
            sleep_until(Instant::now() + LOOK_EVERY).await;
        }
    }

    async fn finish(&self, item: usize, node: &Node) -> Result<String, RemovalError> {
        let mut said = vec!["removed".to_owned()];
        match self.emptying.empty(item, node).await {
            Ok(0) => {}
            Ok(moved) => said.push(format!("{} moved", counted(moved, "instance"))),
            Err(error @ EmptyingError::Swarm(_)) => return Err(error.into()),
            Err(error) if !self.force => return Err(error.into()),
            Err(_) => {
                let waiting = self.manager.executor.unpin_from(&node.id).await?;
                said.push(format!("{} placed anew once a node fits", waiting.join(", ")));
                self.emptying.set(node, Availability::Drain).await?;
            }
        }
        let mut session = None;
        if node.state == NodeState::Ready {
            self.run.step(item, "leaving the Swarm");
            match self.manager.remote().have_leave(node).await {
                Ok(open) => {
                    session = Some(open);
                    self.wait_until_gone(node).await?;
                }
                Err(error) if self.force => said.push(format!("not told to leave: {}", chain(&error))),
                Err(error) => return Err(RemovalError::Leave(error)),
            }
        }
        self.run.step(item, "taking it off Swarm's list");
        let engine = &self.manager.host.engine;
        self.manager.executor.check_leading().await?;
        match engine.node_remove(&node.id, true).await {
            Ok(()) | Err(EngineError::NotFound { .. }) => {}
            Err(error) => return Err(RemovalError::Remove(error)),
        }
        if let Some(session) = session {
            self.manager.remote().forget(&session, &node.hostname).await;
        }
        Ok(said.join("; "))
    }

    /// Waits until Swarm knows that the node left; it may be removed by force after that.
    async fn wait_until_gone(&self, node: &Node) -> Result<(), RemovalError> {
        let until = Instant::now() + GONE;
        while Instant::now() < until {
            match self.manager.host.engine.node(node.id.as_str()).await {
                Ok(now) if now.state == NodeState::Ready => sleep_until(Instant::now() + LOOK_EVERY).await,
                Ok(_) | Err(EngineError::NotFound { .. }) => return Ok(()),
                Err(error) => return Err(ExecuteError::ReadSwarm(error).into()),
            }
        }
        Ok(())
    }
}
