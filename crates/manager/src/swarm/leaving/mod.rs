//! Nodes that give their instances away, leave the Swarm, and the Swarm's end.

mod destruction;
mod emptying;
mod removal;

use std::fmt::Write as _;
use std::time::Duration;

use swarmmanager_api::ItemState;
use swarmmanager_engine::Node;

use crate::executor::ExecuteError;
use crate::jobs::Run;
use crate::state::Manager;

pub(crate) use destruction::{DestroyError, destroy, plan};
pub(crate) use emptying::drain;
pub(crate) use removal::remove;

/// How long instances have to run elsewhere, unless somebody says otherwise.
const PATIENCE: Duration = Duration::from_secs(300);
/// Swarm does not announce what becomes of tasks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The nodes that those references name, each once, as Swarm has them now.
pub(crate) async fn named(manager: &Manager, references: &[String]) -> Result<Vec<Node>, ExecuteError> {
    let nodes = manager.host.engine.nodes().await.map_err(ExecuteError::ReadSwarm)?;
    let cluster = crate::cluster::Cluster { nodes, ..Default::default() };
    let mut found: Vec<Node> = Vec::new();
    for reference in references {
        let node = cluster.find_node(reference);
        let node = node.ok_or_else(|| ExecuteError::NoSuchNode { node: reference.clone() })?;
        if found.iter().all(|known| known.id != node.id) {
            found.push(node.clone());
        }
    }
    Ok(found)
}

fn patience(seconds: Option<u64>) -> Duration {
    seconds.map_or(PATIENCE, Duration::from_secs)
}

/// What a job on several nodes came to; an error where not all of them were done.
fn summary(run: &Run, all: usize, done: &str) -> Result<String, String> {
    let failed = run.count(ItemState::Failed);
    let mut words = format!("{} of {all} {} {done}", all - failed, plural(all, "node"));
    if failed > 0 {
        let _ = write!(words, "; {failed} failed");
    }
    if failed > 0 { Err(words) } else { Ok(words) }
}

/// `1 node`, `2 nodes`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
