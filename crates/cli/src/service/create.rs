//! `swarm-manager service create`.

use anyhow::{Context as _, Result};
use swarmmanager_engine::RegistryAuth;

use super::{ServiceFlags, progress};
use crate::client::Client;
use crate::output::print;

/// What `service create` is told.
#[derive(Debug, clap::Args)]
#[command(override_usage = "swarm-manager service create [OPTIONS] IMAGE [COMMAND] [ARG...]")]
#[command(after_help = "Examples:
  swarm-manager service create --name web --replicas 3 --cpu 200MHz --memory 64m nginx
  swarm-manager service create --name db --cpu 0.5 --memory 256m --disk 1g \\
      --update-order stop-first --mount source=db,target=/data \\
      --secret db.key registry.example/db:7 --verbose
  swarm-manager service create --replicas 2 \\
      --publish published=8080,target=80,mode=host --constraint node.labels.zone==north busybox httpd -f")]
pub(crate) struct Args {
    /// Exit immediately instead of waiting for the service to converge
    #[arg(short, long)]
    detach: bool,
    /// Suppress progress output
    #[arg(short, long)]
    quiet: bool,
    /// Send the image's registry the credentials that 'docker login' keeps
    #[arg(long)]
    with_registry_auth: bool,
    #[command(flatten)]
    flags: ServiceFlags,
}

/// Creates a service, prints its id and waits until it runs.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    let request = args.flags.request()?;
    let auth = if args.with_registry_auth {
        let auth = RegistryAuth::from_docker_config(&request.image).await;
        auth.context("cannot use the credentials of the image's registry")?
    } else {
        None
    };
    let created = client.create(&request, auth.map(|auth| auth.header())).await?;
    print(&format!("{}\n", created.service.id))?;
    match (args.detach, args.quiet) {
        (true, _) => Ok(()),
        (false, true) => progress::wait(client, &created.service.name).await,
        (false, false) => progress::watch(client, &created.service.name).await,
    }
}
