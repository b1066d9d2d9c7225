//! `swarm-manager placement`.

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::Value;
use swarmmanager_placement::{Decision, Outcome};

use crate::client::Client;
use crate::output::{Format, print};
use crate::service::{ServiceFlags, explanation};

/// What `placement` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show where the instances of a service would go; nothing is done
    Preview(Box<PreviewArgs>),
}

/// What `placement preview` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It takes the options of 'service create', so that a command can be tried out by changing two \
                        words of it.

Examples:
  swarm-manager placement preview --replicas 2 --cpu 0.5 --memory 128m nginx
  swarm-manager placement preview --policy spread --replicas 2 nginx
  swarm-manager placement preview --replicas 10 --cpu 100MHz --format '{{.instance}} {{.outcome.hostname}}' nginx"
)]
struct PreviewArgs {
    /// Ask this policy, such as 'spread' [default: the one that instances are placed by]
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    /// 'json' for one decision a line, or a Go template over the fields of that JSON
    #[arg(long, value_name = "FORMAT", default_value = "", hide_default_value = true)]
    format: Format,
    // Those of `service create` that mean nothing here.
    #[arg(short, long, hide = true)]
    detach: bool,
    #[arg(short, long, hide = true)]
    quiet: bool,
    #[arg(long, hide = true)]
    with_registry_auth: bool,
    #[command(flatten)]
    flags: ServiceFlags,
}

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    let Command::Preview(args) = args.command;
    let PreviewArgs { flags, format, policy, .. } = *args;
    let request = flags.request()?;
    let preview = client.preview(&request, policy.as_deref()).await?;
    for (position, decision) in preview.decisions.iter().enumerate() {
        let text = match &format {
            Format::Json => decision.to_string(),
            Format::Template(template) | Format::Table(Some(template)) => template.fill(decision)?,
            Format::Table(None) => {
                let gap = if position == 0 { "" } else { "\n" };
                format!("{gap}{}", told(&request.name, decision)?.trim_end())
            }
        };
        print(&format!("{text}\n"))?;
    }
    Ok(())
}

/// One decision in words and numbers.
fn told(service: &str, decision: &Value) -> Result<String> {
    let decision: Decision =
        serde_json::from_value(decision.clone()).context("the manager's explanation cannot be understood")?;
    let place = match &decision.outcome {
        Outcome::Placed { hostname, .. } => format!(" would be placed on {hostname}"),
        Outcome::Unplaced { reason } => format!(" would not be placed: {reason}"),
    };
    Ok(format!("{service}-{}{place}\n{}", decision.instance, explanation(&decision)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_preview_is_told_in_the_conditional() {
        let placed = json!({"instance": 1, "outcome": {"kind": "placed", "node": "w1", "hostname": "ap1"}});
        assert_eq!(told("web", &placed).unwrap(), "web-1 would be placed on ap1\n");
        let unplaced = json!({
            "instance": 2,
            "outcome": {"kind": "unplaced", "reason": {"counts": [["drained", 1]]}},
        });
        assert_eq!(
            told("web", &unplaced).unwrap(),
            "web-2 would not be placed: no suitable node (1 node: drained)\n"
        );
    }
}
