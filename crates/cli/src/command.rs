//! The command line as a whole.

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use swarmmanager_api::DEFAULT_SOCKET;

use crate::client::Host;
use crate::{completion, node, placement, serve, service, status};

/// Places services on the nodes of a Docker Swarm by what each node really has free
#[derive(Debug, Parser)]
#[command(
    name = "swarm-manager",
    version,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Run 'swarm-manager COMMAND --help' for more information on a command."
)]
pub(crate) struct Cli {
    /// The manager's socket [env: SWARM_MANAGER_HOST] [default: unix:///run/swarmmanager/swarm-manager.sock]
    #[arg(short = 'H', long, global = true, value_name = "unix://PATH", help_heading = "Global options")]
    host: Option<Host>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Names the manager's socket where no flag does. Not left to clap, which would then name the flag in every usage.
const HOST_VARIABLE: &str = "SWARM_MANAGER_HOST";

impl Cli {
    /// The manager to speak to.
    ///
    /// # Errors
    /// For a variable that names none.
    pub(crate) fn host(&self) -> Result<Host> {
        if let Some(host) = &self.host {
            return Ok(host.clone());
        }
        match std::env::var(HOST_VARIABLE) {
            Ok(text) if !text.is_empty() => {
                text.parse().with_context(|| format!("invalid {HOST_VARIABLE} {text:?}"))
            }
            _ => Ok(Host::at(DEFAULT_SOCKET)),
        }
    }
}

/// A command, or a noun with commands of its own.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the manager
    Serve(serve::Args),
    /// Show how the manager is
    Status(status::Args),
    /// Show nodes and what they do
    Node(node::Args),
    /// Manage services
    Service(service::Args),
    /// Try out where instances would go
    Placement(placement::Args),
    /// Print completions for a shell
    Completion(completion::Args),
}

#[cfg(test)]
mod tests;
