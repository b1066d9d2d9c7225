//! `swarm-manager node inspect`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use swarmmanager_api::{NodeDetail, Pressure, Reading};
use swarmmanager_units::{Bytes, Megahertz};

use super::words::{agent, availability, manager_status, member_state};
use crate::client::Client;
use crate::inspection::{Inspection, InspectionArgs};
use crate::output::{aligned, capitalized, rate, short_id};

/// What `node inspect` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager node inspect ap1
  swarm-manager node inspect --pretty ap1
  swarm-manager node inspect --format '{{.hostname}} {{.reading.cpu_used_mhz}}' ap1 ap2")]
pub(crate) struct Args {
    /// Hostnames, or IDs by a prefix
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
    #[command(flatten)]
    inspection: InspectionArgs,
}

/// Shows nodes.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let mut found = Inspection::new();
    for node in &args.nodes {
        found.add(client.node(node).await)?;
    }
    found.show(&args.inspection, pretty)
}

fn pretty(detail: &NodeDetail) -> String {
    let node = &detail.node;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing into memory does not fail.
        let _ = writeln!(text, "{:24}{value}", format!("{name}:"));
    };
    line("ID", node.id.clone());
    line("Hostname", node.hostname.clone());
    line("Address", node.address.clone());
    line("Platform", node.platform.clone());
    line("Engine Version", node.engine_version.clone());
    line("State", member_state(node).to_owned());
    if !node.message.is_empty() {
        line(" Message", node.message.clone());
    }
    line("Availability", availability(node).to_owned());
    let manager = manager_status(node);
    line("Role", if manager.is_empty() { "Worker".into() } else { format!("Manager ({manager})") });
    line("Agent", agent_line(detail));
    if let Some(scope) = &detail.agent_scope {
        line(" Measures", scope.clone());
    }
    if let Some(skew) = detail.clock_skew_ms {
        line(" Clock", format!("{skew:+} ms from the manager's"));
    }
    line("Instances", node.instances.to_string());
    line("Tasks", node.tasks.to_string());
    if let Some(reading) = &node.reading {
        resources(&mut line, detail, reading);
    }
    labels(&mut text, "Labels", &detail.labels);
    labels(&mut text, "Engine Labels", &detail.engine_labels);
    text + &containers(detail)
}

fn agent_line(detail: &NodeDetail) -> String {
    let mut text = agent(&detail.node).to_owned();
    if let Some(version) = &detail.agent_version {
        let _ = write!(text, ", version {version}");
    }
    if let Some(age) = detail.node.reading_age_ms {
        let _ = write!(text, ", last report {:.1} s ago", age as f64 / 1000.0);
    }
    text
}

fn resources(line: &mut impl FnMut(&str, String), detail: &NodeDetail, reading: &Reading) {
    let node = &detail.node;
    let [used, total, reserved] =
        [reading.cpu_used_mhz, reading.cpu_capacity_mhz, node.reserved_cpu_mhz].map(Megahertz::new);
    let nominal = if reading.cpu_capacity_nominal { " (nominal)" } else { "" };
    let cores = (reading.cores * 100.0).round() / 100.0;
    line("CPU", format!("{used} of {total}{nominal} used, {reserved} reserved, cores: {cores}"));
    let mut bytes = |name: &str, used: u64, total: u64, reserved: u64| {
        let [used, total, reserved] = [used, total, reserved].map(Bytes::new);
        line(name, format!("{used} of {total} used, {reserved} reserved"));
    };
    bytes("Memory", reading.memory_used_bytes, reading.memory_total_bytes, node.reserved_memory_bytes);
    bytes("Disk", reading.disk_used_bytes, reading.disk_total_bytes, node.reserved_disk_bytes);
    if reading.swap_total_bytes > 0 {
        let [used, total] = [reading.swap_used_bytes, reading.swap_total_bytes].map(Bytes::new);
        line("Swap", format!("{used} of {total} used"));
    }
    let [received, sent] = [reading.network_rx_bytes_per_s, reading.network_tx_bytes_per_s].map(rate);
    line("Network", format!("{received} received, {sent} sent"));
    line("Load", reading.load.map(|load| format!("{load:.2}")).join(" "));
    let pressures =
        [("CPU", reading.cpu_pressure), ("memory", reading.memory_pressure), ("I/O", reading.io_pressure)];
    let waited = |(what, pressure): (&str, Option<Pressure>)| {
        pressure.map(|pressure| format!("{what} {:.1}%", pressure.some_percent))
    };
    let waited: Vec<String> = pressures.into_iter().filter_map(waited).collect();
    if !waited.is_empty() {
        line("Pressure", waited.join(", "));
    }
    if let Some(celsius) = reading.temperature_celsius {
        line("Temperature", format!("{celsius:.1} °C"));
    }
}

fn labels(text: &mut String, title: &str, labels: &BTreeMap<String, String>) {
    if labels.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}:", capitalized(title));
    for (key, value) in labels {
        let _ = writeln!(text, " - {key}={value}");
    }
}

fn containers(detail: &NodeDetail) -> String {
    if detail.containers.is_empty() {
        return String::new();
    }
    let rows = detail.containers.iter().map(|container| {
        let name = container.task.clone().unwrap_or_default();
        let layer = container.writable_layer_bytes.map(|size| Bytes::new(size).to_string());
        [
            short_id(&container.id, false),
            name,
            Megahertz::new(container.cpu_used_mhz).to_string(),
            Bytes::new(container.memory_working_set_bytes).to_string(),
            rate(container.network_rx_bytes_per_s),
            rate(container.network_tx_bytes_per_s),
            layer.unwrap_or_default(),
        ]
        .join("\t")
    });
    let header = "ID\tNAME\tCPU\tMEMORY\tRECEIVED\tSENT\tLAYER".to_owned();
    format!("Containers:\n{}", aligned(std::iter::once(header).chain(rows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::samples::detail;

    #[test]
    fn a_node_is_shown_for_people() {
        insta::assert_snapshot!(pretty(&detail()));
    }
}
