//! An agent that can be told to say anything.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::{BufMut as _, Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use prost::Message as _;
use rustls::ClientConfig;
use swarmmanager_identity::Identity;
use swarmmanager_telemetry::wire;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::rig::{LIMIT, Rig};

pub(crate) const PATH: &str = "/swarmmanager.telemetry.v1.Collector/Report";

/// A connection on which a call is under way.
pub(crate) struct Agent {
    node: String,
    sequence: u64,
    pub(crate) requests: SendRequest<Bytes>,
    pub(crate) stream: h2::SendStream<Bytes>,
    answer: ResponseFuture,
    connection: JoinHandle<Result<(), h2::Error>>,
}

/// How a call ended: gRPC's code and message.
pub(crate) type Outcome = (i32, String);

impl Agent {
    /// Connects as that node and opens the call.
    pub(crate) async fn connect(rig: &Rig, node: &str) -> Self {
        let config = rig.swarm.client(node);
        Self::connect_as(rig, node, config).await.unwrap()
    }

    pub(crate) async fn connect_as(
        rig: &Rig,
        node: &str,
        config: Arc<ClientConfig>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let tls = dial(rig.address, config).await?;
        let (requests, connection) = h2::client::handshake(tls).await?;
        let connection = tokio::spawn(connection);
        let mut requests = requests.ready().await?;
        let (answer, stream) = requests.send_request(request(PATH), false)?;
        Ok(Self { node: node.into(), sequence: 0, requests, stream, answer, connection })
    }

    /// A sound report, the next in the row. It has 10 containers: of many small frames HTTP/2 thinks ill.
    pub(crate) fn report(&mut self) -> wire::NodeReport {
        self.sequence += 1;
        let node = wire::NodeSample { cpu_capacity_mhz: 2000.0, cores: 2.0, ..Default::default() };
        let container = wire::ContainerSample { id: vec![7; 32], cpu_used_mhz: 5.0, ..Default::default() };
        wire::NodeReport {
            node_id: self.node.clone(),
            sequence: self.sequence,
            node: Some(node),
            containers: vec![container; 10],
            ..Default::default()
        }
    }

    pub(crate) fn send(&mut self, report: &wire::NodeReport) {
        self.stream.send_data(frame(&report.encode_to_vec()), false).unwrap();
    }

    /// Sends a sound report.
    pub(crate) fn send_report(&mut self) {
        let report = self.report();
        self.send(&report);
    }

    /// How the call ends.
    pub(crate) async fn outcome(self) -> Outcome {
        self.outcome_and_connection().await.0
    }

    /// How the call ends, and then the connection.
    pub(crate) async fn outcome_and_connection(self) -> (Outcome, Result<(), h2::Error>) {
        let Self { requests, stream, answer, connection, .. } = self;
        let answer = timeout(LIMIT, answer).await.expect("the call goes on").unwrap();
        let (head, mut body) = answer.into_parts();
        while body.data().await.is_some() {}
        let trailers = body.trailers().await.unwrap().unwrap_or(head.headers);
        let text = |name: &str| trailers.get(name).map(|value| value.to_str().unwrap().to_owned());
        let outcome =
            (text("grpc-status").unwrap().parse().unwrap(), text("grpc-message").unwrap_or_default());
        drop((requests, stream));
        (outcome, timeout(LIMIT, connection).await.expect("the connection stays open").unwrap())
    }

    /// How a connection ends whose call has no answer.
    pub(crate) async fn end_of_connection(self) -> Result<(), h2::Error> {
        timeout(LIMIT, self.connection).await.expect("the connection stays open").unwrap()
    }
}

pub(crate) fn request(path: &str) -> http::Request<()> {
    http::Request::post(format!("https://swarm-manager{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())
        .unwrap()
}

/// A message of gRPC.
pub(crate) fn frame(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap());
    frame.put_slice(message);
    frame.freeze()
}

pub(crate) async fn dial(
    address: SocketAddr,
    config: Arc<ClientConfig>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(address).await?;
    TlsConnector::from(config).connect(Identity::manager_name(), tcp).await
}

/// Waits until the other side has closed the connection, in whatever way.
pub(crate) async fn closed(stream: &mut (impl tokio::io::AsyncRead + Unpin)) {
    let mut buffer = [0; 4096];
    let end = async { while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {} };
    timeout(LIMIT, end).await.expect("the connection stays open");
}
