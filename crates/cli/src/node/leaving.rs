//! `swarm-manager node drain` and `node rm`.

use anyhow::Result;
use swarmmanager_api::{NodesDrain, NodesRemove};

use crate::client::Client;
use crate::duration::Duration;
use crate::job::{Following, see_through};

/// What `node drain` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Instances move one after the other to the best of the other nodes, each before it stops where it \
                        is; then the node is drained as Docker does it. 'swarm-manager node update --availability \
                        active' takes that back."
)]
pub(crate) struct DrainArgs {
    /// Wait until the nodes are empty
    #[arg(long)]
    wait: bool,
    /// How long instances have to run elsewhere
    #[arg(long, value_name = "DURATION", default_value = "5m")]
    timeout: Duration,
    /// Suppress progress output
    #[arg(short, long)]
    quiet: bool,
    /// Hostnames, or IDs by a prefix
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
}

/// What `node rm` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A node is drained, leaves the swarm over SSH and is removed. One that is down is removed as it \
                        is. A manager is demoted first, unless the swarm would lose its quorum."
)]
pub(crate) struct RmArgs {
    /// Remove a node also where its instances find no other one, or where it cannot be told to leave
    #[arg(short, long)]
    force: bool,
    /// How long instances have to run elsewhere
    #[arg(long, value_name = "DURATION", default_value = "5m")]
    timeout: Duration,
    /// Exit immediately instead of waiting for the nodes to go
    #[arg(short, long)]
    detach: bool,
    /// Suppress progress output
    #[arg(short, long)]
    quiet: bool,
    /// Hostnames, or IDs by a prefix
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
}

/// Takes the instances off nodes.
pub(crate) async fn drain(client: &Client, args: &DrainArgs) -> Result<()> {
    let wanted = NodesDrain { nodes: args.nodes.clone(), timeout_s: Some(args.timeout.ms() / 1000) };
    let following = if args.wait { Following::Own { quiet: args.quiet } } else { Following::Detached };
    see_through(client, client.drain(&wanted).await?, following).await
}

/// Takes nodes out of the Swarm.
pub(crate) async fn remove(client: &Client, args: &RmArgs) -> Result<()> {
    let wanted = NodesRemove {
        nodes: args.nodes.clone(),
        force: args.force,
        timeout_s: Some(args.timeout.ms() / 1000),
    };
    let following = if args.detach { Following::Detached } else { Following::Own { quiet: args.quiet } };
    see_through(client, client.remove_nodes(&wanted).await?, following).await
}
