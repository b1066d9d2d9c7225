//! What is measured: sample types, the wire schema between agents and managers, and the history that is kept of it.
//!
//! Whatever comes over the wire becomes a [`Report`] or is refused with an error that names the field. Histories are
//! told the time, as a [`Moment`], and never read a clock; [`Clock`] is the one place that does.

mod clock;
mod codec;
mod containers;
mod fleet;
mod history;
mod report;
mod ring;
mod statistics;

/// The wire schema, as generated from `proto/telemetry.proto`.
pub mod wire {
    #![allow(missing_docs, unreachable_pub, clippy::all)]
    tonic::include_proto!("swarmmanager.telemetry.v1");
}

pub use clock::{Clock, Moment};
pub use containers::{ContainerHistory, ContainerPoint};
pub use fleet::Fleet;
pub use history::{LatestReport, NodeHistory, Point, Resource};
pub use report::{AgentInfo, ContainerSample, NodeSample, Pressure, Report, ReportError};
pub use statistics::{Statistics, percentile};

use std::time::Duration;

/// A node whose latest report is older is stale: shown as such, never placed on.
pub const STALE_AFTER: Duration = Duration::from_secs(5);
