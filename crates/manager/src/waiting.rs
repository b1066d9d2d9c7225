//! What a process does whose host's engine is no manager of a Swarm: it says so, can start a Swarm, and looks whether it
//! has become one.

use std::time::Duration;

use swarmmanager_api::SwarmState;
use swarmmanager_engine::EngineInfo;
use tokio::time::{Instant, sleep_until};

use crate::cluster::{ClusterWatch, chain};
use crate::entrances::Switch;
use crate::host::{Host, Serving, in_the_way, standing};
use crate::http;

/// An engine does not tell when its membership changes.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Serves what can be served without a Swarm, until the host is a manager of one.
pub(crate) async fn wait(host: &Host, switch: &Switch) -> EngineInfo {
    let mut said = None;
    if host.serving.send_replace(Serving::Waiting) != Serving::Waiting {
        switch.lead_to(http::waiting_router(host.clone()));
    }
    loop {
        match host.engine.info().await {
            Ok(info) if standing(&info) == SwarmState::Manager => return info,
            Ok(info) => {
                say(&mut said, in_the_way(standing(&info)).to_owned());
                announce(host, standing(&info));
            }
            Err(error) => say(&mut said, chain(&error)),
        }
        sleep_until(Instant::now() + LOOK_EVERY).await;
    }
}

/// Ends once the host is no manager any more: its engine left, or was demoted. One that cannot be asked may come back.
/// As long as Swarm's state can be read, there is nothing to ask.
pub(crate) async fn until_no_manager(host: &Host, mut cluster: ClusterWatch) {
    while cluster.changed().await.is_ok() {
        if cluster.latest().error.is_none() {
            continue;
        }
        let Ok(info) = host.engine.info().await else { continue };
        let state = standing(&info);
        if state != SwarmState::Manager {
            tracing::info!("the host is no manager any more: {}", in_the_way(state));
            return;
        }
    }
}

/// Says how a Swarm is started from the console; that link then makes the first account as well.
fn announce(host: &Host, state: SwarmState) {
    let Some(shown) = host.shown.as_ref().filter(|_| state == SwarmState::Inactive) else { return };
    if host.threshold.is_open() {
        return;
    }
    match host.threshold.issue() {
        Ok(link) => shown.first_swarm(&link.path),
        Err(error) => tracing::error!(%error, "no set-up link can be made"),
    }
}

fn say(said: &mut Option<String>, words: String) {
    if said.as_ref() != Some(&words) {
        tracing::info!("waiting: {words}");
        *said = Some(words);
    }
}
