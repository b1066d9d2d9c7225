//! A collector that runs, and how to wait for what it does.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use swarmmanager_collector::{Cause, Collector, CollectorStats, Counters, Members};
use swarmmanager_telemetry::{Fleet, LatestReport};
use swarmmanager_units::NodeId;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::swarm::{MANAGER, Swarm};

/// Long enough for a machine that does ten other things.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A collector and the Swarm that it is of.
pub(crate) struct Rig {
    pub(crate) swarm: Swarm,
    pub(crate) address: SocketAddr,
    pub(crate) members: Members,
    folder: TempDir,
    stats: Arc<CollectorStats>,
    fleet: Fleet,
    running: JoinHandle<()>,
}

impl Rig {
    pub(crate) async fn start() -> Self {
        let (swarm, folder) = (Swarm::new("cluster"), tempfile::tempdir().unwrap());
        swarm.write_node(folder.path(), MANAGER, "manager");
        let collector = Collector::bind(([127, 0, 0, 1], 0).into(), folder.path()).await.unwrap();
        Self {
            address: collector.local_addr().unwrap(),
            members: collector.members(),
            stats: collector.stats(),
            fleet: collector.fleet(),
            running: tokio::spawn(collector.run()),
            swarm,
            folder,
        }
    }

    /// Docker's folder of certificates.
    pub(crate) fn certificates(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn counters(&self) -> Counters {
        self.stats.snapshot()
    }

    pub(crate) fn refused(&self, cause: Cause) -> u64 {
        self.counters().refused[&cause]
    }

    pub(crate) fn refused_in_all(&self) -> u64 {
        self.counters().refused.values().sum()
    }

    pub(crate) fn latest(&self, node: &str) -> Option<LatestReport> {
        self.fleet.read(&NodeId::from(node), |history| history.latest().cloned()).flatten()
    }

    /// Waits until the counters say so.
    pub(crate) async fn until(&self, what: &str, condition: impl Fn(&Counters) -> bool) {
        eventually(what, || condition(&self.counters()), || self.counters()).await;
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Waits for a condition; where it does not come true, says what it saw last.
pub(crate) async fn eventually<S: std::fmt::Debug>(
    what: &str,
    mut condition: impl FnMut() -> bool,
    state: impl Fn() -> S,
) {
    let give_up = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < give_up, "not within {LIMIT:?}: {what}; last seen {:?}", state());
        sleep(Duration::from_millis(5)).await;
    }
}

/// Resident memory of this process, in bytes.
pub(crate) fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim_end_matches("kB").trim().parse::<u64>().unwrap() << 10
}
