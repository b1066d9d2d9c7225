//! `swarm-manager node`.

mod inspect;
mod ls;
#[cfg(test)]
pub(crate) mod samples;
mod words;

use anyhow::Result;
use clap::Subcommand;

use crate::client::Client;
use crate::top;

pub(crate) use ls::node_table;

/// What `node` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List nodes with what they have and use
    #[command(visible_alias = "list")]
    Ls(ls::Args),
    /// Display detailed information on one or more nodes
    Inspect(inspect::Args),
    /// Watch nodes and their containers live
    Top(top::Args),
}

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    match args.command {
        Command::Ls(args) => ls::run(client, &args).await,
        Command::Inspect(args) => inspect::run(client, &args).await,
        Command::Top(args) => top::run(client, &args).await,
    }
}
