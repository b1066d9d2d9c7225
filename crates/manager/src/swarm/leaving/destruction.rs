//! The Swarm's end: every worker leaves, then every manager, then this host.

use futures_util::stream::{self, StreamExt as _};
use swarmmanager_api::{DestroyPlan, ItemState, Job, JobKind, LeavingNode, Role, SwarmDestroy};
use swarmmanager_engine::{self as engine, EngineError, Node, NodeState};

use super::counted;
use crate::cluster::chain;
use crate::executor::ExecuteError;
use crate::jobs::{NewItem, Run};
use crate::service::managed_services;
use crate::state::Manager;
use crate::swarm::remote;

/// Nodes that are told to leave at once.
const AT_ONCE: usize = 8;

/// Why the Swarm is not ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DestroyError {
    /// Not by this manager, or Swarm does not answer.
    #[error(transparent)]
    Swarm(#[from] ExecuteError),
    /// Somebody means another Swarm.
    #[error("this Swarm is called {name}, not {typed:?}; nothing was done. Type its name, or use --force")]
    Name {
        /// What it is called.
        name: String,
        /// What was typed.
        typed: String,
    },
}

/// What ending the Swarm would do.
pub(crate) async fn plan(manager: &Manager) -> Result<DestroyPlan, EngineError> {
    let engine = &manager.host.engine;
    let (settings, nodes, services) =
        tokio::try_join!(engine.swarm_inspect(), engine.nodes(), engine.services())?;
    Ok(DestroyPlan {
        name: crate::swarm::name(&settings),
        nodes: in_order(manager, nodes).iter().map(|node| leaving(manager, node)).collect(),
        services: managed_services(&services).into_keys().chain(foreign(&services)).collect(),
    })
}

/// Begins to end the Swarm.
pub(crate) async fn destroy(manager: &Manager, wanted: &SwarmDestroy, by: &str) -> Result<Job, DestroyError> {
    manager.executor.check_leading().await?;
    let engine = &manager.host.engine;
    let settings = engine.swarm_inspect().await.map_err(ExecuteError::ReadSwarm)?;
    let name = crate::swarm::name(&settings);
    if !wanted.force && wanted.name != name {
        return Err(DestroyError::Name { name, typed: wanted.name.clone() });
    }
    let nodes = in_order(manager, engine.nodes().await.map_err(ExecuteError::ReadSwarm)?);
    let items = nodes.iter().map(|node| NewItem::new(&node.hostname).detail(node.address.clone())).collect();
    let work = manager.clone();
    let title = format!("End the Swarm {name}");
    let job = manager.host.jobs.start(JobKind::Destroy, title, by, items, |run| async move {
        let numbered: Vec<(usize, Node)> = nodes.into_iter().enumerate().collect();
        let of = |role| numbered.iter().filter(move |(_, node)| node.role == role);
        for role in [engine::Role::Worker, engine::Role::Manager] {
            let others = of(role).filter(|(_, node)| node.id != work.node);
            let leave = |(item, node): &(usize, Node)| {
                let (work, run, item, node) = (work.clone(), run.clone(), *item, node.clone());
                async move { have_leave(&work, &run, item, &node).await }
            };
            let all: Vec<_> = others.map(leave).collect();
            stream::iter(all).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
        }
        for (item, _) in numbered.iter().filter(|(_, node)| node.id == work.node) {
            run.step(*item, "leaving");
            match work.host.engine.swarm_leave(true).await {
                Ok(()) => run.done(*item, "left; this host"),
                Err(error) => run.fail(*item, chain(&error)),
            }
        }
        result(&run, &name, numbered.len())
    });
    Ok(job)
}

async fn have_leave(manager: &Manager, run: &Run, item: usize, node: &Node) {
    if node.state != NodeState::Ready {
        run.fail(item, "it is down; when it is back, run 'docker swarm leave --force' on it");
        return;
    }
    run.step(item, "leaving");
    match manager.remote().have_leave(node).await {
        Ok(session) => {
            manager.remote().forget(&session, &node.hostname).await;
            run.done(item, "left");
        }
        Err(error) => {
            run.fail(item, format!("{}; run 'docker swarm leave --force' on it", chain(&error)));
        }
    }
}

fn result(run: &Run, name: &str, all: usize) -> Result<String, String> {
    let left = run.count(ItemState::Done);
    let words = format!("the Swarm {name} is ended: {left} of {} left", counted(all, "node"));
    if left == all { Ok(words) } else { Err(words) }
}

/// Workers, then managers, then this host.
fn in_order(manager: &Manager, mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.sort_by_key(|node| {
        (node.id == manager.node, node.role == engine::Role::Manager, node.hostname.clone())
    });
    nodes
}

fn leaving(manager: &Manager, node: &Node) -> LeavingNode {
    let (how, reachable) = if node.id == manager.node {
        ("this host".to_owned(), true)
    } else if node.state != NodeState::Ready {
        ("it is down".to_owned(), false)
    } else {
        match remote::address_of(node) {
            Ok(target) => (format!("over SSH as {target}"), true),
            Err(error) => (chain(&error), false),
        }
    };
    LeavingNode {
        id: node.id.to_string(),
        hostname: node.hostname.clone(),
        address: node.address.clone(),
        role: match node.role {
            engine::Role::Manager => Role::Manager,
            engine::Role::Worker => Role::Worker,
        },
        how,
        reachable,
    }
}

/// Services that are Docker's users' own.
fn foreign(services: &[engine::Service]) -> Vec<String> {
    let managed: Vec<String> = managed_services(services)
        .into_values()
        .flat_map(|service| service.parts().iter().map(|part| part.swarm.id.clone()).collect::<Vec<_>>())
        .collect();
    let own = |service: &&engine::Service| {
        service.name() == crate::service::AGENT_SERVICE || managed.contains(&service.id)
    };
    services.iter().filter(|service| !own(service)).map(|service| service.name().to_owned()).collect()
}
