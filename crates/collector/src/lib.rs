//! Takes agents' reports in over mutual TLS and writes them into the [`Fleet`](swarmmanager_telemetry::Fleet)'s histories.
//!
//! Whoever connects is believed only as far as its Swarm certificate goes: a node reports for itself. Everything is
//! bounded: connections in all and in handshake, from one address, the time that each step may take, the size and
//! the rate of reports. What is refused is counted by cause, and logged once per cause and minute.

mod admission;
mod bucket;
mod connection;
mod limits;
mod listener;
mod members;
mod service;
mod sessions;
mod stats;

use std::io;
use std::net::SocketAddr;

use swarmmanager_identity::IdentityError;

pub use listener::Collector;
pub use members::Members;
pub use stats::{Cause, CollectorStats, Counters};

/// The port that agents report to.
pub const DEFAULT_PORT: u16 = 42664;

/// Why the collector could not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum CollectorError {
    /// This node's own certificate cannot be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The address cannot be listened on.
    #[error("{addr} cannot be listened on")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// The system's word.
        source: io::Error,
    },
}
