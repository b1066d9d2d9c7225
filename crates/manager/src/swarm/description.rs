//! What is shown of a Swarm.

use swarmmanager_api::{AgentState, MemberState, Role, Swarm, SwarmState};
use swarmmanager_engine::{EngineError, EngineInfo, Reachability};

use crate::host::{Host, in_the_way, standing};
use crate::state::Manager;
use crate::views;

/// A Swarm as its manager sees it.
pub(crate) async fn described(manager: &Manager) -> Result<Swarm, EngineError> {
    let engine = &manager.host.engine;
    let (info, settings) = match tokio::try_join!(engine.info(), engine.swarm_inspect()) {
        Ok(known) => known,
        // It has just left, and this is about to be noticed.
        Err(EngineError::NotInSwarm { .. } | EngineError::NotASwarmManager { .. }) => {
            return undescribed(&manager.host).await;
        }
        Err(error) => return Err(error),
    };
    let view = manager.view();
    let nodes = views::node_list(&view).nodes;
    let count = |matching: usize| u32::try_from(matching).unwrap_or(u32::MAX);
    let managers = view.cluster.nodes.iter().filter_map(|node| node.reachability);
    Ok(Swarm {
        message: view.cluster.error.clone(),
        name: Some(super::name(&settings)),
        id: Some(settings.cluster_id),
        leader: view.cluster.leader_hostname(),
        created_unix_ms: Some(settings.created_unix_ms),
        managers: count(nodes.iter().filter(|node| node.role == Role::Manager).count()),
        managers_reachable: count(managers.filter(|known| *known == Reachability::Reachable).count()),
        workers: count(nodes.iter().filter(|node| node.role == Role::Worker).count()),
        nodes_ready: count(nodes.iter().filter(|node| node.state == MemberState::Ready).count()),
        agents_live: count(nodes.iter().filter(|node| node.agent == AgentState::Live).count()),
        autolock: settings.autolock,
        certificate_lifetime_s: settings.certificate_lifetime.as_secs(),
        ..of_engine(&manager.host, &info)
    })
}

/// What a host knows by its engine alone.
pub(crate) async fn undescribed(host: &Host) -> Result<Swarm, EngineError> {
    let info = host.engine.info().await?;
    let state = standing(&info);
    let error = Some(info.swarm.error.clone()).filter(|error| !error.is_empty());
    let message = match (error, state) {
        (Some(error), _) => Some(error),
        (None, SwarmState::Inactive | SwarmState::Manager) => None,
        (None, state) => Some(in_the_way(state).to_owned()),
    };
    let settings = match state {
        SwarmState::Manager => Some(host.engine.swarm_inspect().await?),
        _ => None,
    };
    Ok(Swarm {
        message,
        name: settings.as_ref().map(super::name),
        id: settings.map(|settings| settings.cluster_id),
        ..of_engine(host, &info)
    })
}

fn of_engine(host: &Host, info: &EngineInfo) -> Swarm {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Swarm {
        state: standing(info),
        message: None,
        hostname: host.hostname.to_string(),
        name: None,
        id: None,
        node_id: given(&info.swarm.node_id),
        advertise_addr: given(&info.swarm.node_addr),
        leader: None,
        created_unix_ms: None,
        managers: 0,
        managers_reachable: 0,
        workers: 0,
        nodes_ready: 0,
        agents_live: 0,
        autolock: false,
        certificate_lifetime_s: 0,
    }
}
