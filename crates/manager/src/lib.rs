//! The server: collects what agents report, keeps Swarm's state beside it, places services and says why.
//!
//! Everything that changes Swarm goes through the [`executor`]; everything that is shown is made in [`views`] from
//! one reading of Swarm's state and the latest measurements. Nothing here decides where an instance goes: that is
//! `swarmmanager-placement`, which sees a snapshot and nothing else.

mod agent_image;
mod agent_service;
mod clock;
mod cluster;
mod config;
mod executor;
mod http;
mod journal;
mod live;
mod measurements;
mod membership;
mod node_change;
mod reconciler;
#[cfg(test)]
mod samples;
mod serve;
mod service;
mod snapshot;
mod state;
mod views;

pub use agent_image::AgentImageError;
pub use config::{AgentDeployment, Init, ServeConfig};
pub use http::openapi;
pub use journal::JournalError;
pub use serve::{ServeError, serve};
