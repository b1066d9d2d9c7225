//! Serves a Swarm, as long as the host is a manager of it.

use std::path::Path;
use std::sync::Arc;

use swarmmanager_collector::Collector;
use swarmmanager_engine::EngineInfo;
use swarmmanager_placement::Headroom;
use swarmmanager_units::NodeId;

use crate::access::{Access, AccountStore};
use crate::cluster::{ClusterWatch, watch_cluster};
use crate::config::{AgentDeployment, ServeConfig};
use crate::entrances::Switch;
use crate::executor::Executor;
use crate::host::{Host, Serving};
use crate::live::Live;
use crate::measurements::Measurements;
use crate::reconciler::{self, AgentKeeper};
use crate::serve::ServeError;
use crate::state::Manager;
use crate::{agent_image, http, membership, profiles, waiting};

/// Serves until the host is no manager any more.
pub(crate) async fn manage(
    host: &Host,
    switch: &Switch,
    config: &ServeConfig,
    info: &EngineInfo,
) -> Result<(), ServeError> {
    let agent_image = agent_image::provide(&host.engine, &config.agent).await?;
    let certificates = Path::new(&info.docker_root_dir).join("swarm/certificates");
    let collector = Collector::bind(config.collector, &certificates).await.map_err(ServeError::Collector)?;
    let measurements = Measurements::new(collector.fleet(), collector.clock());
    let members = collector.members();
    let (cluster, keep_fresh) = watch_cluster(host.engine.clone());
    let manager = Manager {
        collector: collector.stats(),
        agent_image: agent_image.as_str().into(),
        ..manager(host, info, cluster.clone(), measurements)
    };
    let agent = AgentKeeper {
        engine: host.engine.clone(),
        deployment: AgentDeployment { image: agent_image, ..config.agent.clone() },
        manager_port: config.collector.port(),
        docker_root: info.docker_root_dir.clone(),
    };
    switch.lead_to(http::router(manager.clone()));
    tracing::info!(swarm = %manager.swarm_id, collector = %config.collector, "serving a Swarm");
    let access = manager.access.clone();
    tokio::select! {
        () = collector.run() => Ok(()),
        () = waiting::until_no_manager(host, cluster.clone()) => Ok(()),
        () = say_when_read(host, cluster) => Ok(()),
        () = announce(host, &access) => Ok(()),
        () = access.store.keep_fresh() => Ok(()),
        () = keep_fresh => Ok(()),
        () = profiles::follow(manager.cluster.clone(), manager.measurements.clone()) => Ok(()),
        () = manager.live.clone().run(manager.clone()) => Ok(()),
        () = membership::follow(manager.cluster.clone(), manager.measurements.clone(), members) => Ok(()),
        () = reconciler::run(manager, agent) => Ok(()),
    }
}

fn manager(host: &Host, info: &EngineInfo, cluster: ClusterWatch, measurements: Measurements) -> Manager {
    let node = NodeId::from(info.swarm.node_id.as_str());
    let executor = Executor::new(
        host.engine.clone(),
        node.clone(),
        cluster.clone(),
        measurements.clone(),
        host.journal.clone(),
        Arc::new(Headroom::default()),
    );
    let store = AccountStore::new(host.engine.clone(), node.clone(), cluster.clone());
    Manager {
        host: host.clone(),
        access: Access::new(store, host.sessions.clone(), host.threshold.clone()),
        node,
        agent_image: String::new().into(),
        swarm_id: info.swarm.cluster_id.clone().unwrap_or_default().into(),
        cluster,
        measurements,
        executor: Arc::new(executor),
        live: Live::new(),
        collector: Arc::default(),
    }
}

/// Lets those know who wait for the Swarm to be served; never ends.
async fn say_when_read(host: &Host, mut cluster: ClusterWatch) {
    while cluster.changed().await.is_ok() {
        if cluster.latest().error.is_none() {
            host.serving.send_replace(Serving::Swarm);
            break;
        }
    }
    std::future::pending().await
}

/// Says how the first account is made as long as there is none; never ends.
async fn announce(host: &Host, access: &Access) {
    if let Some(shown) = &host.shown {
        access.announce_set_up(|link| shown.first_account(&link.path)).await;
    }
    std::future::pending().await
}
