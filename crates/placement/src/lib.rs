//! Decides where instances go: (snapshot of the nodes, request, policy) → assignment and its explanation.
//!
//! Pure: no input or output, no clock, no randomness. The same snapshot gives the same answer whatever the order of its
//! nodes, in tests, in a simulator and in production. What may be placed at all ([`Reason`] lists what rules a node out)
//! is the same for every policy; a [`Policy`] only says which of the remaining nodes is best.

mod constraint;
mod driver;
mod explain;
mod explanation;
mod feasibility;
mod load;
mod policy;
mod rating;
mod reason;
pub mod relocation;
mod request;
mod resource;
mod risk;
mod snapshot;

pub use constraint::{Constraint, ConstraintError};
pub use driver::{Placement, Policy};
pub use explanation::{
    Decision, Explanation, Factor, NodeVerdict, Outcome, Outlook, Part, Refusal, Term, Verdict,
};
pub use feasibility::{Level, Rules};
pub use load::{Load, Moments, PerResource};
pub use policy::*;
pub use rating::Bar;
pub use reason::Reason;
pub use request::{Affinity, Demand, HostPort, Request, Wish};
pub use resource::Resource;
pub use snapshot::{
    NodeAvailability, NodeState, NodeStatus, Percentiles, Platform, Rates, ResourceUsage, Resources, Role,
    Snapshot, Usage,
};

use std::time::Duration;

/// A reading older than this says nothing about a node any more.
pub const STALE_AFTER: Duration = Duration::from_secs(5);
