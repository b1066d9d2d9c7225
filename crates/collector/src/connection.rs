//! One connection: TLS handshake, then HTTP/2 with one stream.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use swarmmanager_identity::Peer;
use swarmmanager_telemetry::wire::collector_server::CollectorServer;
use swarmmanager_telemetry::{Clock, Fleet};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::admission::Place;
use crate::members::Members;
use crate::service::Stream;
use crate::sessions::Sessions;
use crate::stats::{Cause, CollectorStats};

const HANDSHAKE: Duration = Duration::from_secs(5);
const FIRST_REPORT: Duration = Duration::from_secs(10);
/// A report of 1,000 containers has about 80 KiB.
const LARGEST_REPORT: usize = 256 << 10;
const WINDOW: u32 = 64 << 10;
const LARGEST_HEADERS: u32 = 8 << 10;
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

/// Serves a connection until either side ends it, or `rotated` says that the Swarm's certificates changed.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    acceptor: TlsAcceptor,
    cluster: Arc<str>,
    tcp: TcpStream,
    address: SocketAddr,
    place: Place,
    mut rotated: watch::Receiver<()>,
) {
    let refuse = |cause: Cause, why: &dyn std::fmt::Display| {
        shared.stats.refuse(cause, shared.clock.now(), &address, why);
    };
    let tls = match timeout(HANDSHAKE, acceptor.accept(tcp)).await {
        Err(_) => return refuse(Cause::TimedOut, &"no TLS handshake within 5 s"),
        Ok(Err(error)) => return refuse(Cause::NotAuthenticated, &error),
        Ok(Ok(tls)) => tls,
    };
    drop(place);
    let peer = match Peer::from_certificates(tls.get_ref().1.peer_certificates().unwrap_or_default()) {
        Err(error) => return refuse(Cause::NotAuthenticated, &error),
        Ok(peer) if *peer.cluster != *cluster => {
            return refuse(Cause::NotAMember, &"the certificate is of another Swarm");
        }
        Ok(peer) if !shared.members.contains(&peer.node) => {
            return refuse(Cause::NotAMember, &"the node is not in the Swarm any more");
        }
        Ok(peer) => peer,
    };
    let (_session, displaced) = shared.sessions.enter(&peer.node);
    let begun = Arc::new(Notify::new());
    let stream = Stream { shared: Arc::clone(&shared), peer, begun: Arc::clone(&begun) };
    let service = CollectorServer::new(stream).max_decoding_message_size(LARGEST_REPORT);
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(1)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_header_list_size(LARGEST_HEADERS)
        .max_send_buf_size(WINDOW as usize)
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE);
    let connection = http.serve_connection(TokioIo::new(tls), TowerToHyperService::new(service));
    let silent = async {
        if timeout(FIRST_REPORT, begun.notified()).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        result = connection => {
            if let Err(error) = result {
                tracing::debug!(%address, %error, "connection ended");
            }
        }
        () = silent => refuse(Cause::TimedOut, &"no report within 10 s of the handshake"),
        _ = displaced => {}
        _ = rotated.changed() => {}
    }
}
