//! `swarm-manager node top`: nodes and their containers, live.
//!
//! [`state`] knows what is on the screen and what a key does, and reads no clock; [`view`] draws it; [`feed`] and
//! [`terminal`] are the edges to the manager and to the terminal.

mod feed;
mod keys;
mod order;
mod state;
mod terminal;
mod view;

use std::io::IsTerminal;

use anyhow::Result;

use crate::client::Client;
use crate::node::node_table;
use crate::output::print;

/// What `node top` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Keys: Enter shows a node's containers, Esc goes back, c m d n i a sort, r turns the order \
                        round, ? lists all keys, q quits. Where the output is no terminal, one table is printed."
)]
pub(crate) struct Args {
    /// Print one table and exit
    #[arg(long)]
    no_stream: bool,
}

/// Shows nodes until the user has seen enough.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let nodes = client.nodes().await?;
    if args.no_stream || !std::io::stdout().is_terminal() {
        print(&node_table(&nodes.nodes)?)?;
        return Ok(());
    }
    terminal::run(client, nodes).await
}
