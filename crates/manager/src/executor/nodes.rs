//! Changes of nodes.

use swarmmanager_api::{NodeUpdate, Role};
use swarmmanager_engine::{self as engine, EngineError};

use super::{ExecuteError, Executor};
use crate::cluster::Cluster;
use crate::node_change::{changed, keeps_quorum, moving_away};
use crate::service::check_node_labels;

/// Swarm writes into its nodes by itself, so that a write may find another version than the one just read.
const ATTEMPTS: usize = 5;

impl Executor {
    /// Changes a node. Returns once Swarm has it.
    pub(crate) async fn update_node(&self, reference: &str, update: &NodeUpdate) -> Result<(), ExecuteError> {
        check_node_labels(update)?;
        // Held, so that no instance begins to move meanwhile.
        let _acting = self.acting.lock().await;
        for attempt in 1.. {
            self.check_leading().await?;
            let node = self.changeable_node(reference, update).await?;
            let before = self.engine.node_spec(node.id.as_str()).await.map_err(ExecuteError::ReadSwarm)?;
            let after = engine::NodeSpec { spec: changed(&before.spec, update), ..before.clone() };
            if after == before {
                break;
            }
            match self.engine.node_update(&after).await {
                Ok(()) => break,
                Err(EngineError::OutOfSequence) if attempt < ATTEMPTS => {}
                Err(source) => return Err(ExecuteError::Node { node: node.hostname, source }),
            }
        }
        Ok(())
    }

    /// The node, where the update does the Swarm no harm.
    async fn changeable_node(
        &self,
        reference: &str,
        update: &NodeUpdate,
    ) -> Result<engine::Node, ExecuteError> {
        let reading = tokio::try_join!(self.engine.nodes(), self.engine.services(), self.engine.tasks());
        let (nodes, services, tasks) = reading.map_err(ExecuteError::ReadSwarm)?;
        let cluster = Cluster { nodes, services, tasks, ..Cluster::default() };
        let Some(node) = cluster.find_node(reference) else {
            return Err(ExecuteError::NoSuchNode { node: reference.to_owned() });
        };
        let demotes = node.role == engine::Role::Manager && update.role == Some(Role::Worker);
        if demotes && !keeps_quorum(&cluster.nodes, &node.id) {
            return Err(ExecuteError::Quorum { node: node.hostname.clone() });
        }
        match moving_away(&cluster, &node.id) {
            Some(instance) => Err(ExecuteError::Moving { node: node.hostname.clone(), instance }),
            None => Ok(node.clone()),
        }
    }
}
