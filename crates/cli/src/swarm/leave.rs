//! `swarm-manager swarm leave`.

use anyhow::Result;

use crate::client::Client;
use crate::output::print;

/// What `swarm leave` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "To take another node out of the swarm, use 'swarm-manager node rm'; to end the swarm as a whole, \
                        'swarm-manager swarm destroy'."
)]
pub(crate) struct Args {
    /// Leave also where the swarm would lose its managers' quorum, or would be ended by it
    #[arg(short, long)]
    force: bool,
}

/// Takes the manager's host out of its Swarm.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let swarm = client.swarm_leave(args.force).await?;
    Ok(print(&format!("Node {} left the swarm.\n", swarm.hostname))?)
}
