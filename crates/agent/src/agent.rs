//! The agent's one loop: a sample every second, and now and then a look at who the node is and who the managers are.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use swarmmanager_identity::IdentityError;
use swarmmanager_telemetry::wire;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tracing::info;

use crate::config::Config;
use crate::identity::NodeIdentity;
use crate::logging::Repeats;
use crate::sampler::{SampleError, Sampler};
use crate::uplink::{Backoff, ManagerFiles, Uplink};

/// Between two samples.
const SAMPLE_INTERVAL: Duration = Duration::from_secs(1);

/// Samples between two looks at the node's certificate and the list of managers.
const LOOK_EVERY: u32 = 5;

/// Measures and reports until the runtime is stopped. What is missing is waited for: a node may join a Swarm, leave
/// it and join another while its agent runs, and a cgroup that stands for the node may be removed and made anew.
pub async fn run(config: Config) -> Infallible {
    loop {
        let mut identity = wait_for(|| NodeIdentity::load(&config)).await;
        let mut sampler = wait_for(|| Sampler::open(&config)).await;
        info!(node = %identity.credentials.node_id, scope = %config.scope, "measuring");
        report(&config, &mut sampler, &mut identity).await;
    }
}

/// Tries until it succeeds; says why not, once per cause.
async fn wait_for<T, E: std::error::Error>(mut attempt: impl FnMut() -> Result<T, E>) -> T {
    let (mut backoff, mut failures) = (Backoff::new(u64::from(std::process::id())), Repeats::default());
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(error) => failures.warn(&error, "waiting"),
        }
        sleep(backoff.pause()).await;
    }
}

/// Reports until the node is in no Swarm any more, or what is measured is gone.
async fn report(config: &Config, sampler: &mut Sampler, identity: &mut NodeIdentity) {
    let info = wire::AgentInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        node_scope: config.scope.to_string(),
    };
    let mut uplink = Uplink::new(identity.credentials.clone(), info);
    let mut managers = ManagerFiles::new(&config.docker_root, config.manager_port);
    let mut failures = Repeats::default();
    let mut ticks = interval(SAMPLE_INTERVAL);
    // After a standstill there is nothing to catch up with.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for tick in (0..LOOK_EVERY).cycle() {
        ticks.tick().await;
        if tick == 0 {
            match identity.renewed() {
                Ok(true) => {
                    uplink.renew(identity.credentials.clone());
                    managers.forget();
                }
                Ok(false) => {}
                Err(IdentityError::NotInSwarm { .. }) => return,
                // Docker may be half-way through writing; what was read before still holds.
                Err(error) => failures.warn(&error, "keeping the certificate that was read before"),
            }
            match managers.changed(identity.is_manager) {
                Ok(Some(managers)) => uplink.set_managers(&managers),
                Ok(None) => {}
                Err(error) => failures.warn(&error, "keeping the managers that were read before"),
            }
        }
        let now = Instant::now();
        match sampler.sample(&identity.credentials.node_id, now) {
            Ok(Some(report)) => uplink.send(report, now),
            Ok(None) => {}
            Err(error @ SampleError::ScopeGone) => {
                failures.warn(&error, "looking for its successor");
                return;
            }
            Err(error) => failures.warn(&error, "no report this second"),
        }
    }
}
