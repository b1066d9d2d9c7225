//! `swarm-manager node update`, `node promote` and `node demote`.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::ValueEnum;
use swarmmanager_api::{Availability, NodeUpdate, Role};

use crate::client::{Client, ClientError};
use crate::exit::{AlreadySaid, say_error};
use crate::output::print;

/// What `node update` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager node update --availability drain ap1
  swarm-manager node update --label-add zone=north --label-rm old ap2")]
pub(crate) struct Args {
    /// Availability of the node
    #[arg(long, value_enum, value_name = "AVAILABILITY")]
    availability: Option<AvailabilityFlag>,
    /// Role of the node
    #[arg(long, value_enum, value_name = "ROLE")]
    role: Option<RoleFlag>,
    /// Add or update a node label
    #[arg(long, value_name = "KEY=VALUE")]
    label_add: Vec<String>,
    /// Remove a node label if it exists
    #[arg(long, value_name = "KEY")]
    label_rm: Vec<String>,
    /// Hostnames, or IDs by a prefix
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
}

/// What `node promote` and `node demote` are told.
#[derive(Debug, clap::Args)]
pub(crate) struct NodesArgs {
    /// Hostnames, or IDs by a prefix
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AvailabilityFlag {
    Active,
    Pause,
    Drain,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleFlag {
    Worker,
    Manager,
}

/// Changes nodes; one that cannot be changed does not keep the others.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let update = request(args);
    let mut failed = false;
    for node in &args.nodes {
        match client.update_node(node, &update).await {
            Ok(_) => print(&format!("{node}\n"))?,
            Err(error) => {
                failed = true;
                say_error(&error.into());
            }
        }
    }
    if failed { Err(AlreadySaid.into()) } else { Ok(()) }
}

fn request(args: &Args) -> NodeUpdate {
    let pair = |flag: &String| {
        let (key, value) = flag.split_once('=').unwrap_or((flag, ""));
        (key.to_owned(), value.to_owned())
    };
    NodeUpdate {
        availability: args.availability.map(|availability| match availability {
            AvailabilityFlag::Active => Availability::Active,
            AvailabilityFlag::Pause => Availability::Pause,
            AvailabilityFlag::Drain => Availability::Drain,
        }),
        role: args.role.map(|role| match role {
            RoleFlag::Worker => Role::Worker,
            RoleFlag::Manager => Role::Manager,
        }),
        labels_add: args.label_add.iter().map(pair).collect::<BTreeMap<_, _>>(),
        labels_remove: args.label_rm.clone(),
    }
}

/// Makes nodes managers; one that cannot become one does not keep the others.
pub(crate) async fn promote(client: &Client, args: &NodesArgs) -> Result<()> {
    give_role(client, args, Role::Manager).await
}

/// Makes managers workers; one that has to stay a manager does not keep the others.
pub(crate) async fn demote(client: &Client, args: &NodesArgs) -> Result<()> {
    give_role(client, args, Role::Worker).await
}

async fn give_role(client: &Client, args: &NodesArgs, role: Role) -> Result<()> {
    let mut failed = false;
    for node in &args.nodes {
        match change_role(client, node, role).await {
            Ok(changed) => print(&format!("{}\n", told(node, role, changed)))?,
            Err(error) => {
                failed = true;
                say_error(&error.into());
            }
        }
    }
    if failed { Err(AlreadySaid.into()) } else { Ok(()) }
}

/// Whether anything had to be done.
async fn change_role(client: &Client, node: &str, role: Role) -> Result<bool, ClientError> {
    if client.node(node).await?.node.role == role {
        return Ok(false);
    }
    let update = NodeUpdate { role: Some(role), ..NodeUpdate::default() };
    client.update_node(node, &update).await.map(|_| true)
}

fn told(node: &str, role: Role, changed: bool) -> String {
    match (role, changed) {
        (Role::Manager, true) => format!("Node {node} promoted to a manager in the swarm."),
        (Role::Manager, false) => format!("Node {node} is already a manager."),
        (Role::Worker, true) => format!("Manager {node} demoted in the swarm."),
        (Role::Worker, false) => format!("Node {node} is already a worker."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use serde_json::json;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn only_what_is_named_is_asked_for() {
        let request = |line: &str| json!(request(&Line::parse_from(line.split_whitespace()).args));
        assert_eq!(request("update ap1"), json!({"labels_add": {}, "labels_remove": []}));
        assert_eq!(
            request(
                "update --availability drain --role manager --label-add zone=north --label-add x --label-rm old ap1"
            ),
            json!({
                "availability": "drain", "role": "manager", "labels_add": {"zone": "north", "x": ""},
                "labels_remove": ["old"],
            })
        );
    }

    #[test]
    fn roles_are_told_in_docker_s_words() {
        assert_eq!(told("ap2", Role::Manager, true), "Node ap2 promoted to a manager in the swarm.");
        assert_eq!(told("ap2", Role::Worker, true), "Manager ap2 demoted in the swarm.");
        assert_eq!(told("ap2", Role::Worker, false), "Node ap2 is already a worker.");
    }
}
