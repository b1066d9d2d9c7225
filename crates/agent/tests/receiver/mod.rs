//! A manager's collector in the network of a node of a lab: what agents report to it can be read.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use swarmmanager_collector::{Collector, CollectorStats, DEFAULT_PORT};
use swarmmanager_lab::Node;
use swarmmanager_telemetry::Fleet;
use tokio::runtime;
use tokio::sync::oneshot;

/// A running collector. Dropped, it ends.
pub(crate) struct Receiver {
    /// What was reported.
    pub(crate) fleet: Fleet,
    /// What was taken in and refused.
    pub(crate) stats: Arc<CollectorStats>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Takes reports in at a manager's address.
    pub(crate) fn start(manager: &Node) -> Result<Self> {
        let network = network_of(manager)?;
        let certificates = manager.root()?.join("var/lib/docker/swarm/certificates");
        let (started, start) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let serve = || -> Result<()> {
                enter(&network)?;
                runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
                    let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, DEFAULT_PORT));
                    let collector = Collector::bind(address, &certificates).await?;
                    // Who started it waits for this, so it is there.
                    let _ = started.send(Ok((collector.fleet(), collector.stats())));
                    tokio::select! {
                        () = collector.run() => {}
                        _ = stopped => {}
                    }
                    Ok(())
                })
            };
            if let Err(error) = serve() {
                let _ = started.send(Err(error));
            }
        });
        let (fleet, stats) = start.recv().context("the collector ended")??;
        Ok(Self { fleet, stats, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The network namespace of a node.
pub(crate) fn network_of(node: &Node) -> Result<PathBuf> {
    // Its root folder is that of the process that keeps its namespaces.
    Ok(node.root()?.with_file_name("ns/net"))
}

/// Moves this thread into a network; sockets that it opens from now on are there.
pub(crate) fn enter(network: &std::path::Path) -> io::Result<()> {
    let network = File::open(network)?;
    Ok(move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?)
}
