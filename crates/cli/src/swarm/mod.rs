//! `swarm-manager swarm`: the Swarm as a whole.

mod answers;
mod authority;
mod destroy;
mod init;
pub(crate) mod join;
mod leave;
mod sources;
mod starting;
mod status;
mod token;

use anyhow::Result;
use clap::Subcommand;

use crate::client::Client;

pub(crate) use sources::{agent, expanded};

/// What `swarm` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Display and rotate the root CA
    Ca(authority::Args),
    /// End the swarm: every node leaves it
    Destroy(destroy::Args),
    /// Start a swarm on this host, and join nodes from a file
    Init(init::Args),
    /// Join nodes from a file over SSH
    Join(join::Args),
    /// Leave the swarm with this host
    Leave(leave::Args),
    /// Show the swarm
    Status(status::Args),
    /// Display and rotate join tokens
    #[command(visible_alias = "join-token")]
    Token(token::Args),
}

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    match args.command {
        Command::Ca(args) => authority::run(client, &args).await,
        Command::Destroy(args) => destroy::run(client, &args).await,
        Command::Init(args) => init::run(client, args).await,
        Command::Join(args) => join::run(client, args).await,
        Command::Leave(args) => leave::run(client, &args).await,
        Command::Status(args) => status::run(client, &args).await,
        Command::Token(args) => token::run(client, &args).await,
    }
}
