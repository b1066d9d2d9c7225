//! `swarm-manager service`.

mod create;
mod explain;
mod flags;
mod inspect;
mod logs;
mod ls;
mod progress;
mod ps;
mod rm;
#[cfg(test)]
mod samples;
mod scale;
mod update;
mod words;

use anyhow::Result;
use clap::Subcommand;

use crate::client::Client;

pub(crate) use explain::explanation;
pub(crate) use flags::{ServiceFlags, UpdateFlags};

/// What `service` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a new service
    Create(Box<create::Args>),
    /// Explain why the instances of a service are where they are
    Explain(explain::Args),
    /// Display detailed information on one or more services
    Inspect(inspect::Args),
    /// Fetch the logs of a service
    Logs(logs::Args),
    /// List services
    #[command(visible_alias = "list")]
    Ls(ls::Args),
    /// List the instances of one or more services
    Ps(ps::Args),
    /// Remove one or more services
    #[command(visible_alias = "remove")]
    Rm(rm::Args),
    /// Revert changes to a service's configuration
    Rollback(update::RollbackArgs),
    /// Scale one or multiple replicated services
    Scale(scale::Args),
    /// Update a service
    Update(Box<update::Args>),
}

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    match args.command {
        Command::Create(args) => create::run(client, *args).await,
        Command::Explain(args) => explain::run(client, &args).await,
        Command::Inspect(args) => inspect::run(client, &args).await,
        Command::Logs(args) => logs::run(client, &args).await,
        Command::Ls(args) => ls::run(client, &args).await,
        Command::Ps(args) => ps::run(client, &args).await,
        Command::Rm(args) => rm::run(client, &args).await,
        Command::Rollback(args) => update::roll_back(client, args).await,
        Command::Scale(args) => scale::run(client, &args).await,
        Command::Update(args) => update::run(client, *args).await,
    }
}
