//! A real Docker Swarm of several nodes on one Linux machine, for tests, demos and trying things.
//!
//! Each node is a Docker Engine in network, mount, hostname and IPC namespaces of its own, with a disk of its own at
//! `/var/lib/docker`. A cgroup limits what its containers, and whatever is run in it, may use together: that is the
//! node's size. The engine itself stands beside that cgroup: an access point's size is what it has to give, and an
//! engine that shares 128 MiB and a quarter of a core with what it runs is at times too slow to be in the Swarm at all.
//!
//! It leaves out processes: nodes see each other's, so that what is run in a node is a child like any other.

mod blocking;
mod cgroup;
mod config;
mod crowd;
mod disk;
mod engine_packages;
mod error;
mod forward;
mod frequency;
mod inside;
mod inventory;
mod lab;
mod layout;
mod link;
mod load;
mod lock;
mod mountpoints;
mod network;
mod node;
mod own_name;
mod parallel;
mod place;
mod program;
mod registry;
mod site;
mod spec;
mod ssh;
mod state;
mod status;
mod swarm;
mod wait;

pub use config::read as read_config;
pub use crowd::RunningCrowd;
pub use error::{LabError, SpecError};
pub use forward::Forwarding;
pub use inventory::{InventoryFormat, SignIn};
pub use lab::{Lab, PrivateRegistry};
pub use link::{Delay, Link, Loss, Rate};
pub use load::{Load, RunningLoad};
pub use node::Node;
pub use spec::{NodeSpec, Role, default_nodes};
pub use status::{LabStatus, NodeStatus, State};
pub use swarmmanager_crowd::Crowd;
