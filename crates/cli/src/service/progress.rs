//! What is shown while Swarm gets to what was asked for.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use anyhow::{Result, bail};
use swarmmanager_api::{Convergence, InstanceState, Outcome, ServiceDetail};
use tokio::signal::ctrl_c;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::words::hindrance;
use crate::client::{Client, DecisionQuery};
use crate::output::say;

mod bars;
use bars::Bars;

/// How often the manager is asked; Swarm takes about half a second to start a container.
const ASK_EVERY: Duration = Duration::from_millis(250);
/// A container that ends this soon was never well.
const STABLE_FOR: Duration = Duration::from_secs(2);
/// A scarcity that goes away by itself within this time is not worth an error.
const PATIENCE: Duration = Duration::from_secs(3);

/// How the manager says that instances are missing for which there is no node.
const NO_NODE: &str = "have no suitable node";

/// Waits until the service has converged, and shows on standard error how far it is.
pub(super) async fn watch(client: &Client, service: &str) -> Result<()> {
    let mut display = if stderr().is_terminal() { Display::Bars(Bars::new()) } else { Display::lines() };
    follow(client, service, &mut display).await
}

/// Waits until the service has converged.
pub(super) async fn wait(client: &Client, service: &str) -> Result<()> {
    follow(client, service, &mut Display::Nothing).await
}

/// Where progress is shown.
enum Display {
    Nothing,
    /// A terminal.
    Bars(Bars),
    /// A file or a pipe: a line when something changes.
    Lines {
        last: String,
    },
}

impl Display {
    fn lines() -> Self {
        Self::Lines { last: String::new() }
    }

    fn show(&mut self, detail: &ServiceDetail) {
        match self {
            Self::Nothing => {}
            Self::Bars(bars) => bars.show(detail),
            Self::Lines { last } => {
                let text = overall(detail);
                if *last != text {
                    say(&text);
                    *last = text;
                }
            }
        }
    }

    fn end(&mut self, text: &str) {
        match self {
            Self::Nothing => {}
            Self::Bars(bars) => {
                bars.leave();
                say(text);
            }
            Self::Lines { .. } => say(text),
        }
    }

    /// Leaves what is shown as it is.
    fn leave(&mut self) {
        if let Self::Bars(bars) = self {
            bars.leave();
        }
    }
}

/// `overall progress: 1 out of 3 tasks`, and what holds it up.
fn overall(detail: &ServiceDetail) -> String {
    let service = &detail.service;
    let mut text = format!("overall progress: {} out of {} tasks", service.running, service.desired);
    // How many run is said already.
    let message = hindrance(service).filter(|message| !message.ends_with("instances run"));
    if let Some(message) = message {
        text = format!("{text}: {message}");
    }
    text
}

async fn follow(client: &Client, service: &str, display: &mut Display) -> Result<()> {
    tokio::select! {
        result = until_converged(client, service, display) => result,
        _ = ctrl_c() => {
            display.end(&format!(
                "Operation continuing in background.\nUse `swarm-manager service ps {service}` to check progress."
            ));
            Ok(())
        }
    }
}

async fn until_converged(client: &Client, service: &str, display: &mut Display) -> Result<()> {
    let mut ticks = interval(ASK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut converged_since, mut blocked_since) = (None, None);
    loop {
        let now = ticks.tick().await;
        let detail = client.service(service).await?;
        display.show(&detail);
        let convergence = &detail.service.convergence;
        if matches!(convergence, Convergence::Removing) {
            bail!("service {service} is being removed");
        }
        if lasts(&mut converged_since, matches!(convergence, Convergence::Converged), STABLE_FOR, now) {
            display.end(&format!("verify: Service {service} converged"));
            return Ok(());
        }
        if lasts(&mut blocked_since, matches!(convergence, Convergence::Blocked { .. }), PATIENCE, now) {
            display.leave();
            bail!(why_blocked(client, &detail).await);
        }
    }
}

/// Whether something has been so for that long.
fn lasts(since: &mut Option<Instant>, is_so: bool, long: Duration, now: Instant) -> bool {
    if !is_so {
        *since = None;
        return false;
    }
    now.duration_since(*since.get_or_insert(now)) >= long
}

/// What the journal says about the instances that have no node, and what becomes of them.
async fn why_blocked(client: &Client, detail: &ServiceDetail) -> String {
    let service = &detail.service.name;
    let message = hindrance(&detail.service).unwrap_or_default();
    // Swarm's own words, or those of an update that found no node, say it all.
    if !message.ends_with(NO_NODE) {
        return format!(
            "{message}\nWhat runs of service {service} runs on. See 'swarm-manager service ps {service}'; 'swarm-manager \
             service rollback {service}' undoes the last update."
        );
    }
    let query = DecisionQuery { service: service.clone(), instance: None, limit: 100 };
    let newest = client.decisions(&query).await.unwrap_or_default();
    let refused = newest.into_iter().find(|decision| decision.outcome == Outcome::NoNode);
    let reason = refused.map_or_else(|| message.to_owned(), |decision| decision.summary);
    format!(
        "{reason}\nService {service} is kept: what is missing of it is started as soon as a node has room. See \
         'swarm-manager service explain {service}'."
    )
}

/// How far a task is on its way to running, of 9 steps.
fn step(state: InstanceState) -> u64 {
    match state {
        InstanceState::New => 1,
        InstanceState::Pending => 3,
        InstanceState::Assigned => 4,
        InstanceState::Accepted => 5,
        InstanceState::Preparing => 6,
        InstanceState::Ready => 7,
        InstanceState::Starting => 8,
        InstanceState::Running => 9,
        InstanceState::Complete
        | InstanceState::Shutdown
        | InstanceState::Failed
        | InstanceState::Rejected
        | InstanceState::Remove
        | InstanceState::Orphaned => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::samples::web;

    #[test]
    fn progress_is_told_as_docker_tells_it() {
        let mut detail = web();
        assert_eq!(
            overall(&detail),
            "overall progress: 1 out of 3 tasks: 1 of 3 instances have no suitable node"
        );
        detail.service.convergence = Convergence::Progressing { message: "1 of 3 instances run".to_owned() };
        assert_eq!(overall(&detail), "overall progress: 1 out of 3 tasks");
    }

    #[test]
    fn a_state_lasts_only_without_a_break() {
        let (mut since, start) = (None, Instant::now());
        let mut lasts_at = |second, is_so| {
            lasts(&mut since, is_so, Duration::from_secs(2), start + Duration::from_secs(second))
        };
        assert!(!lasts_at(0, true));
        assert!(!lasts_at(1, false));
        assert!(!lasts_at(3, true));
        assert!(!lasts_at(4, true));
        assert!(lasts_at(5, true));
    }
}
