//! `swarm-manager node`.

mod add;
mod inspect;
mod leaving;
mod ls;
#[cfg(test)]
pub(crate) mod samples;
mod update;
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
    /// Join one or more nodes to the swarm over SSH
    Add(add::Args),
    /// Demote one or more nodes from manager in the swarm
    Demote(update::NodesArgs),
    /// Move the instances off one or more nodes, and drain these
    Drain(leaving::DrainArgs),
    /// List nodes with what they have and use
    #[command(visible_alias = "list")]
    Ls(ls::Args),
    /// Display detailed information on one or more nodes
    Inspect(inspect::Args),
    /// Promote one or more nodes to manager in the swarm
    Promote(update::NodesArgs),
    /// Remove one or more nodes from the swarm
    #[command(visible_alias = "remove")]
    Rm(leaving::RmArgs),
    /// Watch nodes and their containers live
    Top(top::Args),
    /// Update one or more nodes
    Update(update::Args),
}

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    match args.command {
        Command::Add(args) => add::run(client, args).await,
        Command::Drain(args) => leaving::drain(client, &args).await,
        Command::Rm(args) => leaving::remove(client, &args).await,
        Command::Demote(args) => update::demote(client, &args).await,
        Command::Ls(args) => ls::run(client, &args).await,
        Command::Inspect(args) => inspect::run(client, &args).await,
        Command::Promote(args) => update::promote(client, &args).await,
        Command::Top(args) => top::run(client, &args).await,
        Command::Update(args) => update::run(client, &args).await,
    }
}
