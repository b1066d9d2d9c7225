//! Keeps one manager supplied with reports: connects, sends, and after every failure tries again.

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use swarmmanager_telemetry::wire;
use swarmmanager_units::NodeId;
use tokio::sync::watch;
use tracing::{debug, info, warn};

use super::backlog::Outbox;
use super::backoff::Backoff;
use super::connection;
use crate::logging::chain;

/// A connection that held so long was a good one; what ended it is a new trouble.
const GOOD_AFTER: Duration = Duration::from_secs(5);

/// Who the agent is at the moment.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) node_id: NodeId,
    pub(crate) tls: Arc<ClientConfig>,
}

/// The link to one manager.
pub(crate) struct Link {
    pub(crate) manager: SocketAddr,
    pub(crate) credentials: watch::Receiver<Credentials>,
    pub(crate) info: wire::AgentInfo,
    pub(crate) outbox: Outbox,
}

impl Link {
    /// Runs until it is dropped.
    pub(crate) async fn run(mut self) {
        let mut backoff = Backoff::new(RandomState::new().hash_one(self.manager));
        let mut last_failure = None;
        loop {
            let tls = self.credentials.borrow_and_update().tls.clone();
            let manager = self.manager;
            let mut connected_at = None;
            let connected = || {
                connected_at = Some(Instant::now());
                info!(%manager, "reporting");
            };
            let session =
                connection::send_reports(manager, tls, self.info.clone(), self.outbox.clone(), connected);
            let error = tokio::select! {
                error = session => error,
                // The certificate was renewed: connect anew with it, at once.
                Ok(()) = self.credentials.changed() => continue,
            };
            if connected_at.is_some_and(|at: Instant| at.elapsed() >= GOOD_AFTER) {
                backoff.reset();
            }
            let failure = chain(&error);
            // A manager that is away for an hour is worth one line, not hundreds.
            if connected_at.is_some() || last_failure.as_ref() != Some(&failure) {
                warn!(%manager, "{failure}");
            } else {
                debug!(%manager, "{failure}");
            }
            last_failure = Some(failure);
            tokio::select! {
                () = tokio::time::sleep(backoff.pause()) => {}
                Ok(()) = self.credentials.changed() => {}
            }
        }
    }
}
