//! One connection: HTTP/1.1 or HTTP/2, with limits on those who say nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tower::ServiceExt as _;

use crate::origin::TrustedProxies;

/// A request's headers have to be there after this time; also the longest that an idle connection stays.
const HEADER_LIMIT: Duration = Duration::from_secs(30);
/// A peer that vanished without a word is noticed by this.
const PING_EVERY: Duration = Duration::from_secs(20);
const LARGEST_HEADERS: usize = 32 * 1024;
/// Streams in one HTTP/2 connection: a page has a handful.
const MOST_STREAMS: u32 = 64;
/// What waits to be sent in one HTTP/2 stream, so that a slow reader costs little memory.
const LARGEST_BACKLOG: usize = 64 * 1024;

/// Serves a connection to its end.
pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    is_tls: bool,
    proxies: Arc<TrustedProxies>,
    router: Router,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        let origin = proxies.origin(peer, is_tls, request.headers());
        request.extensions_mut().insert(origin);
        router.clone().oneshot(request)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_LIMIT).max_buf_size(LARGEST_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(u32::try_from(LARGEST_HEADERS).unwrap_or(u32::MAX))
        .max_send_buf_size(LARGEST_BACKLOG);
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%peer, error, "connection ended early");
    }
}
