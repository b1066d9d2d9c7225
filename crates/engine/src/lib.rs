//! One Docker Engine, and through a manager's engine its Swarm.
//!
//! All calls go through one small client of the Engine API rather than through a library's typed models: a service
//! that is read, changed and posted back has to keep the fields that no model knows (a `Healthcheck` that a model drops
//! is a health check that the user lost), and what is read here is a handful of fields of each object. Reads give small
//! types of our own with the raw spec beside them where it is written back; writes take raw JSON.
//!
//! Every call has a time-out: without a leader Swarm's calls hang.

mod auth;
mod client;
mod error;
mod events;
mod images;
mod info;
mod nodes;
mod references;
mod services;
mod tasks;
mod time;
mod transport;

pub use auth::{AuthError, RegistryAuth};
pub use client::Engine;
pub use error::EngineError;
pub use events::Event;
pub use info::{EngineInfo, LocalNodeState, SwarmInfo};
pub use nodes::{Availability, Node, NodeState, Role};
pub use references::Named;
pub use services::Service;
pub use tasks::{Task, TaskState};
