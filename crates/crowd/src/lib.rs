//! A crowd of nodes that are members of a real Swarm and only pretend to be machines.
//!
//! Each one joins with the workers' token, holds a certificate that the Swarm's own authority issued, keeps in touch as
//! Docker's agent does, says of every task that it runs it, and reports to the managers' collectors as `swarm-agent`
//! does. So Docker, the manager and whoever looks at them see a Swarm of hundreds of nodes on one small machine. What
//! the nodes measure is made up, and the same for the same seed.
//!
//! It leaves out containers: nothing is run.

mod channel;
mod error;
mod load;
mod machine;
mod membership;
mod mix;
mod reports;
mod session;
mod tasks;

/// The wire schema, as generated from `proto/swarm.proto`.
mod wire {
    #![allow(missing_docs, unreachable_pub, clippy::all)]
    tonic::include_proto!("docker.swarmkit.v1");
}

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use swarmmanager_identity::Identity;
use swarmmanager_units::NodeId;
use tokio::task::JoinSet;

pub use error::CrowdError;
use machine::Machine;

/// The label of the engines of simulated nodes, by which they are told from real ones.
pub const LABEL: &str = "swarmmanager.crowd";

/// Nodes that join at the same time; more would only wait for the Swarm's log.
const JOINING: usize = 16;

/// What a crowd is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// How many nodes.
    pub nodes: u32,
    /// Decides what the nodes are and how busy they are when.
    pub seed: u64,
}

/// Where and how to join a Swarm.
#[derive(Clone)]
pub struct Entrance {
    /// A manager's address for nodes, port 2377.
    pub manager: SocketAddr,
    /// The token that workers join with.
    pub token: String,
    /// The Swarm's certificate authority, in PEM.
    pub trust_root: String,
    /// Where managers take reports.
    pub report_port: u16,
    /// The address before the first node's. Nodes have addresses of their own, one after the other, that this machine
    /// has to be at; without it they all have the machine's.
    pub addresses_after: Option<Ipv4Addr>,
}

/// A crowd whose nodes have joined.
pub struct Joined {
    members: Vec<Member>,
    report_port: u16,
}

/// A node of the crowd.
struct Member {
    machine: Machine,
    identity: Arc<Identity>,
    address: Option<Ipv4Addr>,
    manager: SocketAddr,
}

impl Crowd {
    /// Makes the nodes members of the Swarm. They are not in touch before [`Joined::run`].
    ///
    /// # Errors
    /// Where the Swarm does not let one in.
    pub async fn join(self, entrance: &Entrance) -> Result<Joined, CrowdError> {
        let mut waiting = (0..self.nodes).map(|number| Machine::new(self.seed, number));
        let (mut joining, mut members) = (JoinSet::new(), Vec::new());
        loop {
            while let Some(machine) = (joining.len() < JOINING).then(|| waiting.next()).flatten() {
                joining.spawn(membership::join(machine, entrance.clone()));
            }
            match joining.join_next().await {
                Some(member) => members.push(member.map_err(CrowdError::Task)??),
                None => return Ok(Joined { members, report_port: entrance.report_port }),
            }
        }
    }
}

impl Joined {
    /// The nodes' ids.
    pub fn ids(&self) -> Vec<NodeId> {
        self.members.iter().map(|member| member.identity.own().node.clone()).collect()
    }

    /// Keeps all nodes in touch and reporting until it is dropped.
    ///
    /// # Errors
    /// Where a certificate that was issued cannot be used.
    pub async fn run(self) -> Result<Infallible, CrowdError> {
        let start = Instant::now();
        let mut living = JoinSet::new();
        for member in self.members {
            living.spawn(member.live(self.report_port, start));
        }
        match living.join_next().await {
            Some(ended) => ended.map_err(CrowdError::Task)?,
            None => std::future::pending().await,
        }
    }
}

impl Member {
    async fn live(self, report_port: u16, start: Instant) -> Result<Infallible, CrowdError> {
        let tls = Arc::new(self.identity.client_config().map_err(CrowdError::Identity)?);
        let link = channel::Dialler { tls, source: self.address };
        let shared = session::Shared::new(self.manager);
        let reporter = reports::Reporter {
            link: link.clone(),
            node: self.identity.own().node.clone(),
            machine: self.machine.clone(),
            port: report_port,
            start,
        };
        tokio::select! {
            never = session::keep(link, &self.machine, &shared) => match never {},
            never = reporter.run(&shared) => match never {},
        }
    }
}
