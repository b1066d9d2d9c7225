//! Decides where instances go: (snapshot of the nodes, request, policy) → assignment and its explanation.
//!
//! Pure: no input or output, no clock, no randomness. The same snapshot gives the same answer whatever the order of its
//! nodes, in tests, in a simulator and in production. What may be placed at all ([`Reason`] lists what rules a node out)
//! is the same for every policy; a [`Policy`] only says which of the remaining nodes is best.

mod availability;
mod constraint;
mod driver;
mod explain;
mod explanation;
mod feasibility;
mod rating;
mod reason;
mod relocation;
mod request;
mod snapshot;

pub use availability::Availability;
pub use constraint::{Constraint, ConstraintError};
pub use driver::{Placement, Policy};
pub use explanation::{
    Decision, Explanation, Factor, NodeVerdict, Outcome, Part, Refusal, Resource, Verdict,
};
pub use feasibility::Level;
pub use reason::Reason;
pub use relocation::{Candidate, Detection, DetectionError, Selection, UnknownSelection};
pub use request::{Demand, HostPort, Request};
pub use snapshot::{
    NodeAvailability, NodeState, NodeStatus, Platform, ResourceUsage, Resources, Role, Snapshot, Usage,
};

use std::time::Duration;

/// A reading older than this says nothing about a node any more.
pub const STALE_AFTER: Duration = Duration::from_secs(5);
