//! One connection to one manager, from dialling to its end.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::uri::PathAndQuery;
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ClientConfig;
use swarmmanager_identity::Identity;
use swarmmanager_telemetry::wire;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tonic::body::Body;
use tonic::client::Grpc;
use tower::Service;

use super::backlog::Outbox;
use super::frame::ReportCodec;

/// For dialling, and again for the TLS handshake.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A manager that vanished without a word is noticed after both.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// The answer is a few bytes, so there is no use for the large default windows and buffers.
const WINDOW: u32 = 16 << 10;
const SEND_BUFFER: usize = 64 << 10;

/// Where managers take reports, as the schema names it.
const METHOD: PathAndQuery = PathAndQuery::from_static("/swarmmanager.telemetry.v1.Collector/Report");

/// Why a connection did not come about or ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectionError {
    #[error("cannot connect")]
    Dial(#[source] std::io::Error),
    #[error("no answer within {} s", CONNECT_TIMEOUT.as_secs())]
    Timeout,
    #[error("cannot agree on a secure connection")]
    Tls(#[source] std::io::Error),
    #[error("cannot start HTTP/2")]
    Http(#[source] hyper::Error),
    #[error("the connection broke")]
    Broken(#[source] hyper::Error),
    #[error("the manager closed the connection")]
    Closed,
    #[error("the manager refused the reports: {} ({:?})", .0.message(), .0.code())]
    Refused(#[source] Box<tonic::Status>),
}

/// Dials `manager`, calls `connected`, and sends it everything in `outbox` until something fails.
pub(crate) async fn send_reports(
    manager: SocketAddr,
    tls: Arc<ClientConfig>,
    info: wire::AgentInfo,
    outbox: Outbox,
    connected: impl FnOnce(),
) -> ConnectionError {
    match connect(manager, tls).await {
        Ok(connection) => {
            connected();
            connection.run(info, outbox).await
        }
        Err(error) => error,
    }
}

type Driver = http2::Connection<TokioIo<tokio_rustls::client::TlsStream<TcpStream>>, Body, Tasks>;

struct Connection {
    requests: SendRequest<Body>,
    driver: Driver,
    /// Dropping it ends what the connection does in the background.
    _tasks: Tasks,
}

async fn connect(manager: SocketAddr, tls: Arc<ClientConfig>) -> Result<Connection, ConnectionError> {
    let dial = TcpStream::connect(manager);
    let stream = timeout(CONNECT_TIMEOUT, dial)
        .await
        .map_err(|_| ConnectionError::Timeout)?
        .map_err(ConnectionError::Dial)?;
    stream.set_nodelay(true).map_err(ConnectionError::Dial)?;
    let handshake = TlsConnector::from(tls).connect(Identity::manager_name(), stream);
    let stream = timeout(CONNECT_TIMEOUT, handshake)
        .await
        .map_err(|_| ConnectionError::Timeout)?
        .map_err(ConnectionError::Tls)?;

    let tasks = Tasks::default();
    let (requests, driver) = http2::Builder::new(tasks.clone())
        .timer(TokioTimer::new())
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_header_list_size(WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(ConnectionError::Http)?;
    Ok(Connection { requests, driver, _tasks: tasks })
}

impl Connection {
    async fn run(self, info: wire::AgentInfo, outbox: Outbox) -> ConnectionError {
        let Self { requests, driver, _tasks } = self;
        let origin = Uri::from_static("https://swarm-manager");
        let mut client = Grpc::with_origin(Requests(requests), origin);
        let call = async {
            // Tonic wants to be told that the service is ready, which a connection just made is.
            client.ready().await.map_err(ConnectionError::Broken)?;
            let codec = ReportCodec::introducing(info);
            let answer = client.client_streaming(tonic::Request::new(outbox), METHOD, codec).await;
            answer.map_err(|status| ConnectionError::Refused(Box::new(status)))
        };
        let mut driver = pin!(driver);
        tokio::select! {
            // The driver knows best why a connection ended.
            biased;
            end = &mut driver => end.err().map_or(ConnectionError::Closed, ConnectionError::Broken),
            answer = call => answer.err().unwrap_or(ConnectionError::Closed),
        }
    }
}

/// A connection as tonic wants it.
struct Requests(SendRequest<Body>);

impl Service<Request<Body>> for Requests {
    type Response = Response<Incoming>;
    type Error = hyper::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, hyper::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), hyper::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}

/// The connection's background tasks, which end with it.
#[derive(Clone, Default)]
struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Tasks {
    fn execute(&self, task: F) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
    }
}
