//! Nodes that join over SSH.

mod check;
mod key;
mod node;
mod program;
mod setup;

use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _};
use swarmmanager_api::{ItemState, Job, JobKind, JoinNode, SwarmJoin};
use swarmmanager_inventory::called;
use swarmmanager_ssh::{Credentials, NewHostKeys, OwnKey, Target};

use super::leaving::counted;
use crate::cluster::chain;
use crate::executor::ExecuteError;
use crate::jobs::{NewItem, Run};
use crate::state::Manager;

pub(crate) use check::check;
pub(super) use key::forget_key;
use node::{Joined, Joining};

/// Nodes that join at once unless somebody says otherwise.
const AT_ONCE: u32 = 8;
/// More would only wait for each other.
const MOST_AT_ONCE: u32 = 64;

/// Begins to join nodes. `nodes` are those of the request, its inventory as well.
pub(crate) async fn join(
    manager: &Manager,
    nodes: Vec<JoinNode>,
    wanted: &SwarmJoin,
    by: &str,
) -> Result<Job, ExecuteError> {
    manager.executor.check_leading().await?;
    let items =
        nodes.iter().map(|node| NewItem::new(called(node)).detail(target(node).to_string())).collect();
    let at_once = wanted.parallel.unwrap_or(AT_ONCE).clamp(1, MOST_AT_ONCE) as usize;
    let accepted = new_host_keys(wanted);
    let install_engine = wanted.install_engine;
    let agent = Arc::default();
    let work = manager.clone();
    let title = format!("Join {}", counted(nodes.len(), "node"));
    Ok(manager.host.jobs.start(JobKind::Join, title, by, items, move |run| async move {
        let all = nodes.len();
        stream::iter(nodes.into_iter().enumerate())
            .for_each_concurrent(at_once, |(item, wanted)| {
                let joining = Joining {
                    manager: work.clone(),
                    accepted: accepted(&wanted),
                    wanted,
                    install_engine,
                    agent: Arc::clone(&agent),
                    run: run.clone(),
                    item,
                };
                async move {
                    let run = joining.run.clone();
                    match joining.join().await {
                        Ok(Joined::Now(message)) => run.done(item, message),
                        Ok(Joined::Before(message)) => run.skip(item, message),
                        Err(error) => run.fail(item, chain(&error)),
                    }
                }
            })
            .await;
        work.read_again().await;
        result(&run, all)
    }))
}

fn result(run: &Run, all: usize) -> Result<String, String> {
    let joined = run.count(ItemState::Done);
    let mut words = vec![format!("{joined} of {} joined", counted(all, "node"))];
    for (state, what) in [(ItemState::Skipped, "in the Swarm before"), (ItemState::Failed, "failed")] {
        let count = run.count(state);
        if count > 0 {
            words.push(format!("{count} {what}"));
        }
    }
    let words = words.join("; ");
    if run.count(ItemState::Failed) > 0 { Err(words) } else { Ok(words) }
}

/// What each node's unknown host key is compared with.
fn new_host_keys(wanted: &SwarmJoin) -> impl Fn(&JoinNode) -> NewHostKeys + Send + 'static {
    let (all, accepted) = (wanted.accept_new_host_keys, wanted.accepted_host_keys.clone());
    move |node| {
        if all {
            return NewHostKeys::Accept;
        }
        let of_node = accepted.iter().filter(|key| key.address == node.address && key.port == node.port);
        NewHostKeys::AcceptThese(of_node.map(|key| key.fingerprint.clone()).collect())
    }
}

fn target(node: &JoinNode) -> Target {
    Target { address: node.address.clone(), port: node.port, user: node.user.clone() }
}

/// What the user proves themselves with; the own key is tried as well, so that a second run needs nothing else.
fn credentials(node: &JoinNode, own_key: &OwnKey) -> Credentials {
    let text = |secret: &Option<swarmmanager_api::SecretText>| {
        secret.as_ref().map(|secret| secret.reveal().to_owned())
    };
    Credentials {
        agent_socket: node.auth.agent_socket.as_ref().map(Into::into),
        private_key: text(&node.auth.private_key),
        passphrase: text(&node.auth.passphrase),
        password: text(&node.auth.password),
        own_key: Some(own_key.clone()),
    }
}
