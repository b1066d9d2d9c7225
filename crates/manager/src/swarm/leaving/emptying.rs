//! Takes everything off a node: our instances first, each once its successor runs, then what else Swarm has there.

use std::collections::BTreeSet;

use swarmmanager_api::{Availability, Job, JobKind, NodeUpdate, NodesDrain};
use swarmmanager_engine::{self as engine, Node, NodeState, TaskState};
use swarmmanager_units::NodeId;
use tokio::time::{Duration, Instant, sleep_until};

use super::{LOOK_EVERY, counted, named, patience, summary};
use crate::cluster::chain;
use crate::executor::{Evacuation, ExecuteError};
use crate::jobs::{NewItem, Run};
use crate::state::Manager;

/// Why a node was not emptied.
#[derive(Debug, thiserror::Error)]
pub(super) enum EmptyingError {
    #[error(transparent)]
    Swarm(#[from] ExecuteError),
    #[error("{}; the node takes nothing new and the rest stays where it is", stuck(.0))]
    Stuck(Vec<(String, String)>),
    #[error(
        "{} did not run elsewhere within {} s and stays here; the node takes nothing new",
        .leaving.join(", "), .within.as_secs()
    )]
    TooLate { leaving: Vec<String>, within: Duration },
}

/// Begins to drain those nodes.
pub(crate) async fn drain(manager: &Manager, wanted: NodesDrain, by: &str) -> Result<Job, ExecuteError> {
    manager.executor.check_leading().await?;
    let nodes = named(manager, &wanted.nodes).await?;
    let items = nodes.iter().map(|node| NewItem::new(&node.hostname).detail(node.id.to_string())).collect();
    let (work, asker) = (manager.clone(), by.to_owned());
    let title = format!("Drain {}", counted(nodes.len(), "node"));
    Ok(manager.host.jobs.start(JobKind::Drain, title, by, items, |run| async move {
        let within = patience(wanted.timeout_s);
        let closed: BTreeSet<NodeId> = nodes.iter().map(|node| node.id.clone()).collect();
        let emptying = Emptying { manager: &work, run: &run, closed: &closed, within, by: &asker };
        emptying.pause_all(&nodes).await;
        for (item, node) in nodes.iter().enumerate().filter(|(item, _)| !run.is_over(*item)) {
            match emptying.empty(item, node).await {
                Ok(moved) => run.done(item, format!("drained; {} moved", counted(moved, "instance"))),
                Err(error) => run.fail(item, chain(&error)),
            }
        }
        // Whoever looks next sees what was said.
        work.read_again().await;
        summary(&run, nodes.len(), "drained")
    }))
}

/// What is known while nodes are emptied.
pub(super) struct Emptying<'a> {
    pub(super) manager: &'a Manager,
    pub(super) run: &'a Run,
    /// The nodes that take nothing.
    pub(super) closed: &'a BTreeSet<NodeId>,
    pub(super) within: Duration,
    pub(super) by: &'a str,
}

impl Emptying<'_> {
    /// Lets nothing new onto any of them, so that nothing moves from one to the other.
    pub(super) async fn pause_all(&self, nodes: &[Node]) {
        let active = |node: &&Node| node.availability == engine::Availability::Active;
        for (item, node) in nodes.iter().enumerate() {
            if !self.run.is_over(item) && active(&node) {
                self.run.step(item, "pausing");
                if let Err(error) = self.set(node, Availability::Pause).await {
                    self.run.fail(item, chain(&error));
                }
            }
        }
    }

    /// Empties a node that is paused, and drains it; gives how many instances of ours moved.
    pub(super) async fn empty(&self, item: usize, node: &Node) -> Result<usize, EmptyingError> {
        let until = Instant::now() + self.within;
        let mut moved = BTreeSet::new();
        loop {
            let executor = &self.manager.executor;
            let left = executor.evacuate(&node.id, self.closed, &mut moved, Some(self.by)).await?;
            if left.is_over() {
                break;
            }
            if left.leaving.is_empty() {
                return Err(EmptyingError::Stuck(left.stuck));
            }
            if Instant::now() >= until {
                let back = executor.call_back(&node.id, &moved).await?;
                tracing::warn!(node = node.hostname, ?back, "not emptied in time");
                return Err(EmptyingError::TooLate { leaving: left.leaving, within: self.within });
            }
            self.run.step(item, waiting_for(&left));
            sleep_until(Instant::now() + LOOK_EVERY).await;
        }
        self.run.step(item, "draining");
        self.set(node, Availability::Drain).await?;
        self.wait_for_the_rest(item, node, until).await?;
        Ok(moved.len())
    }

    /// Swarm takes its own tasks off a drained node. One that is down never says so.
    async fn wait_for_the_rest(&self, item: usize, node: &Node, until: Instant) -> Result<(), EmptyingError> {
        if node.state != NodeState::Ready {
            return Ok(());
        }
        loop {
            let tasks = self.manager.host.engine.tasks().await.map_err(ExecuteError::ReadSwarm)?;
            // Also those that were told to stop, until they have.
            let here = tasks.iter().filter(|task| task.node_id.as_ref() == Some(&node.id));
            let left = here.filter(|task| task.state <= TaskState::Running).count();
            if left == 0 {
                return Ok(());
            }
            if Instant::now() >= until {
                let leaving = vec![counted(left, "task")];
                return Err(EmptyingError::TooLate { leaving, within: self.within });
            }
            self.run.step(item, format!("waiting for {} to stop", counted(left, "task")));
            sleep_until(Instant::now() + LOOK_EVERY).await;
        }
    }

    pub(super) async fn set(&self, node: &Node, availability: Availability) -> Result<(), ExecuteError> {
        let update = NodeUpdate { availability: Some(availability), ..NodeUpdate::default() };
        let until = Instant::now() + self.within;
        loop {
            match self.manager.executor.update_node(node.id.as_str(), &update).await {
                // It arrives, and then the node may be changed.
                Err(ExecuteError::Moving { .. }) if Instant::now() < until => {
                    sleep_until(Instant::now() + LOOK_EVERY).await;
                }
                done => return done,
            }
        }
    }
}

fn waiting_for(left: &Evacuation) -> String {
    format!("waiting for {} to run elsewhere", left.leaving.join(", "))
}

fn stuck(stuck: &[(String, String)]) -> String {
    let said: Vec<String> = stuck.iter().map(|(name, reason)| format!("{name}: {reason}")).collect();
    said.join("; ")
}
