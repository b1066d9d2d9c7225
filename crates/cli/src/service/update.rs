//! `swarm-manager service update` and `service rollback`.

use anyhow::{Context as _, Result};
use swarmmanager_engine::RegistryAuth;

use super::{UpdateFlags, progress};
use crate::client::Client;
use crate::output::print;

/// What `service update` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager service update --image nginx:1.28 web
  swarm-manager service update --env-add LEVEL=debug --memory 128m web
  swarm-manager service update --constraint-add node.labels.zone==north web
  swarm-manager service update --force web")]
pub(crate) struct Args {
    /// Number of instances
    #[arg(long, value_name = "COUNT")]
    replicas: Option<u32>,
    #[command(flatten)]
    flags: UpdateFlags,
    #[command(flatten)]
    waiting: Waiting,
    /// Send the image's registry the credentials that 'docker login' keeps
    #[arg(long)]
    with_registry_auth: bool,
    /// Name, or ID by a prefix
    #[arg(value_name = "SERVICE")]
    service: String,
}

/// What `service rollback` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager service rollback web")]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    waiting: Waiting,
    /// Name, or ID by a prefix
    #[arg(value_name = "SERVICE")]
    service: String,
}

/// Whether and how the end is waited for.
#[derive(Debug, Clone, Copy, clap::Args)]
struct Waiting {
    /// Exit immediately instead of waiting for the service to converge
    #[arg(short, long)]
    detach: bool,
    /// Suppress progress output
    #[arg(short, long)]
    quiet: bool,
}

/// Changes a service and waits until all instances have it.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    let update = args.flags.request()?;
    let auth = match (&args.flags.image, args.with_registry_auth) {
        (Some(image), true) => RegistryAuth::from_docker_config(image)
            .await
            .context("cannot use the credentials of the image's registry")?,
        _ => None,
    };
    let mut updated = client.update(&args.service, &update, auth.map(|auth| auth.header())).await?;
    if let Some(replicas) = args.replicas {
        updated = client.scale(&updated.service.name, replicas).await?;
    }
    print(&format!("{}\n", args.service))?;
    wait(client, &updated.service.name, args.waiting).await
}

/// Puts a service back to what it was, and waits until all instances are.
pub(crate) async fn roll_back(client: &Client, args: RollbackArgs) -> Result<()> {
    let rolled_back = client.rollback(&args.service).await?;
    print(&format!("{}\n", args.service))?;
    wait(client, &rolled_back.service.name, args.waiting).await
}

async fn wait(client: &Client, service: &str, waiting: Waiting) -> Result<()> {
    match (waiting.detach, waiting.quiet) {
        (true, _) => Ok(()),
        (false, true) => progress::wait(client, service).await,
        (false, false) => progress::watch(client, service).await,
    }
}
