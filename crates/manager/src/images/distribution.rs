//! An image sent straight to engines, for sites without a registry.

use futures_util::stream::{self, StreamExt as _};
use swarmmanager_api::{ItemState, Job, JobKind};
use swarmmanager_engine::{EngineError, Node, NodeState};

use super::transfer::{Brought, Shipment};
use crate::cluster::chain;
use crate::executor::ExecuteError;
use crate::jobs::{NewItem, Run};
use crate::state::Manager;
use crate::swarm;

/// Each takes a stream of its own from this host's disk and link.
const AT_ONCE: usize = 4;

/// Why an image is not sent to nodes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DistributeError {
    /// The nodes are none, or not for this manager to write to.
    #[error(transparent)]
    Swarm(#[from] ExecuteError),
    /// This host does not have the image.
    #[error("the image cannot be read here")]
    Image(#[source] EngineError),
}

/// Begins to send an image of this host's engine to nodes; to all that are ready where none are named.
pub(crate) async fn distribute(
    manager: &Manager,
    reference: &str,
    nodes: &[String],
    by: &str,
) -> Result<Job, DistributeError> {
    let shipment = Shipment::of(&manager.host.engine, reference).await.map_err(DistributeError::Image)?;
    let nodes = match nodes {
        [] => {
            let all = manager.host.engine.nodes().await.map_err(ExecuteError::ReadSwarm)?;
            all.into_iter().filter(|node| node.state == NodeState::Ready).collect()
        }
        named => swarm::named(manager, named).await?,
    };
    let items = nodes.iter().map(|node| NewItem::new(&node.hostname).detail(node.address.clone())).collect();
    let (work, reference) = (manager.clone(), reference.to_owned());
    let title = format!("Send {reference} to {}", swarm::counted(nodes.len(), "node"));
    Ok(manager.host.jobs.start(JobKind::Distribute, title, by, items, |run| async move {
        let all = nodes.len();
        stream::iter(nodes.into_iter().enumerate())
            .for_each_concurrent(AT_ONCE, |(item, node)| to_node(&work, &run, &shipment, item, node))
            .await;
        let failed = run.count(ItemState::Failed);
        let words = format!("{} of {} have {reference}", all - failed, swarm::counted(all, "node"));
        if failed == 0 { Ok(words) } else { Err(format!("{words}; {failed} failed")) }
    }))
}

async fn to_node(manager: &Manager, run: &Run, shipment: &Shipment, item: usize, node: Node) {
    if node.id == manager.node {
        run.skip(item, "this host has it");
        return;
    }
    run.step(item, "connecting");
    let engine = match manager.remote().engine(&node).await {
        Ok(engine) => engine,
        Err(error) => return run.fail(item, chain(&error)),
    };
    run.step(item, "sending");
    match shipment.bring(&engine, |done, total| run.progress(item, done, total)).await {
        Ok(Brought::Before) => run.skip(item, "it had it"),
        Ok(Brought::Sent { bytes, spared, layers }) => {
            let sent = swarmmanager_units::Bytes::new(bytes);
            run.done(
                item,
                format!("{sent} sent; {spared} of {} were there", swarm::counted(layers, "layer")),
            );
        }
        Err(error) => run.fail(item, chain(&error)),
    }
}
