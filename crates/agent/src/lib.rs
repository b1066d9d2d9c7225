//! The agent that runs on every node: measures the node and its containers once a second and reports to every
//! manager of the Swarm.
//!
//! It reads `/proc`, `/sys` and cgroup files (version 1 and 2), and of Docker's data root the node's certificate,
//! the managers' addresses and the containers' layers. It holds no Docker socket, writes nothing, and takes no
//! input from outside.

mod agent;
mod cgroup;
mod config;
mod containers;
mod directory;
mod identity;
mod kernel_file;
pub mod logging;
mod node;
mod privileges;
mod rate;
mod sampler;
mod settings;
mod text;
mod uplink;

pub use agent::run;
pub use config::{Config, NodeScope, ParseNodeScopeError};
pub use privileges::{DropError, Privileges, drop_privileges, raise_file_limit};
pub use sampler::{OpenError, SampleError, Sampler};
pub use settings::{SettingsError, help};
