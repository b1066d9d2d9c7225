//! `swarm-manager service explain`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use swarmmanager_api::{Action, Decision, Mode, ServiceDetail};
use swarmmanager_placement as placement;

use crate::client::{Client, DecisionQuery};
use crate::output::{Format, ago, print, unix_ms};

mod table;
pub(crate) use table::explanation;

/// The journal gives no more at once.
const MOST_DECISIONS: u32 = 1000;

/// What `service explain` is told.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "For each instance: where it was put and when, and a table of every node with its score and what \
                        makes it up, best first. The lowest score wins; a node that is out says why.

Examples:
  swarm-manager service explain web
  swarm-manager service explain --instance 2 web
  swarm-manager service explain --format json web"
)]
pub(crate) struct Args {
    /// Name, or ID by a prefix
    #[arg(value_name = "SERVICE")]
    service: String,
    /// Only this instance
    #[arg(long, value_name = "NUMBER")]
    instance: Option<u32>,
    /// 'json' for one decision a line, or a Go template over the fields of that JSON
    #[arg(long, value_name = "FORMAT", default_value = "", hide_default_value = true)]
    format: Format,
}

/// Says why instances are where they are.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let detail = match client.service(&args.service).await {
        Ok(detail) => Some(detail),
        // The journal remembers services that were removed.
        Err(error) if error.is_not_found() => None,
        Err(error) => return Err(error.into()),
    };
    let name = detail.as_ref().map_or(&args.service, |detail| &detail.service.name);
    if matches!(&detail, Some(detail) if detail.service.mode == Mode::Global) {
        bail!("service {name} is global: Swarm runs it on every node that fits, and nothing was decided");
    }
    let query = DecisionQuery { service: name.clone(), instance: args.instance, limit: MOST_DECISIONS };
    let newest = latest(&client.decisions(&query).await?, detail.as_ref());
    if newest.is_empty() {
        match (&detail, args.instance) {
            (None, _) => bail!("no such service: {name}"),
            (Some(_), Some(instance)) => bail!("no such instance: {name}-{instance}"),
            (Some(_), None) => bail!(
                "the journal of this manager has no decision about service {name}; each manager keeps its own, ask the \
                 one that led the Swarm"
            ),
        }
    }
    for (position, id) in newest.into_values().enumerate() {
        let decision = client.decision(id).await?;
        let text = match &args.format {
            Format::Json => json!(decision).to_string(),
            Format::Template(template) | Format::Table(Some(template)) => template.fill(&json!(decision))?,
            Format::Table(None) => {
                let gap = if position == 0 { "" } else { "\n" };
                format!("{gap}{}", told(&decision, unix_ms())?.trim_end())
            }
        };
        print(&format!("{text}\n"))?;
    }
    Ok(())
}

/// The newest decision about each instance that is still wanted.
fn latest(newest_first: &[Decision], detail: Option<&ServiceDetail>) -> BTreeMap<u32, i64> {
    let wanted = |instance: u32| detail.is_none_or(|detail| instance < detail.service.desired);
    let mut latest = BTreeMap::new();
    for decision in newest_first.iter().filter(|decision| decision.action == Action::Place) {
        if let Some(instance) = decision.instance.filter(|instance| wanted(*instance)) {
            latest.entry(instance).or_insert(decision.id);
        }
    }
    latest
}

/// One decision in words and numbers.
fn told(decision: &Decision, now: i64) -> Result<String> {
    let title = format!("{}, {}", decision.summary, ago(decision.unix_ms, now).to_lowercase());
    let Some(explanation_of) = decision.explanation.clone() else {
        return Ok(format!("{title}\nThe journal has no numbers for it.\n"));
    };
    let decided: placement::Decision =
        serde_json::from_value(explanation_of).context("the journal's explanation cannot be understood")?;
    Ok(format!("{title}\n{}", explanation(&decided)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::samples::web;
    use swarmmanager_api::Outcome;

    fn entry(id: i64, action: Action, instance: Option<u32>) -> Decision {
        Decision {
            id,
            unix_ms: 0,
            action,
            outcome: Outcome::Done,
            service: "web".into(),
            instance,
            node: None,
            hostname: None,
            summary: "web-0 placed on ap1".into(),
            by: None,
            explanation: None,
        }
    }

    #[test]
    fn the_newest_decision_about_each_wanted_instance_counts() {
        let entries = [
            entry(9, Action::Scale, None),
            entry(8, Action::Place, Some(7)),
            entry(7, Action::Place, Some(1)),
            entry(6, Action::Place, Some(0)),
            entry(5, Action::Place, Some(1)),
        ];
        assert_eq!(latest(&entries, Some(&web())), [(0, 6), (1, 7)].into());
        assert_eq!(latest(&entries, None), [(0, 6), (1, 7), (7, 8)].into());
    }

    #[test]
    fn a_decision_without_numbers_says_so() {
        let told = told(&entry(1, Action::Place, Some(0)), 120_000).unwrap();
        assert_eq!(told, "web-0 placed on ap1, 2 minutes ago\nThe journal has no numbers for it.\n");
    }
}
