//! `swarm-manager swarm init`.

use std::path::PathBuf;

use anyhow::Result;
use swarmmanager_api::{SwarmInit, SwarmState};

use super::{join, starting};
use crate::client::Client;
use crate::output::{print, say};

/// What `swarm init` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Where no manager runs on this host, one is started: as the systemd unit swarm-manager.service \
                        where there is one, and otherwise in the background, with the options in \
                        SWARM_MANAGER_OPTIONS and its log in /var/log/swarm-manager.log.

Examples:
  swarm-manager swarm init --advertise-addr eth0
  swarm-manager swarm init --advertise-addr 10.0.0.1 --nodes remote_nodes.json --accept-new-host-keys"
)]
pub(crate) struct Args {
    /// The address or interface at which other nodes reach this host
    #[arg(long, visible_alias = "advertise", value_name = "ADDRESS|INTERFACE")]
    advertise_addr: Option<String>,
    /// Listen for other nodes at this address
    #[arg(long, value_name = "ADDRESS[:PORT]")]
    listen_addr: Option<String>,
    /// The swarm's name, which 'swarm destroy' asks for; this host's where left out
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Join the nodes of this file: JSON, TOML or YAML
    #[arg(long, value_name = "FILE")]
    nodes: Option<PathBuf>,
    #[command(flatten)]
    how: join::How,
}

/// Starts a Swarm, and joins the nodes of a file. Where this host is in one, it only joins.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    // Read first: a mistake in the file starts nothing.
    let nodes = args.nodes.as_deref().map(join::read).transpose()?;
    starting::ensure_manager(client).await?;
    let before = client.swarm().await?;
    if before.state == SwarmState::Manager && nodes.is_some() {
        say(&format!("This host is a manager of the swarm {} already.", before.name.unwrap_or_default()));
    } else {
        let wanted = SwarmInit {
            advertise_addr: args.advertise_addr,
            listen_addr: args.listen_addr,
            name: args.name,
            setup_token: None,
        };
        let swarm = client.swarm_init(&wanted).await?;
        let text = format!(
            "Swarm {} initialized: current node ({}) is now a manager, at {}.\n",
            swarm.name.unwrap_or_default(),
            swarm.node_id.unwrap_or_default(),
            swarm.advertise_addr.unwrap_or_default(),
        );
        print(&text)?;
    }
    match nodes {
        Some(nodes) => join::all(client, nodes, &args.how).await,
        None => Ok(()),
    }
}
