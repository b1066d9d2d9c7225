//! `swarm-manager swarm destroy`.

use anyhow::{Result, bail};
use swarmmanager_api::{DestroyPlan, SwarmDestroy};

use super::answers::{ask, can_be_asked};
use crate::client::Client;
use crate::job::{Following, see_through};
use crate::output::say;

/// What `swarm destroy` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Every worker leaves, then every manager, then this host. Services stop with it; images and \
                        volumes on the nodes stay."
)]
pub(crate) struct Args {
    /// Do not ask for the swarm's name
    #[arg(short, long)]
    force: bool,
    /// Suppress progress output
    #[arg(short, long)]
    quiet: bool,
}

/// Shows what would be done, asks, and does it.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let plan = client.destroy_plan().await?;
    if !args.quiet {
        say(&described(&plan));
    }
    let mut wanted = SwarmDestroy { force: args.force, ..SwarmDestroy::default() };
    if !args.force {
        if !can_be_asked() {
            bail!(
                "the swarm's name has to be typed, and there is no terminal to ask at; --force goes without it. Nothing was done"
            );
        }
        wanted.name = ask(&format!("Type the swarm's name ({}) to end it:", plan.name))?.unwrap_or_default();
        if wanted.name != plan.name {
            bail!("this is not the swarm's name; nothing was done");
        }
    }
    let job = client.swarm_destroy(&wanted).await?;
    see_through(client, job, Following::Own { quiet: args.quiet }).await
}

fn described(plan: &DestroyPlan) -> String {
    let mut text = format!("This ends the swarm {}.\n", plan.name);
    match plan.services.as_slice() {
        [] => text.push_str("No services run in it.\n"),
        services => text.push_str(&format!("These services stop: {}.\n", services.join(", "))),
    }
    text.push_str("These nodes leave, in this order:");
    for node in &plan.nodes {
        let warning = if node.reachable { "" } else { "CANNOT BE TOLD: " };
        text.push_str(&format!("\n  {} ({}): {warning}{}", node.hostname, node.address, node.how));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmmanager_api::{LeavingNode, Role};

    #[test]
    fn what_would_be_done_is_shown_with_who_cannot_be_told() {
        let node = |hostname: &str, how: &str, reachable| LeavingNode {
            id: "n".into(),
            hostname: hostname.into(),
            address: "10.0.0.2".into(),
            role: Role::Worker,
            how: how.into(),
            reachable,
        };
        let plan = DestroyPlan {
            name: "site".into(),
            nodes: vec![node("ap2", "it is down", false), node("ap1", "this host", true)],
            services: vec!["web".into(), "db".into()],
        };
        assert_eq!(
            described(&plan),
            "This ends the swarm site.\nThese services stop: web, db.\nThese nodes leave, in this order:\n  ap2 \
             (10.0.0.2): CANNOT BE TOLD: it is down\n  ap1 (10.0.0.2): this host"
        );
    }
}
