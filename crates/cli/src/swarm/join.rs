//! `swarm-manager swarm join`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use swarmmanager_api::{
    AcceptedHostKey, CheckedNode, HostKeyState, JoinCheck, JoinNode, SwarmJoin, SwarmJoinCheck,
};
use swarmmanager_inventory::Format;

use super::answers::{agrees, can_be_asked};
use super::sources;
use crate::client::Client;
use crate::job::{Following, see_through};
use crate::output::say;

/// What the original read, where it lay.
const USUAL_FILE: &str = "remote_nodes.json";

/// What `swarm join` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Running it again goes on where it stopped; nodes that are in the swarm are left alone.

Examples:
  swarm-manager swarm join --nodes remote_nodes.json
  swarm-manager swarm join --nodes site.toml --install-engine --accept-new-host-keys"
)]
pub(crate) struct Args {
    /// The nodes: a file in JSON, TOML or YAML
    #[arg(long, value_name = "FILE", default_value = USUAL_FILE)]
    nodes: PathBuf,
    #[command(flatten)]
    how: How,
}

/// How nodes join.
#[derive(Debug, clap::Args)]
pub(crate) struct How {
    /// Install Docker Engine where it is missing, by the node's own package manager
    #[arg(long)]
    pub(crate) install_engine: bool,
    /// Accept the keys of hosts that are not known yet without asking; a key that changed is never accepted
    #[arg(long)]
    pub(crate) accept_new_host_keys: bool,
    /// How many nodes join at once
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) parallel: Option<u32>,
    /// Exit immediately instead of waiting for the nodes to join
    #[arg(short, long)]
    pub(crate) detach: bool,
    /// Suppress progress output
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Joins the nodes of a file.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    let nodes = read(&args.nodes)?;
    all(client, nodes, &args.how).await
}

/// Reads a file of nodes, and what it names elsewhere.
pub(crate) fn read(path: &Path) -> Result<Vec<JoinNode>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the nodes in {}", path.display()))?;
    let format = Format::of_path(path).unwrap_or_else(|| Format::of_text(&text));
    let inventory = swarmmanager_inventory::parse(&text, format)
        .with_context(|| format!("{} is refused", path.display()))?;
    for warning in &inventory.warnings {
        say(&format!("Warning: {warning}"));
    }
    inventory.nodes.into_iter().map(sources::resolved).collect()
}

/// Joins nodes, once their host keys are known or accepted.
pub(crate) async fn all(client: &Client, nodes: Vec<JoinNode>, how: &How) -> Result<()> {
    let check = client.check_join(&SwarmJoinCheck { nodes: nodes.clone(), inventory: None }).await?;
    let accepted_host_keys = if how.accept_new_host_keys { Vec::new() } else { accepted(&check)? };
    let wanted = SwarmJoin {
        nodes,
        inventory: None,
        install_engine: how.install_engine,
        accept_new_host_keys: how.accept_new_host_keys,
        accepted_host_keys,
        parallel: how.parallel,
    };
    let following = if how.detach { Following::Detached } else { Following::Own { quiet: how.quiet } };
    see_through(client, client.join(&wanted).await?, following).await
}

/// The new host keys, once whoever runs the command has accepted them.
fn accepted(check: &JoinCheck) -> Result<Vec<AcceptedHostKey>> {
    let new: Vec<&CheckedNode> =
        check.nodes.iter().filter(|node| node.host_key.state == HostKeyState::New).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    say(&shown(&new));
    if !can_be_asked() {
        bail!(
            "the hosts above are not known, and there is no terminal to ask at; compare their keys, then add \
             --accept-new-host-keys. No node was joined"
        );
    }
    if !agrees("Do you accept these host keys?")? {
        bail!("the host keys were not accepted; no node was joined");
    }
    let key = |node: &&CheckedNode| AcceptedHostKey {
        address: node.address.clone(),
        port: node.port,
        fingerprint: node.host_key.fingerprint.clone().unwrap_or_default(),
    };
    Ok(new.iter().map(key).collect())
}

fn shown(nodes: &[&CheckedNode]) -> String {
    let line = |node: &&CheckedNode| {
        format!(
            "\n  {} ({}:{}): {} {}",
            node.name,
            node.address,
            node.port,
            node.host_key.algorithm.as_deref().unwrap_or_default(),
            node.host_key.fingerprint.as_deref().unwrap_or_default()
        )
    };
    let lines: String = nodes.iter().map(line).collect();
    format!("The keys of these hosts are not known yet:{lines}")
}
