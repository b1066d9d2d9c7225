//! `swarm-manager node add`.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use swarmmanager_api::{JoinNode, Role, SecretText, SshAuth};
use swarmmanager_ssh::Target;

use crate::client::Client;
use crate::secret_input;
use crate::swarm::join::{self, How};
use crate::swarm::{agent, expanded};

/// What `node add` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A node that is given neither key nor password is joined with the manager's own key, or with \
                        what --agent holds.

Examples:
  swarm-manager node add 10.0.0.5
  swarm-manager node add pi@ap5.example:2222 ap6.example --identity-file ~/.ssh/id_ed25519 --label zone=north
  swarm-manager node add 10.0.0.7 --ask-password --install-engine --role manager"
)]
pub(crate) struct Args {
    /// Where the nodes are; the user is root and the port 22 where left out
    #[arg(required = true, value_name = "[USER@]HOST[:PORT]")]
    hosts: Vec<Target>,
    /// Sign in with the private key in this file
    #[arg(short, long, value_name = "FILE")]
    identity_file: Option<String>,
    /// Sign in with what your SSH agent holds
    #[arg(long)]
    agent: bool,
    /// Ask for the password to sign in with
    #[arg(long, conflicts_with = "password_stdin")]
    ask_password: bool,
    /// Read the password to sign in with from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Their part in the swarm
    #[arg(long, value_enum, default_value = "worker")]
    role: RoleName,
    /// Give them a label
    #[arg(long, value_name = "KEY=VALUE")]
    label: Vec<String>,
    /// The address or interface at which other nodes reach the node, for a single one
    #[arg(long, value_name = "ADDRESS|INTERFACE")]
    advertise_addr: Option<String>,
    /// Where its Docker Engine listens
    #[arg(long, value_name = "PATH")]
    engine_socket: Option<String>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    Worker,
    Manager,
}

/// Joins nodes that the command line names.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    if args.advertise_addr.is_some() && args.hosts.len() > 1 {
        bail!(
            "--advertise-addr is one node's; add the nodes one by one, or write a file for 'swarm-manager swarm join'"
        );
    }
    let auth = auth(&args)?;
    let nodes = args.hosts.iter().map(|host| node(host, &args, auth.clone())).collect();
    join::all(client, nodes, &args.how).await
}

fn node(host: &Target, args: &Args, auth: SshAuth) -> JoinNode {
    let label = |text: &String| {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        (key.to_owned(), value.to_owned())
    };
    JoinNode {
        name: None,
        address: host.address.clone(),
        port: host.port,
        user: host.user.clone(),
        auth,
        role: match args.role {
            RoleName::Worker => Role::Worker,
            RoleName::Manager => Role::Manager,
        },
        labels: args.label.iter().map(label).collect::<BTreeMap<_, _>>(),
        advertise_addr: args.advertise_addr.clone(),
        engine_socket: args.engine_socket.clone(),
        storage_driver: None,
    }
}

fn auth(args: &Args) -> Result<SshAuth> {
    let private_key = match &args.identity_file {
        Some(file) => {
            let path = expanded(file);
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Some(SecretText::new(text))
        }
        None => None,
    };
    let password = match (args.password_stdin, args.ask_password) {
        (true, _) => Some(secret_input::from_stdin("the password")?),
        (false, true) => Some(secret_input::asked("Password: ")?),
        (false, false) => None,
    };
    let agent_socket = if args.agent { Some(agent("to add")?) } else { None };
    Ok(SshAuth { agent_socket, private_key, passphrase: None, password: password.map(SecretText::new) })
}
