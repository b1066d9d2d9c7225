//! The labels that carry SwarmManager's truth on Swarm services.

/// Every label of ours begins so; users' labels may not.
pub(super) const PREFIX: &str = "swarmmanager.";

/// Whether a label is ours.
pub(crate) fn is_own_label(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// The service as its user named it.
pub(super) const SERVICE: &str = "swarmmanager.service";
/// The instance's number.
pub(super) const INSTANCE: &str = "swarmmanager.instance";
/// On the anchor: how many instances are wanted.
pub(super) const REPLICAS: &str = "swarmmanager.replicas";
/// On the anchor: the service is being removed.
pub(super) const REMOVING: &str = "swarmmanager.removing";
/// On the anchor: what the last update made of the service, and what it was before.
pub(super) const WANTED: &str = "swarmmanager.wanted";
/// Which update the instance has; absent for one that never had any.
pub(super) const REVISION: &str = "swarmmanager.update";
/// When an instance moves, which of the two goes first, as its user wrote it; only where Swarm is told otherwise.
pub(super) const ORDER: &str = "swarmmanager.update-order";
/// The CPU demand as its user wrote it.
pub(super) const CPU: &str = "swarmmanager.cpu";
/// The CPU demand in MHz on the node where the instance is.
pub(super) const CPU_MHZ: &str = "swarmmanager.cpu-mhz";
/// The memory demand.
pub(super) const MEMORY_BYTES: &str = "swarmmanager.memory-bytes";
/// The disk demand.
pub(super) const DISK_BYTES: &str = "swarmmanager.disk-bytes";
/// The CPU limit as its user wrote it, where it depends on the node.
pub(super) const LIMIT_CPU: &str = "swarmmanager.limit-cpu";
/// Services whose nodes are preferred, by name, with commas between them.
pub(super) const AFFINITY: &str = "swarmmanager.affinity";
/// Services whose nodes are avoided.
pub(super) const ANTI_AFFINITY: &str = "swarmmanager.anti-affinity";
/// On nodes: what their network carries in a second, received and sent together.
pub(crate) const NETWORK_RATE: &str = "swarmmanager.network-rate";
/// On nodes: what their disks read and write in a second.
pub(crate) const DISK_RATE: &str = "swarmmanager.disk-rate";
/// At most so many instances on one node.
pub(super) const MAX_PER_NODE: &str = "swarmmanager.max-replicas-per-node";

/// On Swarm services that belong to SwarmManager itself: which part.
pub(crate) const SYSTEM: &str = "swarmmanager.system";
/// Name of the agent's Swarm service.
pub(crate) const AGENT_SERVICE: &str = "swarmmanager-agent";
