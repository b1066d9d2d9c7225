//! The command line as a whole.

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
    /// The manager's socket
    #[arg(
        short = 'H',
        long,
        global = true,
        env = "SWARM_MANAGER_HOST",
        hide_env_values = true,
        value_name = "unix://PATH",
        default_value_t = default_host(),
        help_heading = "Global options"
    )]
    pub(crate) host: Host,
    #[command(subcommand)]
    pub(crate) command: Command,
}

fn default_host() -> Host {
    Host::at(DEFAULT_SOCKET)
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
