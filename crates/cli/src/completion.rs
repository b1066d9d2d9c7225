//! `swarm-manager completion`.

use std::io;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::command::Cli;
use crate::output::print;

/// What `completion` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  source <(swarm-manager completion bash)
  swarm-manager completion fish > ~/.config/fish/completions/swarm-manager.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints a script that completes commands, options and their values.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut script = io::Cursor::new(Vec::new());
    clap_complete::generate(args.shell, &mut Cli::command(), "swarm-manager", &mut script);
    print(&String::from_utf8(script.into_inner())?)?;
    Ok(())
}
