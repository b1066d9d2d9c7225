//! The door: accepts connections, follows the rotation of the node's own certificate.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use swarmmanager_identity::{Identity, IdentityError, Revision};
use swarmmanager_telemetry::{Clock, Fleet};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, interval};
use tokio_rustls::TlsAcceptor;

use crate::CollectorError;
use crate::admission::Admission;
use crate::connection::{Incoming, Shared};
use crate::limits::Limits;
use crate::members::Members;
use crate::sessions::Sessions;
use crate::stats::{Cause, CollectorStats, OpenConnection};

/// Docker rotates certificates at most every few minutes.
const LOOK_FOR_ROTATION: Duration = Duration::from_secs(2);
/// After a connection could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes agents' reports in.
pub struct Collector {
    listener: std::net::TcpListener,
    certificates: PathBuf,
    shared: Arc<Shared>,
    tls: ArcSwap<Tls>,
    limits: Limits,
}

/// What handshakes are made with.
struct Tls {
    acceptor: TlsAcceptor,
    cluster: Arc<str>,
    identity: Identity,
}

impl Tls {
    fn load(certificates: &Path) -> Result<Self, IdentityError> {
        let identity = Identity::load(certificates)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(identity.server_config()?)),
            cluster: identity.own().cluster.as_str().into(),
            identity,
        })
    }
}

impl Collector {
    /// Listens on that address as the node whose certificates Docker keeps in that folder. Lets the process open as
    /// many files as the system allows.
    pub async fn bind(addr: SocketAddr, certificates: &Path) -> Result<Self, CollectorError> {
        let tls = Tls::load(certificates)?;
        let listener = TcpListener::bind(addr)
            .await
            .and_then(TcpListener::into_std)
            .map_err(|source| CollectorError::Bind { addr, source })?;
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
            tls: ArcSwap::from_pointee(tls),
            limits: Limits::raise(),
        })
    }

    /// The address that it listens on.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
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

    /// Takes reports in until dropped, in a thread of its own: thousands of agents fit into one core, and however many
    /// knock, the rest of the process goes on.
    pub async fn run(self) {
        let (_stop, stopped) = oneshot::channel::<()>();
        let (ending, ended) = oneshot::channel::<()>();
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let thread = std::thread::Builder::new().name("collector".into()).spawn(move || {
            let _logging = tracing::dispatcher::set_default(&dispatch);
            if let Err(error) = self.run_until(stopped) {
                tracing::error!(%error, "the collector cannot run");
            }
            drop(ending);
        });
        match thread {
            Ok(_) => _ = ended.await,
            Err(error) => tracing::error!(%error, "the collector cannot be given a thread"),
        }
    }

    fn run_until(&self, stopped: oneshot::Receiver<()>) -> io::Result<()> {
        Builder::new_current_thread().enable_all().build()?.block_on(async {
            let listener = TcpListener::from_std(self.listener.try_clone()?)?;
            let announce = watch::Sender::new(());
            tokio::select! {
                () = self.accept(listener, &announce) => {}
                () = self.follow_rotation(&announce) => {}
                _ = stopped => {}
            }
            Ok(())
        })
    }

    async fn accept(&self, listener: TcpListener, announce: &watch::Sender<()>) {
        let admission = Admission::new(self.limits.handshakes);
        loop {
            match listener.accept().await {
                Ok((tcp, address)) => self.let_in(tcp, address, &admission, announce),
                Err(error) => {
                    // Out of descriptors, most likely: those that are open go on, new ones wait.
                    self.refuse(Cause::TooManyConnections, &"whoever is next", &error);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Serves a connection in a task of its own, or drops it.
    fn let_in(
        &self,
        tcp: TcpStream,
        address: SocketAddr,
        admission: &Admission,
        announce: &watch::Sender<()>,
    ) {
        let open = OpenConnection::new(&self.shared.stats);
        if open.count > self.limits.connections {
            return self.refuse(Cause::TooManyConnections, &address, &"too many connections");
        }
        let Some(place) = admission.enter(address.ip(), self.shared.clock.now()) else {
            let why = "too many connections are in handshake";
            return self.refuse(Cause::TooManyHandshakes, &address, &why);
        };
        let _ = tcp.set_nodelay(true);
        // In this order: what is announced after the old TLS was taken is heard, what was announced before is not.
        let distrusted = announce.subscribe();
        let tls = self.tls.load();
        let incoming = Incoming {
            shared: Arc::clone(&self.shared),
            acceptor: tls.acceptor.clone(),
            cluster: Arc::clone(&tls.cluster),
            tcp,
            address,
            distrusted,
        };
        tokio::spawn(async move {
            let _open = open;
            incoming.serve(place).await;
        });
    }

    fn refuse(&self, cause: Cause, from: &dyn Display, why: &dyn Display) {
        self.shared.stats.refuse(cause, self.shared.clock.now(), from, why);
    }

    /// Takes a rotated certificate or root CA into use.
    async fn follow_rotation(&self, announce: &watch::Sender<()>) {
        let mut ticks = interval(LOOK_FOR_ROTATION);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = None;
        loop {
            ticks.tick().await;
            let revision = Revision::of(&self.certificates);
            let current = self.tls.load();
            if revision == *current.identity.revision() {
                continue;
            }
            match Tls::load(&self.certificates) {
                Ok(tls) => {
                    tracing::info!("Swarm's certificates were rotated");
                    let same_roots = tls.identity.trusts_the_same(&current.identity);
                    self.tls.store(Arc::new(tls));
                    // What was checked against another root is not to be trusted on; agents come back at once.
                    if !same_roots {
                        announce.send_replace(());
                    }
                }
                Err(error) => {
                    // Docker may be half-way through writing. One line for each state of the files.
                    if told.replace(revision.clone()) != Some(revision) {
                        tracing::warn!(%error, "the rotated certificates cannot be used yet");
                    }
                }
            }
        }
    }
}
