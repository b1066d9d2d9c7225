//! `swarm-manager swarm token`.

use anyhow::Result;
use clap::ValueEnum;
use swarmmanager_api::Role;

use crate::client::Client;
use crate::output::print;

/// What `swarm token` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// For which role
    #[arg(value_enum)]
    role: RoleName,
    /// Rotate the join token: the old one lets nobody in any more
    #[arg(long)]
    rotate: bool,
    /// Only display the token
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleName {
    Worker,
    Manager,
}

/// Prints a token, as Docker does.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let role = match args.role {
        RoleName::Worker => Role::Worker,
        RoleName::Manager => Role::Manager,
    };
    let tokens = if args.rotate { client.rotate_token(role).await? } else { client.join_tokens().await? };
    let (word, token) = match role {
        Role::Worker => ("worker", tokens.worker),
        Role::Manager => ("manager", tokens.manager),
    };
    if args.quiet {
        return Ok(print(&format!("{token}\n"))?);
    }
    let rotated =
        if args.rotate { format!("Successfully rotated {word} join token.\n\n") } else { String::new() };
    let address = tokens.address;
    Ok(print(&format!(
        "{rotated}To add a {word} to this swarm, run the following command:\n\n    docker swarm join --token {token} {address}\n\n"
    ))?)
}
