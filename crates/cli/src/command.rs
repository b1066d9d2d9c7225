//! The command line as a whole.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    completion, context, image, job, node, placement, serve, service, shell, simulate, status, swarm, target,
    token, user,
};

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
    #[command(flatten)]
    pub(crate) target: target::Args,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A command, or a noun with commands of its own.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the manager
    Serve(Box<serve::Args>),
    /// Show how the manager is
    Status(status::Args),
    /// Manage the swarm
    Swarm(swarm::Args),
    /// Manage nodes, and show what they do
    Node(node::Args),
    /// Manage services
    Service(service::Args),
    /// Manage images
    Image(image::Args),
    /// Manage long operations
    Job(job::Args),
    /// Try out where instances would go
    Placement(placement::Args),
    /// Compare what policies would have made of a recorded load
    Simulate(Box<simulate::Args>),
    /// Manage who may use the console and the API
    User(user::Args),
    /// Manage API tokens
    Token(token::Args),
    /// Manage the managers that this program knows
    Context(context::Args),
    /// Type commands one after the other, with completion and history
    Shell(shell::Args),
    /// Print completions for a shell
    Completion(completion::Args),
}

impl Cli {
    /// The manager to speak to.
    ///
    /// # Errors
    /// Where a variable, a file or a context names none.
    pub(crate) fn target(&self) -> Result<crate::client::Target> {
        // A file of contexts that cannot be read is no matter to a command that names its manager.
        if self.target.names_manager() {
            return self.target.resolve(&context::Contexts::default());
        }
        self.target.resolve(&context::Contexts::load()?)
    }
}

#[cfg(test)]
mod tests;
