//! The collector on the loopback address, with real TLS and with peers of all kinds.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod agent;
mod door;
mod flood;
mod http2;
mod log;
mod reports;
mod rig;
mod rotation;
mod swarm;
