//! The server: collects what agents report, keeps Swarm's state beside it, places services and says why.
//!
//! Everything that changes Swarm goes through the [`executor`]; everything that is shown is made in [`views`] from
//! one reading of Swarm's state and the latest measurements. Nothing here decides where an instance goes: that is
//! `swarmmanager-placement`, which sees a snapshot and nothing else.

mod access;
mod agent_image;
mod agent_service;
mod audit;
mod clock;
mod cluster;
mod config;
mod entrances;
mod executor;
mod front_door;
mod host;
mod http;
mod images;
mod jobs;
mod journal;
mod live;
mod managing;
mod measurements;
mod membership;
mod node_change;
mod profiles;
mod reconciler;
#[cfg(test)]
mod samples;
mod serve;
mod service;
mod service_logs;
mod snapshot;
mod state;
mod swarm;
mod views;
mod waiting;

pub use agent_image::AgentImageError;
pub use config::{AgentDeployment, FrontDoor, Init, ServeConfig, Shown};
pub use front_door::FrontDoorError;
pub use http::openapi;
pub use journal::JournalError;
pub use serve::{ServeError, serve};
pub use swarmmanager_door::TrustedProxies;
