//! What a service is to be, as `docker service create` takes it.

mod capability;
mod environment;
mod fields;
mod file;
mod healthcheck;
mod mount;
mod network;
mod publish;
mod restart;
mod update;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use swarmmanager_api as api;
use swarmmanager_api::ServiceCreate;
use swarmmanager_units::{Bytes, CpuDemand};

use crate::duration::Duration;
use crate::exit::Usage;
use healthcheck::HealthFlags;
use publish::PublishFlag;
use restart::RestartFlags;

pub(crate) use update::UpdateFlags;

/// The options that `service create` and `placement preview` share, and the image with what it runs.
#[derive(Debug, clap::Args)]
pub(crate) struct ServiceFlags {
    /// Service name [default: that of the image]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Service mode
    #[arg(long, value_enum, default_value_t = ModeFlag::Replicated)]
    mode: ModeFlag,
    /// Number of instances [default: 1]
    #[arg(long, value_name = "COUNT")]
    replicas: Option<u32>,

    /// CPU that each instance is expected to use: cores (0.5) or megahertz (500MHz)
    #[arg(long, visible_alias = "reserve-cpu", value_name = "CPU", help_heading = PLACEMENT)]
    cpu: Option<CpuDemand>,
    /// Memory that each instance is expected to use: 256m
    #[arg(long, visible_alias = "reserve-memory", value_name = "BYTES", help_heading = PLACEMENT)]
    memory: Option<Bytes>,
    /// Disk that each instance is expected to use: 1g
    #[arg(long, value_name = "BYTES", help_heading = PLACEMENT)]
    disk: Option<Bytes>,
    /// Placement constraint, such as node.labels.zone==north
    #[arg(long, value_name = "CONSTRAINT", help_heading = PLACEMENT)]
    constraint: Vec<String>,
    /// Prefer nodes where this service runs
    #[arg(long, value_name = "SERVICE", help_heading = PLACEMENT)]
    affinity: Vec<String>,
    /// Avoid nodes where this service runs
    #[arg(long, value_name = "SERVICE", help_heading = PLACEMENT)]
    anti_affinity: Vec<String>,
    /// Maximum number of instances per node (0 = unlimited)
    #[arg(
        long,
        visible_alias = "max-replicas",
        value_name = "COUNT",
        default_value_t = 0,
        hide_default_value = true,
        help_heading = PLACEMENT
    )]
    replicas_max_per_node: u64,
    /// When an instance moves, which of the two goes first
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = UpdateOrderFlag::StartFirst, help_heading = PLACEMENT)]
    update_order: UpdateOrderFlag,

    /// Limit CPU: cores (0.5) or megahertz (500MHz)
    #[arg(long, value_name = "CPU", help_heading = RESOURCES)]
    limit_cpu: Option<CpuDemand>,
    /// Limit memory
    #[arg(long, value_name = "BYTES", help_heading = RESOURCES)]
    limit_memory: Option<Bytes>,
    /// Limit maximum number of processes (0 = unlimited)
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true, help_heading = RESOURCES)]
    limit_pids: u32,

    /// Set environment variables
    #[arg(short, long, value_name = "NAME=VALUE", help_heading = CONTAINER)]
    env: Vec<String>,
    /// Read in a file of environment variables
    #[arg(long, value_name = "FILE", help_heading = CONTAINER)]
    env_file: Vec<PathBuf>,
    /// Service labels
    #[arg(short, long, value_name = "KEY=VALUE", help_heading = CONTAINER)]
    label: Vec<String>,
    /// Container labels
    #[arg(long, value_name = "KEY=VALUE", help_heading = CONTAINER)]
    container_label: Vec<String>,
    /// Username or UID (format: <name|uid>[:<group|gid>])
    #[arg(short, long, value_name = "USER", help_heading = CONTAINER)]
    user: Option<String>,
    /// Working directory inside the container
    #[arg(short, long, value_name = "DIR", help_heading = CONTAINER)]
    workdir: Option<String>,
    /// Container hostname
    #[arg(long, value_name = "NAME", help_heading = CONTAINER)]
    hostname: Option<String>,
    /// Overwrite the default ENTRYPOINT of the image
    #[arg(long, value_name = "COMMAND", value_parser = words, help_heading = CONTAINER)]
    entrypoint: Option<Words>,
    /// Mount the container's root filesystem as read only
    #[arg(long, help_heading = CONTAINER)]
    read_only: bool,
    /// Use an init inside each container to forward signals and reap processes
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_name = "BOOL",
        help_heading = CONTAINER
    )]
    init: Option<bool>,
    /// Allocate a pseudo-TTY
    #[arg(short, long, help_heading = CONTAINER)]
    tty: bool,
    /// Add Linux capabilities
    #[arg(long, value_name = "CAPABILITY", help_heading = CONTAINER)]
    cap_add: Vec<String>,
    /// Drop Linux capabilities
    #[arg(long, value_name = "CAPABILITY", help_heading = CONTAINER)]
    cap_drop: Vec<String>,
    /// Time to wait before force killing a container [default: 10s]
    #[arg(long, value_name = "DURATION", help_heading = CONTAINER)]
    stop_grace_period: Option<Duration>,
    /// Signal to stop the container
    #[arg(long, value_name = "SIGNAL", help_heading = CONTAINER)]
    stop_signal: Option<String>,

    /// Attach a filesystem mount: type=volume|bind|tmpfs,source=…,target=…,readonly
    #[arg(long, value_name = "MOUNT", value_parser = mount::parse, help_heading = FILES)]
    mount: Vec<api::Mount>,
    /// Secret to expose: NAME, or source=…,target=…,uid=…,gid=…,mode=0444
    #[arg(long, value_name = "SECRET", value_parser = file::parse, help_heading = FILES)]
    secret: Vec<api::FileReference>,
    /// Configuration to expose: NAME, or source=…,target=…,uid=…,gid=…,mode=0444
    #[arg(long, value_name = "CONFIG", value_parser = file::parse, help_heading = FILES)]
    config: Vec<api::FileReference>,

    /// Network to join: NAME, or name=…,alias=…,driver-opt=…
    #[arg(long, value_name = "NETWORK", value_parser = network::parse, help_heading = NETWORK)]
    network: Vec<api::NetworkAttachment>,
    /// Publish a port: 8080:80/tcp, or published=8080,target=80,protocol=tcp,mode=host
    #[arg(short, long, value_name = "PORT", help_heading = NETWORK)]
    publish: Vec<PublishFlag>,
    /// Endpoint mode [default: vip]
    #[arg(long, value_enum, value_name = "MODE", help_heading = NETWORK)]
    endpoint_mode: Option<EndpointModeFlag>,

    #[command(flatten)]
    health: HealthFlags,
    #[command(flatten)]
    restart: RestartFlags,

    /// The image, and what it runs; whatever stands behind the image belongs to its command
    #[arg(
        value_name = "IMAGE [COMMAND] [ARG...]",
        required = true,
        num_args = 1..,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        help_heading = "Arguments"
    )]
    image_and_command: Vec<String>,
}

const PLACEMENT: &str = "Placement";
const RESOURCES: &str = "Resource limits";
const CONTAINER: &str = "Container";
const FILES: &str = "Files";
const NETWORK: &str = "Network";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModeFlag {
    Replicated,
    Global,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum EndpointModeFlag {
    Vip,
    Dnsrr,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum UpdateOrderFlag {
    StartFirst,
    StopFirst,
}

/// A command line in one text.
#[derive(Debug, Clone)]
struct Words(Vec<String>);

fn words(text: &str) -> Result<Words, &'static str> {
    shlex::split(text).map(Words).ok_or("a quotation mark is not closed")
}

impl ServiceFlags {
    /// The request that these flags make.
    ///
    /// # Errors
    /// For flags that contradict each other and files that cannot be read.
    pub(crate) fn request(&self) -> Result<ServiceCreate> {
        let mut words = self.image_and_command.iter().cloned();
        let image = words.next().unwrap_or_default();
        if image.starts_with('-') {
            return Err(Usage(format!("unknown flag: {image}")).into());
        }
        let name = self.name.clone().unwrap_or_else(|| name_of(&image));
        let mut request = ServiceCreate::new(name, image);
        request.args = words.collect();
        request.env = environment::variables(&self.env_file, &self.env)?;
        self.set_placement(&mut request)?;
        self.set_container(&mut request);
        self.set_attachments(&mut request);
        Ok(request)
    }

    /// How many instances, what each takes, and where it may be.
    fn set_placement(&self, request: &mut ServiceCreate) -> Result<()> {
        request.mode = mode(self.mode, self.replicas)?;
        let demand = &mut request.demand;
        demand.cpu = self.cpu.unwrap_or(demand.cpu);
        demand.memory = self.memory.unwrap_or(demand.memory);
        demand.disk = self.disk.unwrap_or(demand.disk);
        request.limits = api::ResourceLimits {
            cpu: self.limit_cpu,
            memory: self.limit_memory,
            pids: Some(self.limit_pids).filter(|limit| *limit > 0),
        };
        request.constraints.clone_from(&self.constraint);
        request.affinity.clone_from(&self.affinity);
        request.anti_affinity.clone_from(&self.anti_affinity);
        request.max_replicas_per_node = Some(self.replicas_max_per_node).filter(|most| *most > 0);
        request.update_order = match self.update_order {
            UpdateOrderFlag::StartFirst => api::UpdateOrder::StartFirst,
            UpdateOrderFlag::StopFirst => api::UpdateOrder::StopFirst,
        };
        Ok(())
    }

    /// What a container is like, and what happens when it ends.
    fn set_container(&self, request: &mut ServiceCreate) {
        request.labels = labels(&self.label);
        request.container_labels = labels(&self.container_label);
        request.entrypoint = self.entrypoint.iter().flat_map(|words| words.0.clone()).collect();
        request.user.clone_from(&self.user);
        request.workdir.clone_from(&self.workdir);
        request.hostname.clone_from(&self.hostname);
        request.read_only = self.read_only;
        request.init = self.init;
        request.tty = self.tty;
        (request.cap_add, request.cap_drop) = capability::effective(&self.cap_add, &self.cap_drop);
        request.stop_grace_period_ms = self.stop_grace_period.map(Duration::ms);
        request.stop_signal.clone_from(&self.stop_signal);
        request.healthcheck = self.health.healthcheck();
        request.restart = self.restart.policy();
    }

    /// What it is connected to.
    fn set_attachments(&self, request: &mut ServiceCreate) {
        request.mounts.clone_from(&self.mount);
        request.secrets.clone_from(&self.secret);
        request.configs.clone_from(&self.config);
        request.networks.clone_from(&self.network);
        request.publish = self.publish.iter().flat_map(|flag| flag.0.clone()).collect();
        request.endpoint_mode = self.endpoint_mode.map(|mode| match mode {
            EndpointModeFlag::Vip => api::EndpointMode::Vip,
            EndpointModeFlag::Dnsrr => api::EndpointMode::Dnsrr,
        });
    }
}

fn mode(mode: ModeFlag, replicas: Option<u32>) -> Result<api::Mode> {
    match (mode, replicas) {
        (ModeFlag::Replicated, replicas) => Ok(api::Mode::Replicated(replicas.unwrap_or(1))),
        (ModeFlag::Global, None) => Ok(api::Mode::Global),
        (ModeFlag::Global, Some(_)) => {
            Err(Usage("replicas can only be used with replicated mode".into()).into())
        }
    }
}

/// The last part of an image's name: `nginx` of `registry:5000/library/nginx:1.27`.
fn name_of(image: &str) -> String {
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    last.split(':').next().unwrap_or(last).replace('.', "-")
}

/// `KEY=VALUE`, or a key alone.
fn labels(flags: &[String]) -> BTreeMap<String, String> {
    let pair = |flag: &String| {
        let (key, value) = flag.split_once('=').unwrap_or((flag, ""));
        (key.to_owned(), value.to_owned())
    };
    flags.iter().map(pair).collect()
}

#[cfg(test)]
mod tests;
