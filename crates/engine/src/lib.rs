//! One Docker Engine, and through a manager's engine its Swarm.
//!
//! All calls go through one small HTTP client rather than through a library of typed models. A service that is read,
//! changed and posted back has to keep the fields that no model knows: a `Healthcheck` that a model drops is a health
//! check that its user lost. What else is read is a handful of fields of each object, so that a second client for the
//! reads would be a second way to fail and no less code. Reads give small types of our own, with the raw spec beside
//! them where it is written back; writes take raw JSON.
//!
//! What holds for every call:
//! - It ends: it has a time-out, because Swarm's calls hang while there is no leader, and its answer a size that it may
//!   not exceed.
//! - It speaks the engine's own API version, learned from the engine. A newer engine that is spoken to in an older
//!   version drops what that version did not have from the services it is given.
//! - It has a connection of its own, so that a call that is given up leaves nothing behind.
//! - It is made once. Whether a write that timed out or broke off was done is for the caller to read back; repeating it
//!   is the caller's decision.
//!
//! A connection is a Unix socket, or whatever a [`Connect`] gives: anything that tokio can read and write.

mod answer;
mod api_version;
mod auth;
mod client;
mod configs;
mod distribution;
mod docker_config;
mod error;
mod events;
mod filters;
mod image_reference;
mod images;
mod info;
mod lines;
mod logs;
mod named;
mod networks;
mod node_specs;
mod nodes;
mod request;
mod services;
mod swarm;
mod tasks;
mod time;
mod transport;
mod volumes;

pub use auth::RegistryAuth;
pub use client::Engine;
pub use configs::Config;
pub use distribution::{ImagePlatform, RegistryImage, ResolvedImage};
pub use docker_config::AuthError;
pub use error::EngineError;
pub use events::Event;
pub use filters::Filters;
pub use images::{Image, LayerProgress, RootFs};
pub use info::{EngineInfo, EngineVersion, LocalNodeState, SwarmInfo};
pub use logs::{LogLine, LogOptions, LogStream};
pub use named::Named;
pub use networks::Network;
pub use node_specs::NodeSpec;
pub use nodes::{Availability, Node, NodeState, Reachability, Role};
pub use services::{CreatedService, Service, ServiceMode, TaskCounts, UpdateStatus};
pub use swarm::{JoinRequest, SwarmSettings, SwarmTokens};
pub use tasks::{Task, TaskState};
pub use transport::{Connect, Stream};
