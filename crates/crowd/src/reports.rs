//! How a node reports: once a second to every manager's collector, as `swarm-agent` does.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use swarmmanager_telemetry::wire::collector_client::CollectorClient;
use swarmmanager_telemetry::wire::{AgentInfo, NodeReport};
use swarmmanager_units::NodeId;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use crate::channel::Dialler;
use crate::load;
use crate::machine::Machine;
use crate::session::Shared;

const SECOND: Duration = Duration::from_secs(1);

/// What reports of one node.
#[derive(Clone)]
pub(crate) struct Reporter {
    pub(crate) link: Dialler,
    pub(crate) node: NodeId,
    pub(crate) machine: Machine,
    pub(crate) port: u16,
    /// The crowd's first second.
    pub(crate) start: Instant,
}

impl Reporter {
    /// Reports to whoever the managers are.
    pub(crate) async fn run(self, shared: &Shared) -> Infallible {
        let mut managers = shared.managers();
        loop {
            let known: BTreeSet<SocketAddr> = managers.borrow_and_update().clone();
            let links = known.iter().map(|manager| SocketAddr::new(manager.ip(), self.port));
            let mut links: FuturesUnordered<_> =
                links.map(|collector| self.report_to(collector, shared)).collect();
            tokio::select! {
                Some(never) = links.next() => match never {},
                Ok(()) = managers.changed() => {}
            }
        }
    }

    async fn report_to(&self, collector: SocketAddr, shared: &Shared) -> Infallible {
        // Nodes speak at different moments of a second, as real ones do.
        sleep(SECOND.mul_f32(crate::mix::unit(self.machine.seed))).await;
        loop {
            if let Ok(channel) = self.link.connect(collector).await {
                self.stream(channel, shared).await;
            }
            sleep(SECOND).await;
        }
    }

    /// Reports until the connection breaks.
    async fn stream(&self, channel: Channel, shared: &Shared) {
        let (sender, receiver) = mpsc::channel(1);
        let mut client = CollectorClient::new(channel);
        let feed = async {
            let mut ticks = interval(SECOND);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut introduction = Some(introduction());
            for sequence in 1.. {
                ticks.tick().await;
                let report = NodeReport { sequence, ..self.report(shared, introduction.take()) };
                if sender.send(report).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            _ = client.report(ReceiverStream::new(receiver)) => {}
            () = feed => {}
        }
    }

    fn report(&self, shared: &Shared, agent: Option<AgentInfo>) -> NodeReport {
        let second = self.start.elapsed().as_secs();
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (node, containers) = load::second(&self.machine, shared.tasks().running(), second);
        NodeReport {
            node_id: self.node.to_string(),
            clock_unix_ms: i64::try_from(clock.as_millis()).unwrap_or_default(),
            node: Some(node),
            containers,
            agent,
            ..Default::default()
        }
    }
}

fn introduction() -> AgentInfo {
    AgentInfo { version: env!("CARGO_PKG_VERSION").to_owned(), node_scope: "host".to_owned() }
}
