//! `swarm-manager service inspect`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use swarmmanager_api::ServiceDetail;

use super::words::{convergence, hindrance, mode, ports, state};
use crate::client::Client;
use crate::inspection::{Inspection, InspectionArgs};
use crate::output::{iso, short_image};

/// What `service inspect` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager service inspect web
  swarm-manager service inspect --pretty web
  swarm-manager service inspect --format '{{.name}}: {{.running}} of {{.desired}}' web")]
pub(crate) struct Args {
    /// Names, or IDs by a prefix
    #[arg(required = true, value_name = "SERVICE")]
    services: Vec<String>,
    #[command(flatten)]
    inspection: InspectionArgs,
}

/// Shows services.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let mut found = Inspection::new();
    for service in &args.services {
        found.add(client.service(service).await)?;
    }
    found.show(&args.inspection, pretty)
}

fn pretty(detail: &ServiceDetail) -> String {
    let service = &detail.service;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing into memory does not fail.
        let _ = writeln!(text, "{:18}{value}", format!("{name}:"));
    };
    line("ID", service.id.clone());
    line("Name", service.name.clone());
    line("Image", short_image(&service.image, false));
    line("Service Mode", mode(service).to_owned());
    line("Replicas", format!("{} of {} running", service.running, service.desired));
    line("Status", convergence(service).to_owned());
    if let Some(message) = hindrance(service) {
        line(" Message", message.to_owned());
    }
    line("Created", iso(service.created_unix_ms));
    let demand = service.demand;
    line("Demand", format!("{} CPU, {} memory, {} disk", demand.cpu, demand.memory, demand.disk));
    if !service.publish.is_empty() {
        line("Ports", ports(&service.publish));
    }
    list(&mut text, "Constraints", detail.constraints.iter().cloned());
    list(&mut text, "Affinity", detail.affinity.iter().cloned());
    list(&mut text, "Anti-affinity", detail.anti_affinity.iter().cloned());
    list(&mut text, "Labels", pairs(&detail.labels));
    let instances = detail.instances.iter().map(|instance| {
        let node = instance.hostname.as_deref().unwrap_or("no node yet");
        format!("{} on {node}: {}", instance.name, state(instance).to_lowercase())
    });
    list(&mut text, "Instances", instances);
    text
}

fn pairs(labels: &BTreeMap<String, String>) -> impl Iterator<Item = String> {
    labels.iter().map(|(key, value)| format!("{key}={value}"))
}

fn list(text: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.map(|item| format!(" - {item}\n")).collect();
    if !items.is_empty() {
        let _ = write!(text, "{title}:\n{}", items.concat());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::samples::web;

    #[test]
    fn a_service_is_shown_for_people() {
        insta::assert_snapshot!(pretty(&web()));
    }
}
