//! Finishes what was asked for: after a crash, after a change of leader, when a node for an instance turns up.
//!
//! The loop takes no input: whatever wakes it, it looks at Swarm's state and does what is left to do.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::agent_service::{self, Ensured};
use crate::cluster::{Cluster, chain};
use crate::config::AgentDeployment;
use crate::executor::{ExecuteError, Stop};
use crate::service::next_step;
use crate::state::Manager;
use swarmmanager_engine::Engine;

/// An instance without a node waits so long before it is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// The agent's service is looked at so often.
const AGENT_EVERY: Duration = Duration::from_secs(10);

/// How the agent's service is kept.
pub(crate) struct AgentKeeper {
    pub(crate) engine: Engine,
    pub(crate) deployment: AgentDeployment,
    pub(crate) manager_port: u16,
    pub(crate) docker_root: String,
}

/// Runs until dropped.
pub(crate) async fn run(manager: Manager, agent: AgentKeeper) {
    let mut cluster = manager.cluster.clone();
    let mut rest: BTreeMap<String, Instant> = BTreeMap::new();
    let mut agent_due = Instant::now();
    while cluster.changed().await.is_ok() {
        let latest = cluster.latest();
        if latest.error.is_some() || !latest.is_leader(&manager.node) {
            continue;
        }
        if Instant::now() >= agent_due {
            agent_due = Instant::now() + AGENT_EVERY;
            keep_agent(&agent).await;
        }
        finish_services(&manager, &latest, &mut rest).await;
    }
}

async fn keep_agent(agent: &AgentKeeper) {
    match agent_service::ensure(&agent.engine, &agent.deployment, agent.manager_port, &agent.docker_root)
        .await
    {
        Ok(Ensured::Unchanged) => {}
        Ok(ensured) => tracing::info!(?ensured, image = agent.deployment.image, "agent service"),
        Err(error) => {
            tracing::warn!(error = chain(&error), "the agent's service could not be ensured; trying again")
        }
    }
}

async fn finish_services(manager: &Manager, latest: &Cluster, rest: &mut BTreeMap<String, Instant>) {
    let managed = latest.managed();
    rest.retain(|name, until| managed.contains_key(name) && *until > Instant::now());
    for (name, service) in &managed {
        if next_step(service).is_none() || rest.contains_key(name) {
            continue;
        }
        match manager.executor.reconcile(name).await {
            Ok(Stop::Converged) => tracing::info!(service = name, "finished what was left to do"),
            Ok(Stop::Waiting) => {}
            Ok(Stop::NoNode { .. }) => drop(rest.insert(name.clone(), Instant::now() + RETRY_AFTER)),
            Err(ExecuteError::NotLeading { .. }) => return,
            Err(error) => {
                tracing::warn!(service = name, error = chain(&error), "not finished; trying again");
                rest.insert(name.clone(), Instant::now() + RETRY_AFTER);
            }
        }
    }
}
