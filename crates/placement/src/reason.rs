//! Why a node is out.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Constraint, HostPort, NodeAvailability, NodeStatus, Platform, Resource, STALE_AFTER};

/// Why a node is out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Reason {
    /// Swarm is not in touch with it.
    NotReady {
        /// What it is instead.
        status: NodeStatus,
    },
    /// It is not to take tasks.
    NotActive {
        /// What it is instead.
        availability: NodeAvailability,
    },
    /// The request names it as one not to use.
    Excluded,
    /// Its agent never reported.
    NoReports,
    /// Its agent's last report is too old.
    Stale {
        /// Its age.
        age: Duration,
    },
    /// A constraint does not hold.
    Constraint {
        /// Which.
        constraint: Constraint,
    },
    /// The image is not built for it.
    Platform {
        /// What the node runs.
        node: Platform,
        /// What the image is built for.
        image: Vec<Platform>,
    },
    /// It has as many instances of the service as it may have.
    MaxPerNode {
        /// How many that is.
        most: u64,
    },
    /// Something on it publishes a port already.
    PortTaken {
        /// Which.
        port: HostPort,
    },
    /// Too little is free by measurement.
    TooLittleFree {
        /// Of what.
        resource: Resource,
        /// Asked for.
        demand: f64,
        /// What is free.
        free: f64,
        /// What the node has.
        capacity: f64,
        /// Mean use.
        used: f64,
        /// What was placed on it and does not show in the measurements yet.
        unseen: f64,
    },
    /// The policy takes it out by a rule of its own.
    Policy {
        /// Which policy.
        policy: String,
    },
    /// Too little is left unpromised.
    Reserved {
        /// Of what.
        resource: Resource,
        /// Asked for.
        demand: f64,
        /// Promised to others.
        reserved: f64,
        /// What the node has.
        capacity: f64,
    },
}

impl Reason {
    /// The kind of reason in a few words, the same for all nodes that are out for it.
    pub fn kind(&self) -> String {
        match self {
            Self::NotReady { status } => match status {
                NodeStatus::Ready => "ready".into(),
                NodeStatus::Down => "down".into(),
                NodeStatus::Unknown => "not heard of yet".into(),
                NodeStatus::Disconnected => "disconnected".into(),
            },
            Self::NotActive { availability } => match availability {
                NodeAvailability::Active => "active".into(),
                NodeAvailability::Pause => "paused".into(),
                NodeAvailability::Drain => "drained".into(),
            },
            Self::Excluded => "excluded".into(),
            Self::NoReports => "no reports from its agent".into(),
            Self::Stale { .. } => "stale reports".into(),
            Self::Constraint { constraint } => format!("constraint {constraint} does not hold"),
            Self::Platform { .. } => "platform that the image is not for".into(),
            Self::MaxPerNode { most } => format!("max replicas per node {most} reached"),
            Self::PortTaken { port } => format!("port {port} already published"),
            Self::Policy { policy } => format!("ruled out by policy {policy}"),
            Self::TooLittleFree { resource, .. } => format!("not enough free {}", resource.as_str()),
            Self::Reserved { resource, .. } => format!("not enough unreserved {}", resource.as_str()),
        }
    }
}

impl fmt::Display for Reason {
    /// With the numbers: `memory: 64MiB asked, 12MiB free of 128MiB (116MiB used)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stale { age } => {
                write!(f, "stale: last report {} ago, {} allowed", Age(*age), Age(STALE_AFTER))
            }
            Self::Platform { node, image } => {
                let image: Vec<_> = image.iter().map(ToString::to_string).collect();
                write!(f, "platform {node}: the image is for {}", image.join(", "))
            }
            Self::TooLittleFree { resource, demand, capacity, .. } if *capacity <= 0.0 => {
                write!(f, "{}: {} asked, the node has none", resource.as_str(), resource.amount(*demand))
            }
            Self::TooLittleFree { resource, demand, free, capacity, used, unseen } => {
                let [asked, free] = told_apart(*resource, *demand, *free);
                let [capacity, used] = [capacity, used].map(|amount| resource.amount(*amount));
                write!(f, "{}: {asked} asked, {free} free of {capacity} ({used} used", resource.as_str())?;
                if *unseen > 0.0 {
                    write!(f, ", {} just placed", resource.amount(*unseen))?;
                }
                f.write_str(")")
            }
            Self::Reserved { resource, demand, reserved, capacity } => {
                let [demand, reserved, capacity] =
                    [demand, reserved, capacity].map(|amount| resource.amount(*amount));
                write!(f, "{}: {demand} asked, {reserved} of {capacity} reserved", resource.as_str())
            }
            Self::NotReady { .. }
            | Self::NotActive { .. }
            | Self::Excluded
            | Self::NoReports
            | Self::Constraint { .. }
            | Self::MaxPerNode { .. }
            | Self::Policy { .. }
            | Self::PortTaken { .. } => f.write_str(&self.kind()),
        }
    }
}

/// Two amounts, with all of their digits where they would look alike without.
fn told_apart(resource: Resource, a: f64, b: f64) -> [String; 2] {
    let short = [a, b].map(|amount| resource.amount(amount));
    if a == b || short[0] != short[1] {
        return short;
    }
    let unit = if resource == Resource::Cpu { "MHz" } else { "B" };
    [a, b].map(|amount| format!("{amount}{unit}"))
}

/// An age in the unit in which people think of it; to a tenth of a second where seconds decide.
struct Age(Duration);

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        match self.0.as_secs() {
            // Rounded up, so that nothing is stale at the age that is allowed.
            0..10 => write!(f, "{} s", (seconds * 10.0).ceil() / 10.0),
            10..120 => write!(f, "{seconds:.0} s"),
            120..7200 => write!(f, "{:.0} min", seconds / 60.0),
            _ => write!(f, "{:.0} h", seconds / 3600.0),
        }
    }
}
