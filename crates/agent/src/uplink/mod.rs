//! Brings every report to every manager.
//!
//! Each manager has a link of its own that fails and recovers by itself; they share only the row of reports. A
//! report that was handed to a connection before it broke may be lost: a gap in the sequence shows it.

mod backlog;
mod backoff;
mod connection;
mod frame;
mod link;
mod managers;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Instant;

use prost::Message;
use swarmmanager_telemetry::wire;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tracing::info;

use backlog::{Backlog, Sealed};
pub(crate) use backoff::Backoff;
pub(crate) use link::Credentials;
use link::Link;
pub(crate) use managers::ManagerFiles;

/// The links to all managers.
#[derive(Debug)]
pub(crate) struct Uplink {
    backlog: Backlog,
    credentials: watch::Sender<Credentials>,
    info: wire::AgentInfo,
    links: BTreeMap<SocketAddr, Running>,
}

/// A link's task, which ends when this is dropped.
#[derive(Debug)]
struct Running(AbortHandle);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Uplink {
    /// Without a manager yet. `info` goes into the first report of every stream.
    pub(crate) fn new(credentials: Credentials, info: wire::AgentInfo) -> Self {
        let (credentials, _) = watch::channel(credentials);
        Self { backlog: Backlog::default(), credentials, info, links: BTreeMap::new() }
    }

    /// Hands a report to all links.
    pub(crate) fn send(&self, report: &wire::NodeReport, sampled_at: Instant) {
        self.backlog.push(Sealed { sampled_at, body: report.encode_to_vec().into() });
    }

    /// Makes all links connect anew, as who the agent is from now on.
    pub(crate) fn renew(&self, credentials: Credentials) {
        if self.credentials.borrow().node_id != credentials.node_id {
            // What waits was measured under the old name, which no manager would take any more.
            self.backlog.clear();
        }
        self.credentials.send_replace(credentials);
    }

    /// Starts and ends links, so that there is one to each of `managers`.
    pub(crate) fn set_managers(&mut self, managers: &BTreeSet<SocketAddr>) {
        self.links.retain(|manager, _| {
            let kept = managers.contains(manager);
            if !kept {
                info!(%manager, "no longer a manager");
            }
            kept
        });
        for manager in managers {
            self.links.entry(*manager).or_insert_with(|| {
                let link = Link {
                    manager: *manager,
                    credentials: self.credentials.subscribe(),
                    info: self.info.clone(),
                    outbox: self.backlog.outbox(),
                };
                Running(tokio::spawn(link.run()).abort_handle())
            });
        }
    }
}

#[cfg(test)]
mod tests;
