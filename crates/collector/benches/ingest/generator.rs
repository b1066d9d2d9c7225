//! The agents, all in one process: each reports once a second, all of them evenly spread over it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use rustls::ClientConfig;
use swarmmanager_identity::Identity;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_rustls::TlsConnector;

use crate::swarm::{MANAGER, Swarm};
use crate::{Transport, load, process};

/// So many connect at the same time; a manager lets 64 of one address into handshake.
const CONNECTING: usize = 32;
const PERIOD: Duration = Duration::from_secs(1);

/// Answers the questions of `dialogue.rs` until killed.
pub(crate) async fn run(transport: Transport, agents: usize, folder: &Path) -> Result<()> {
    let swarm = Swarm::new("cluster");
    swarm.write_node(folder, MANAGER, "manager");
    let configs: Vec<Option<Arc<ClientConfig>>> = (0..agents)
        .map(|agent| (transport == Transport::Collector).then(|| swarm.client(&load::node_id(agent))))
        .collect();
    println!("ready");
    let mut questions = BufReader::new(tokio::io::stdin()).lines();
    let port: u16 = questions.next_line().await?.context("no port")?.parse()?;

    let (stop, stopped) = watch::channel(false);
    let sent = Arc::new(AtomicU64::new(0));
    let (doors, begin) = (Arc::new(Semaphore::new(CONNECTING)), Instant::now());
    let (mut connecting, mut reporting) = (JoinSet::new(), JoinSet::new());
    for (number, config) in configs.into_iter().enumerate() {
        let doors = Arc::clone(&doors);
        connecting.spawn(async move {
            let _door = doors.acquire().await?;
            Link::open(config, port).await.map(|link| (number, link))
        });
    }
    while let Some(connected) = connecting.join_next().await {
        let (number, link) = connected??;
        let agent = Agent { number, begin: begin + PERIOD.mul_f64(number as f64 / agents as f64), link };
        reporting.spawn(agent.report(stopped.clone(), Arc::clone(&sent)));
    }
    println!("connected");

    while let Some(question) = questions.next_line().await? {
        if question == "stop" {
            stop.send_replace(true);
            while let Some(agent) = reporting.join_next().await {
                // The link stays open, so that what was sent arrives.
                std::mem::forget(agent??);
            }
            println!("{}", sent.load(Relaxed));
        } else {
            println!("{}", process::cpu().as_nanos());
        }
    }
    Ok(())
}

struct Agent {
    number: usize,
    /// When it would have reported first; the others report at other moments.
    begin: Instant,
    link: Link,
}

impl Agent {
    async fn report(mut self, mut stopped: watch::Receiver<bool>, sent: Arc<AtomicU64>) -> Result<Link> {
        let node_id = load::node_id(self.number);
        let mut ticks = interval_at(self.next_turn(), PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        for sequence in 1.. {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stopped.wait_for(|stopped| *stopped) => break,
            }
            self.link.send(load::frame(&node_id, sequence)).await?;
            sent.fetch_add(1, Relaxed);
        }
        Ok(self.link)
    }

    /// Its next moment from now on.
    fn next_turn(&self) -> Instant {
        let passed = self.begin.elapsed().as_secs_f64().floor() + 1.0;
        self.begin + PERIOD.mul_f64(passed)
    }
}

/// A connection to the receiver.
enum Link {
    Collector(h2::SendStream<Bytes>),
    Floor(TcpStream),
}

impl Link {
    async fn open(config: Option<Arc<ClientConfig>>, port: u16) -> Result<Self> {
        let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
        tcp.set_nodelay(true)?;
        let Some(config) = config else { return Ok(Self::Floor(tcp)) };
        let tls = TlsConnector::from(config).connect(Identity::manager_name(), tcp).await?;
        let mut http = h2::client::Builder::new();
        http.initial_window_size(16 << 10).initial_connection_window_size(64 << 10);
        let (requests, mut connection) = http.handshake(tls).await?;
        let ping_pong = connection.ping_pong();
        tokio::spawn(connection);
        // A client is through with the handshake before the server is. The next may knock once this one is in.
        ping_pong.context("no pings")?.ping(h2::Ping::opaque()).await?;
        let request = http::Request::post("https://swarm-manager/swarmmanager.telemetry.v1.Collector/Report")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())?;
        let (answer, stream) = requests.ready().await?.send_request(request, false)?;
        // Nothing comes before the end, and dropping it would reset the stream.
        tokio::spawn(answer);
        Ok(Self::Collector(stream))
    }

    async fn send(&mut self, frame: Bytes) -> Result<()> {
        match self {
            Self::Collector(stream) => Ok(stream.send_data(frame, false)?),
            Self::Floor(tcp) => Ok(tcp.write_all(&frame).await?),
        }
    }
}
