//! Debian's prometheus-node-exporter, and what Prometheus does with it: a scrape a second over one connection.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use swarmmanager_lab::Node;
use tokio::net::TcpStream;
use tokio::time::{Instant, interval, sleep};

/// The collectors that cover what the agent tells of the node.
const COLLECTORS: [&str; 6] = ["cpu", "loadavg", "meminfo", "filesystem", "netdev", "diskstats"];

const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9100);
const START_LIMIT: Duration = Duration::from_secs(20);

/// The exporter as a command in the node.
pub(crate) fn command(node: &Node) -> Result<Command> {
    let mut command = node.command("prometheus-node-exporter")?;
    // It complains of what a node of a lab does not have.
    command.stderr(Stdio::null());
    command.args(["--collector.disable-defaults", "--log.level=error"]);
    command.arg(format!("--web.listen-address={ADDRESS}"));
    command.args(COLLECTORS.map(|collector| format!("--collector.{collector}")));
    Ok(command)
}

/// Scrapes once a second, until it fails.
pub(crate) async fn scrape() -> Result<()> {
    let mut requests = connect().await?;
    let mut ticks = interval(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        let request = Request::get("/metrics")
            .header("Host", ADDRESS.to_string())
            .header("Accept", "text/plain;version=0.0.4")
            .header("Accept-Encoding", "gzip")
            .body(Empty::<Bytes>::new())?;
        let answer = requests.send_request(request).await.context("the exporter does not answer")?;
        ensure!(answer.status() == StatusCode::OK, "the exporter answers {}", answer.status());
        ensure!(!answer.into_body().collect().await?.to_bytes().is_empty(), "the exporter says nothing");
    }
}

async fn connect() -> Result<SendRequest<Empty<Bytes>>> {
    let deadline = Instant::now() + START_LIMIT;
    let stream = loop {
        match TcpStream::connect(ADDRESS).await {
            Ok(stream) => break stream,
            Err(error) => ensure!(Instant::now() < deadline, "the exporter does not listen: {error}"),
        }
        sleep(Duration::from_millis(50)).await;
    };
    let (requests, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(requests)
}
