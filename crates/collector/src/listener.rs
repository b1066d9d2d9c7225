//! The door: accepts connections, follows the rotation of the node's own certificate.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use swarmmanager_identity::{Identity, IdentityError, Revision};
use swarmmanager_telemetry::{Clock, Fleet};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tokio_rustls::TlsAcceptor;

use crate::CollectorError;
use crate::admission::Admission;
use crate::connection::{Shared, serve};
use crate::members::Members;
use crate::sessions::Sessions;
use crate::stats::{Cause, CollectorStats};

/// More than the nodes of the largest Swarm that one manager serves.
const MOST_CONNECTIONS: u64 = 20_000;
/// Docker rotates certificates at most every few minutes.
const LOOK_FOR_ROTATION: Duration = Duration::from_secs(2);

/// Takes agents' reports in.
pub struct Collector {
    listener: TcpListener,
    certificates: PathBuf,
    shared: Arc<Shared>,
    tls: Arc<ArcSwap<Tls>>,
}

/// What handshakes are made with.
struct Tls {
    acceptor: TlsAcceptor,
    cluster: Arc<str>,
    revision: Revision,
}

impl Tls {
    fn load(certificates: &Path) -> Result<Self, IdentityError> {
        let identity = Identity::load(certificates)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(identity.server_config()?)),
            cluster: identity.own().cluster.as_str().into(),
            revision: identity.revision().clone(),
        })
    }
}

impl Collector {
    /// Listens on that address as the node whose certificates Docker keeps in that folder.
    pub async fn bind(addr: SocketAddr, certificates: &Path) -> Result<Self, CollectorError> {
        let tls = Tls::load(certificates)?;
        let listener =
            TcpListener::bind(addr).await.map_err(|source| CollectorError::Bind { addr, source })?;
        let shared = Shared {
            fleet: Fleet::default(),
            clock: Clock::start(),
            stats: Arc::default(),
            members: Members::default(),
            sessions: Sessions::default(),
        };
        Ok(Self {
            listener,
            certificates: certificates.to_owned(),
            shared: Arc::new(shared),
            tls: Arc::new(ArcSwap::from_pointee(tls)),
        })
    }

    /// The address that it listens on.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The histories that reports are written into.
    pub fn fleet(&self) -> Fleet {
        self.shared.fleet.clone()
    }

    /// The clock that reports are stamped by.
    pub fn clock(&self) -> Clock {
        self.shared.clock
    }

    /// The counters.
    pub fn stats(&self) -> Arc<CollectorStats> {
        Arc::clone(&self.shared.stats)
    }

    /// Which nodes are in the Swarm: to be kept by whoever reads Swarm's state.
    pub fn members(&self) -> Members {
        self.shared.members.clone()
    }

    /// Takes reports in until dropped.
    pub async fn run(self) {
        let (announce, rotated) = watch::channel(());
        tokio::join!(self.accept(rotated), self.follow_rotation(announce));
    }

    async fn accept(&self, rotated: watch::Receiver<()>) {
        let admission = Admission::default();
        loop {
            let (tcp, address) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors, most likely: those that are open go on, new ones wait.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let stats = &self.shared.stats;
            let refuse = |cause, why: &str| stats.refuse(cause, self.shared.clock.now(), &address, &why);
            let Some(place) = admission.enter(address.ip()) else {
                refuse(Cause::TooManyHandshakes, "too many connections are in handshake");
                continue;
            };
            if stats.opened() > MOST_CONNECTIONS {
                stats.closed();
                refuse(Cause::TooManyConnections, "too many connections");
                continue;
            }
            let _ = tcp.set_nodelay(true);
            let tls = self.tls.load();
            let (acceptor, cluster) = (tls.acceptor.clone(), Arc::clone(&tls.cluster));
            let (shared, rotated) = (Arc::clone(&self.shared), rotated.clone());
            tokio::spawn(async move {
                let stats = Arc::clone(&shared.stats);
                serve(shared, acceptor, cluster, tcp, address, place, rotated).await;
                stats.closed();
            });
        }
    }

    /// Takes a rotated certificate or root CA into use. Open connections were checked against the old root, so they
    /// are closed; agents come back at once.
    async fn follow_rotation(&self, announce: watch::Sender<()>) {
        let mut ticks = interval(LOOK_FOR_ROTATION);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if Revision::of(&self.certificates) == self.tls.load().revision {
                continue;
            }
            match Tls::load(&self.certificates) {
                Ok(tls) => {
                    tracing::info!("Swarm's certificates were rotated");
                    self.tls.store(Arc::new(tls));
                    announce.send_replace(());
                }
                Err(error) => tracing::warn!(%error, "the rotated certificates cannot be used yet"),
            }
        }
    }
}
