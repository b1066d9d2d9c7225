//! `swarm-manager swarm status`.

use anyhow::Result;
use swarmmanager_api::{Swarm, SwarmState};

use crate::client::Client;
use crate::output::{iso, print};

/// What `swarm status` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// 'json', or text where left out
    #[arg(long, value_name = "FORMAT", value_parser = ["json"])]
    format: Option<String>,
}

/// Shows the Swarm, and the manager's host's part in it.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let swarm = client.swarm().await?;
    let text = match args.format {
        Some(_) => serde_json::to_string(&swarm)? + "\n",
        None => described(&swarm),
    };
    Ok(print(&text)?)
}

fn described(swarm: &Swarm) -> String {
    let mut lines = vec![("Host", swarm.hostname.clone()), ("State", state(swarm.state).to_owned())];
    let known = [
        ("Name", swarm.name.clone()),
        ("Swarm ID", swarm.id.clone()),
        ("Node ID", swarm.node_id.clone()),
        ("Address", swarm.advertise_addr.clone()),
        ("Leader", swarm.leader.clone()),
        ("Created", swarm.created_unix_ms.map(iso)),
    ];
    lines.extend(known.into_iter().filter_map(|(title, value)| Some((title, value?))));
    if swarm.state == SwarmState::Manager {
        lines.push(("Managers", format!("{} ({} reachable)", swarm.managers, swarm.managers_reachable)));
        lines.push(("Workers", swarm.workers.to_string()));
        lines.push(("Ready", format!("{} of {}", swarm.nodes_ready, swarm.managers + swarm.workers)));
        lines.push(("Agents", format!("{} report", swarm.agents_live)));
        lines.push(("Autolock", if swarm.autolock { "on" } else { "off" }.to_owned()));
        let days = swarm.certificate_lifetime_s / 86_400;
        lines.push(("Certificates", format!("valid for {days} days")));
    }
    lines.extend(swarm.message.clone().map(|message| ("Message", message)));
    lines.iter().map(|(title, value)| format!("{title}: {value}\n")).collect()
}

fn state(state: SwarmState) -> &'static str {
    match state {
        SwarmState::Inactive => "in no swarm",
        SwarmState::Pending => "joining",
        SwarmState::Worker => "worker",
        SwarmState::Manager => "manager",
        SwarmState::Locked => "locked",
        SwarmState::Error => "error",
    }
}
