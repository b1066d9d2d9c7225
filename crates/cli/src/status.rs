//! `swarm-manager status`.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::json;
use swarmmanager_api::Status;

use crate::client::Client;
use crate::output::{Format, ago, print, say, unix_ms};

/// What `status` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager status
  swarm-manager status --format json
  swarm-manager status --format '{{.leader}}: {{.agents_live}} of {{.nodes}} nodes report'")]
pub(crate) struct Args {
    /// Write it as 'json', or by a Go template over the fields of that JSON
    #[arg(short, long, value_name = "FORMAT", default_value = "", hide_default_value = true)]
    format: Format,
}

/// Shows how the manager is.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let status = client.status().await?;
    match &args.format {
        Format::Json => print(&format!("{}\n", serde_json::to_string(&status)?))?,
        Format::Template(template) | Format::Table(Some(template)) => {
            print(&format!("{}\n", template.fill(&json!(status))?))?;
        }
        Format::Table(None) => {
            print(&summary(&status, unix_ms()))?;
            warnings(&status).iter().for_each(|warning| say(&format!("WARNING: {warning}")));
        }
    }
    Ok(())
}

fn summary(status: &Status, now: i64) -> String {
    let Status { version, swarm_id, node_id, hostname, policy, nodes, services, collector, .. } = status;
    let part = if status.leading { "acting" } else { "watching" };
    let leader = status.leader.as_deref().unwrap_or("unknown");
    let (started, as_of) = (ago(status.started_unix_ms, now), ago(status.swarm_as_of_unix_ms, now));
    let mut text = format!(
        "Manager: {hostname}
 Node ID: {node_id}
 Version: {version}
 Started: {started}
 Part: {part}
 Policy: {policy}
Swarm: {swarm_id}
 Leader: {leader}
 Nodes: {nodes}
  Ready: {}
  Reporting: {}
 State as of: {as_of}
Services: {services}
 Instances: {} of {} running
Agents:
 Connections: {}
 Reports accepted: {}
 Refused: {}\n",
        status.nodes_ready,
        status.agents_live,
        status.instances_running,
        status.instances_desired,
        collector.connections,
        collector.accepted,
        collector.refused.values().sum::<u64>(),
    );
    for (cause, count) in collector.refused.iter().filter(|(_, count)| **count > 0) {
        // Writing into memory does not fail.
        let _ = writeln!(text, "  {cause}: {count}");
    }
    text
}

fn warnings(status: &Status) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(error) = &status.swarm_error {
        warnings.push(format!("Swarm's state is not up to date: {error}"));
    }
    let silent = status.nodes_ready.saturating_sub(status.agents_live);
    if silent > 0 {
        warnings.push(format!(
            "Of the nodes that are ready, {silent} send no reports; nothing is placed on them"
        ));
    }
    if !status.leading {
        let leader = status.leader.as_deref().unwrap_or("another node");
        warnings.push(format!("This manager changes nothing: {leader} leads the Swarm"));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmmanager_api::CollectorCounters;

    fn status() -> Status {
        Status {
            version: "0.1.0".into(),
            swarm_id: "k2swarm".into(),
            node_id: "w1j2qapx7m0nqk4ur3c8pz2vh".into(),
            hostname: "ap1".into(),
            leading: true,
            leader: Some("ap1".into()),
            swarm_as_of_unix_ms: 299_500,
            swarm_error: None,
            started_unix_ms: 0,
            policy: "headroom".into(),
            nodes: 3,
            nodes_ready: 3,
            agents_live: 3,
            services: 2,
            instances_desired: 5,
            instances_running: 4,
            collector: CollectorCounters {
                connections: 3,
                accepted: 900,
                refused: [("wrong-node".to_owned(), 2), ("too-large".to_owned(), 0)].into(),
            },
        }
    }

    #[test]
    fn a_manager_is_summed_up() {
        insta::assert_snapshot!(summary(&status(), 300_000));
        assert_eq!(warnings(&status()), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_is_warned_of() {
        let status = Status {
            leading: false,
            leader: Some("ap2".into()),
            agents_live: 1,
            swarm_error: Some("no leader".into()),
            ..status()
        };
        assert_eq!(
            warnings(&status),
            [
                "Swarm's state is not up to date: no leader",
                "Of the nodes that are ready, 2 send no reports; nothing is placed on them",
                "This manager changes nothing: ap2 leads the Swarm",
            ]
        );
    }
}
