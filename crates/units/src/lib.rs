//! Quantities and identities that every other crate speaks: [`Megahertz`], [`Bytes`], [`CpuDemand`], [`NodeId`].
//!
//! New types, so that a number of bytes is never added to a number of megahertz. Text is read and written the way
//! Docker's users write it: `256m` is 256 MiB, `0.5` is half of a core, `500MHz` is an amount of work that is the
//! same on every node.

mod bytes;
mod cpu;
mod ids;

pub use bytes::Bytes;
pub use cpu::{CpuDemand, Megahertz};
pub use ids::{ContainerId, NodeId};

/// A quantity that could not be read, with what would have been right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {quantity} {value:?}: {reason}; {expected}")]
pub struct ParseQuantityError {
    quantity: &'static str,
    value: String,
    reason: &'static str,
    expected: &'static str,
}
