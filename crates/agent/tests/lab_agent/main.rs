//! Agents on a real Swarm, deployed by a real manager: their figures beside the kernel's and Docker's, what they may
//! do, and how they come back.

#![allow(clippy::unwrap_used, clippy::panic)]

mod confinement;
mod docker;
mod figures;
#[path = "../receiver/mod.rs"]
mod receiver;
mod recovery;
mod stage;
mod watch;
