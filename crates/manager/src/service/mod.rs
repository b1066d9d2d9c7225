//! A service as Swarm keeps it: *n* Swarm services `name-0 … name-(n-1)` of one replica each.
//!
//! Instance 0 is the anchor. Its labels hold how many instances are wanted and whether the service is being removed,
//! so that everything that was asked for is in Swarm after the first write, and whoever reads it can finish the work.
//! The anchor exists as long as the service does; while nothing is to run on its account (scaled to 0, or no node
//! for it yet) its Swarm service has 0 replicas and no pin.
//!
//! An update is written on the anchor as a whole, with its number, before any instance is changed; each instance carries
//! the number of the update that it has.

mod affinity;
mod intent;
mod labels;
mod reading;
mod rollout;
mod settings;
mod spec;
mod validation;
mod wanted;

pub(crate) use affinity::{affinities, apart_from, together_with};
pub(crate) use intent::{
    InstanceService, Layout, ManagedService, Step, managed_services, next_step, next_update,
};
pub(crate) use labels::{AGENT_SERVICE, DISK_RATE, NETWORK_RATE, SYSTEM, is_own_label};
pub(crate) use reading::{
    demand, has_tty, host_ports, max_per_node, platforms, replicas, users_constraints, users_labels,
};
pub(crate) use rollout::{Settled, hold_up, settled};
pub(crate) use settings::{ImageReference, Settings};
pub(crate) use spec::{
    PlacedOn, References, anchor_spec, instance_spec, moved, pinned, repinned, reserved_anywhere, unpinned,
    with_removal, with_replicas,
};
pub(crate) use validation::{
    InvalidService, asked_policy, check_node_labels, check_ports_for, check_replicas, check_users_labels,
    validate, validate_update,
};
pub(crate) use wanted::Wanted;
