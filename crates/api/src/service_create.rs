//! What a service is to be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};
use utoipa::ToSchema;

/// Body of `POST /api/v1/services` and of `POST /api/v1/placements/preview`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceCreate {
    /// The service's name: a DNS label, at most 58 characters, so that `-<instance>` fits behind it.
    pub name: String,
    /// The image's reference; a tag is resolved to its digest where the registry answers.
    pub image: String,
    /// How many instances, or one on every node.
    #[serde(default)]
    pub mode: Mode,
    /// What each instance is expected to use.
    #[serde(default)]
    pub demand: Demand,
    /// What each instance may use at most.
    #[serde(default)]
    pub limits: ResourceLimits,
    /// Arguments: Docker's `[COMMAND] [ARG...]` after the image.
    #[serde(default)]
    pub args: Vec<String>,
    /// Replaces the image's entry point.
    #[serde(default)]
    pub entrypoint: Vec<String>,
    /// `NAME=value`.
    #[serde(default)]
    pub env: Vec<String>,
    /// Labels of the service.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Labels of its containers.
    #[serde(default)]
    pub container_labels: BTreeMap<String, String>,
    /// `UID[:GID]` or names.
    #[serde(default)]
    pub user: Option<String>,
    /// Working directory.
    #[serde(default)]
    pub workdir: Option<String>,
    /// Hostname of the containers; may be a template.
    #[serde(default)]
    pub hostname: Option<String>,
    /// File systems mounted into each container.
    #[serde(default)]
    pub mounts: Vec<Mount>,
    /// Ports published.
    #[serde(default)]
    pub publish: Vec<PublishedPort>,
    /// How other services reach it.
    #[serde(default)]
    pub endpoint_mode: Option<EndpointMode>,
    /// Networks that each instance joins, under the service's name as an alias.
    #[serde(default)]
    pub networks: Vec<NetworkAttachment>,
    /// Secrets that appear under `/run/secrets`.
    #[serde(default)]
    pub secrets: Vec<FileReference>,
    /// Configs that appear as files.
    #[serde(default)]
    pub configs: Vec<FileReference>,
    /// Docker's constraints, such as `node.labels.zone==north`.
    #[serde(default)]
    pub constraints: Vec<String>,
    /// Services whose nodes are preferred, by name; what it costs decides, and no node is out for it.
    #[serde(default)]
    pub affinity: Vec<String>,
    /// Services whose nodes are avoided in the same way.
    #[serde(default)]
    pub anti_affinity: Vec<String>,
    /// At most so many instances on one node.
    #[serde(default)]
    pub max_replicas_per_node: Option<u64>,
    /// How the container tells that it is well.
    #[serde(default)]
    pub healthcheck: Option<Healthcheck>,
    /// What happens when a container exits.
    #[serde(default)]
    pub restart: Option<RestartPolicy>,
    /// Whether a moved instance's successor starts before it stops (the default) or after.
    #[serde(default)]
    pub update_order: UpdateOrder,
    /// Time to stop before the container is killed.
    #[serde(default)]
    pub stop_grace_period_ms: Option<u64>,
    /// Signal that stops the container.
    #[serde(default)]
    pub stop_signal: Option<String>,
    /// Mounts the container's root read-only.
    #[serde(default)]
    pub read_only: bool,
    /// Runs an init inside the container.
    #[serde(default)]
    pub init: Option<bool>,
    /// Allocates a pseudo-TTY.
    #[serde(default)]
    pub tty: bool,
    /// Capabilities added.
    #[serde(default)]
    pub cap_add: Vec<String>,
    /// Capabilities dropped.
    #[serde(default)]
    pub cap_drop: Vec<String>,
}

impl ServiceCreate {
    /// A service with defaults for all but its name and image.
    pub fn new(name: impl Into<String>, image: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            image: image.into(),
            mode: Mode::default(),
            demand: Demand::default(),
            limits: ResourceLimits::default(),
            args: Vec::new(),
            entrypoint: Vec::new(),
            env: Vec::new(),
            labels: BTreeMap::new(),
            container_labels: BTreeMap::new(),
            user: None,
            workdir: None,
            hostname: None,
            mounts: Vec::new(),
            publish: Vec::new(),
            endpoint_mode: None,
            networks: Vec::new(),
            secrets: Vec::new(),
            configs: Vec::new(),
            constraints: Vec::new(),
            affinity: Vec::new(),
            anti_affinity: Vec::new(),
            max_replicas_per_node: None,
            healthcheck: None,
            restart: None,
            update_order: UpdateOrder::default(),
            stop_grace_period_ms: None,
            stop_signal: None,
            read_only: false,
            init: None,
            tty: false,
            cap_add: Vec::new(),
            cap_drop: Vec::new(),
        }
    }
}

/// How many instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Mode {
    /// So many instances, each placed on its own; 0 to 1000.
    Replicated(u32),
    /// One on every node that fits; placed by Swarm.
    Global,
}

impl Default for Mode {
    fn default() -> Self {
        Self::Replicated(1)
    }
}

/// What an instance is expected to use: what it is placed by until it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Demand {
    /// Cores such as `0.5`, or megahertz such as `500MHz`.
    #[schema(value_type = String, example = "100MHz")]
    pub cpu: CpuDemand,
    /// Bytes, or text such as `64MiB`.
    #[schema(value_type = u64, example = 67_108_864)]
    pub memory: Bytes,
    /// Bytes, or text such as `64MiB`: the writable layer and local volumes.
    #[schema(value_type = u64, example = 67_108_864)]
    pub disk: Bytes,
}

impl Default for Demand {
    /// 100 MHz, 64 MiB of memory and 64 MiB of disk: what a small service on an access point takes.
    fn default() -> Self {
        Self {
            cpu: CpuDemand::Megahertz(Megahertz::new(100.0)),
            memory: Bytes::from_mib(64),
            disk: Bytes::from_mib(64),
        }
    }
}

/// Docker's limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResourceLimits {
    /// Cores such as `0.5`, or megahertz such as `500MHz`.
    #[schema(value_type = Option<String>)]
    pub cpu: Option<CpuDemand>,
    /// Bytes, or text such as `64MiB`.
    #[schema(value_type = Option<u64>)]
    pub memory: Option<Bytes>,
    /// Number of processes.
    pub pids: Option<u32>,
}

/// A file system mounted into the containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// What is mounted.
    #[serde(default)]
    pub kind: MountKind,
    /// Volume name or path on the node.
    #[serde(default)]
    pub source: Option<String>,
    /// Path in the container.
    pub target: String,
    /// Mounted read-only.
    #[serde(default)]
    pub read_only: bool,
    /// Size of a tmpfs.
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    pub tmpfs_size: Option<Bytes>,
    /// Propagation of a bind mount, such as `rprivate`.
    #[serde(default)]
    pub bind_propagation: Option<String>,
    /// Driver of a volume.
    #[serde(default)]
    pub volume_driver: Option<String>,
}

/// What is mounted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MountKind {
    /// A named or anonymous volume.
    #[default]
    Volume,
    /// A path of the node.
    Bind,
    /// Memory.
    Tmpfs,
}

/// A port that the containers serve and the node or the Swarm listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedPort {
    /// The container's port.
    pub target: u16,
    /// The port published; Swarm picks one where absent.
    #[serde(default)]
    pub published: Option<u16>,
    /// Transport.
    #[serde(default)]
    pub protocol: Protocol,
    /// On every node through the routing mesh, or on the instance's node alone.
    #[serde(default)]
    pub mode: PublishMode,
}

/// Transport of a port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// The word Docker uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}

/// Where a port is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PublishMode {
    /// Through the routing mesh.
    #[default]
    Ingress,
    /// On the instance's own node.
    Host,
}

/// How a service's name resolves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndpointMode {
    /// To a virtual address.
    #[default]
    Vip,
    /// To the addresses of the containers.
    Dnsrr,
}

/// A network that the instances join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkAttachment {
    /// Name or id.
    pub name: String,
    /// Further DNS names; the service's own is always there.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Options of the network's driver.
    #[serde(default)]
    pub driver_opts: BTreeMap<String, String>,
}

/// A secret or a config as a file in the containers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileReference {
    /// Its name in the Swarm.
    pub source: String,
    /// File name; the source's where absent.
    #[serde(default)]
    pub target: Option<String>,
    /// Owner.
    #[serde(default)]
    pub uid: Option<String>,
    /// Group.
    #[serde(default)]
    pub gid: Option<String>,
    /// Permission bits, 292 (0444) where absent.
    #[serde(default)]
    pub mode: Option<u32>,
}

/// Docker's health check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Healthcheck {
    /// Run by the container's shell.
    pub command: Option<String>,
    /// Switches the image's own check off.
    pub disable: bool,
    /// Time between checks.
    pub interval_ms: Option<u64>,
    /// Time a check may take.
    pub timeout_ms: Option<u64>,
    /// Failures in a row that make it unhealthy.
    pub retries: Option<u32>,
    /// Time to start in which failures do not count.
    pub start_period_ms: Option<u64>,
}

/// What happens when a container exits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RestartPolicy {
    /// When it is started again.
    pub condition: RestartCondition,
    /// Time between attempts.
    pub delay_ms: Option<u64>,
    /// Attempts before it is given up.
    pub max_attempts: Option<u64>,
    /// Time over which attempts are counted.
    pub window_ms: Option<u64>,
}

/// When a container is started again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RestartCondition {
    /// Never.
    None,
    /// When it failed.
    OnFailure,
    /// Always.
    #[default]
    Any,
}

/// Which of two copies goes first when an instance moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UpdateOrder {
    /// The new one runs before the old one stops.
    #[default]
    StartFirst,
    /// The old one stops first: for a service with a single writer.
    StopFirst,
}
