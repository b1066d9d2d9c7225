//! `swarm-manager image`.

mod ls;
mod push;

use anyhow::Result;
use clap::Subcommand;

use crate::client::Client;

/// What `image` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the images of the manager's host
    #[command(visible_alias = "list")]
    Ls(ls::Args),
    /// Push an image to a registry, or straight to nodes
    Push(push::Args),
}

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    match args.command {
        Command::Ls(args) => ls::run(client, &args).await,
        Command::Push(args) => push::run(client, args).await,
    }
}
