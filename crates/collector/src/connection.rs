//! One connection: TLS handshake, then HTTP/2 with one call.

use std::error::Error as _;
use std::fmt::Display;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use swarmmanager_identity::Peer;
use swarmmanager_telemetry::wire::collector_server::CollectorServer;
use swarmmanager_telemetry::{Clock, Fleet};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::admission::Place;
use crate::members::Members;
use crate::service::{Call, Progress};
use crate::sessions::{Entered, Sessions};
use crate::stats::{Cause, CollectorStats};

const HANDSHAKE: Duration = Duration::from_secs(5);
const FIRST_REPORT: Duration = Duration::from_secs(10);
/// For telling the peer why its call ended.
const GOODBYE: Duration = Duration::from_secs(1);
/// A report of 1,000 containers has about 80 KiB.
const LARGEST_REPORT: usize = 128 << 10;
/// What a peer may have on its way.
const WINDOW: u32 = 64 << 10;
const LARGEST_HEADERS: u32 = 4 << 10;
/// What is sent are acknowledgements and one answer.
const SEND_BUFFER: usize = 8 << 10;
/// Streams that a peer opened and reset before they were looked at.
const MOST_RESETS: usize = 8;
/// A connection whose other end is gone is noticed by then.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) fleet: Fleet,
    pub(crate) clock: Clock,
    pub(crate) stats: Arc<CollectorStats>,
    pub(crate) members: Members,
    pub(crate) sessions: Sessions,
}

/// A connection that was let in at the door.
pub(crate) struct Incoming {
    pub(crate) shared: Arc<Shared>,
    pub(crate) acceptor: TlsAcceptor,
    /// The Swarm that a peer has to be of.
    pub(crate) cluster: Arc<str>,
    pub(crate) tcp: TcpStream,
    pub(crate) address: SocketAddr,
    /// Fires when connections made under the old root CA are to be given up.
    pub(crate) distrusted: watch::Receiver<()>,
}

type Refusal<'a> = (Cause, Box<dyn Display + Send + 'a>);

impl Incoming {
    /// Serves the connection until either side ends it.
    pub(crate) async fn serve(self, place: Place) {
        let Self { shared, acceptor, cluster, tcp, address, distrusted } = self;
        let refuse =
            |(cause, why): Refusal<'_>| shared.stats.refuse(cause, shared.clock.now(), &address, &why);
        let tls = match shake_hands(acceptor, tcp, place).await {
            Ok(tls) => tls,
            Err(refusal) => return refuse(refusal),
        };
        match who_is(&tls, &cluster, &shared.members) {
            Ok(peer) => {
                if let Err(refusal) = converse(&shared, tls, peer, address, distrusted).await {
                    refuse(refusal);
                }
            }
            Err(refusal) => refuse(refusal),
        }
    }
}

async fn shake_hands(
    acceptor: TlsAcceptor,
    tcp: TcpStream,
    mut place: Place,
) -> Result<TlsStream<TcpStream>, Refusal<'static>> {
    tokio::select! {
        handshake = timeout(HANDSHAKE, acceptor.accept(tcp)) => match handshake {
            Ok(Ok(tls)) => Ok(tls),
            Ok(Err(error)) => Err((Cause::NotAuthenticated, Box::new(error))),
            Err(_) => Err((Cause::TimedOut, Box::new("no TLS handshake within 5 s"))),
        },
        () = place.displaced() => {
            Err((Cause::TooManyHandshakes, Box::new("its handshake took long and others wait")))
        }
    }
}

fn who_is(tls: &TlsStream<TcpStream>, cluster: &str, members: &Members) -> Result<Peer, Refusal<'static>> {
    let chain = tls.get_ref().1.peer_certificates().unwrap_or_default();
    let peer = Peer::from_certificates(chain)
        .map_err(|error| -> Refusal<'static> { (Cause::NotAuthenticated, Box::new(error)) })?;
    if peer.cluster != cluster {
        return Err((Cause::NotAMember, Box::new("the certificate is of another Swarm")));
    }
    if !members.contains(&peer.node) {
        return Err((Cause::NotAMember, Box::new("the node is not in the Swarm any more")));
    }
    Ok(peer)
}

/// Takes the peer's one call.
async fn converse(
    shared: &Arc<Shared>,
    tls: TlsStream<TcpStream>,
    peer: Peer,
    address: SocketAddr,
    mut distrusted: watch::Receiver<()>,
) -> Result<(), Refusal<'static>> {
    let Entered { session: _session, displaced, bucket } =
        shared.sessions.enter(&peer.node, shared.clock.now());
    let (progress, watched) = watch::channel(Progress::Waiting);
    let call = Call { shared: Arc::clone(shared), peer, bucket, progress: Arc::new(progress) };
    let service = CollectorServer::new(call).max_decoding_message_size(LARGEST_REPORT);
    let connection = settings().serve_connection(TokioIo::new(tls), TowerToHyperService::new(service));
    let mut connection = pin!(connection);
    let first_report = timeout(FIRST_REPORT, reached(watched.clone(), Progress::Reporting));
    let silent = async {
        if first_report.await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        result = connection.as_mut() => {
            if let Err(error) = result {
                tracing::debug!(%address, %error, "connection ended");
                return fault(&error).map_or(Ok(()), Err);
            }
        }
        () = silent => return Err((Cause::TimedOut, Box::new("no report within 10 s of the handshake"))),
        () = reached(watched, Progress::Ended) => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(GOODBYE, connection).await;
        }
        _ = displaced => {}
        _ = distrusted.changed() => {}
    }
    Ok(())
}

/// What a connection broke for, if it was the peer's fault. That it went away is none.
fn fault(error: &hyper::Error) -> Option<Refusal<'static>> {
    let http2 = error.source()?.downcast_ref::<h2::Error>()?;
    http2.is_library().then(|| -> Refusal<'static> { (Cause::Protocol, Box::new(http2.to_string())) })
}

/// Completes once the connection has come so far.
async fn reached(mut progress: watch::Receiver<Progress>, step: Progress) {
    let _ = progress.wait_for(|progress| *progress >= step).await;
}

/// Bounded in every direction: what a peer may send unasked, and what is kept for it.
fn settings() -> http2::Builder<TokioExecutor> {
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(1)
        .max_pending_accept_reset_streams(MOST_RESETS)
        .max_local_error_reset_streams(MOST_RESETS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_header_list_size(LARGEST_HEADERS)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE);
    http
}
