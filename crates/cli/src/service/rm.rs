//! `swarm-manager service rm`.

use anyhow::Result;

use crate::client::Client;
use crate::exit::{AlreadySaid, say_error};
use crate::output::print;

/// What `service rm` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager service rm web
  swarm-manager service rm web db")]
pub(crate) struct Args {
    /// Names, or IDs by a prefix
    #[arg(required = true, value_name = "SERVICE")]
    services: Vec<String>,
}

/// Removes services with all of their instances; one that cannot be removed does not keep the others.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let mut failed = false;
    for service in &args.services {
        match client.remove(service).await {
            Ok(removed) => print(&format!("{}\n", removed.name))?,
            Err(error) => {
                failed = true;
                say_error(&error.into());
            }
        }
    }
    if failed { Err(AlreadySaid.into()) } else { Ok(()) }
}
