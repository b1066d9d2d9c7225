//! `swarm-manager node ls`.

use anyhow::Result;
use swarmmanager_api::{Node, Reading};
use swarmmanager_units::{Bytes, Megahertz};

use super::words::{agent, availability, manager_status, member_state, role};
use crate::client::Client;
use crate::output::{Column, Filter, Filters, Format, Listing, print, rate, short_id};

/// What `node ls` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Filters: id, name, role, status, availability, agent

Examples:
  swarm-manager node ls
  swarm-manager node ls --filter role=worker --filter agent=stale
  swarm-manager node ls --format 'table {{.Hostname}}\\t{{.CPU}}\\t{{.ReservedCPU}}'
  swarm-manager node ls --format json")]
pub(crate) struct Args {
    /// Show only nodes for which a condition holds
    #[arg(short, long, value_name = "KEY=VALUE")]
    filter: Vec<Filter>,
    /// 'table', 'table TEMPLATE', 'json', or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: Format,
    /// Show only IDs
    #[arg(short, long)]
    quiet: bool,
    /// Do not shorten IDs
    #[arg(long)]
    no_trunc: bool,
}

/// Lists nodes.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let filters = Filters::of(&args.filter, &["id", "name", "role", "status", "availability", "agent"])?;
    let mut nodes = client.nodes().await?.nodes;
    nodes.retain(|node| is_shown(node, &filters));
    nodes.sort_by(|a, b| natord::compare(&a.hostname, &b.hostname));
    let listing = listing(&nodes, args.no_trunc || args.quiet);
    print(&if args.quiet { listing.quiet() } else { listing.format(&args.format)? })?;
    Ok(())
}

fn is_shown(node: &Node, filters: &Filters<'_>) -> bool {
    filters.allow_prefix("id", &node.id)
        && filters.allow_prefix("name", &node.hostname)
        && filters.allow_word("role", role(node))
        && filters.allow_word("status", member_state(node))
        && filters.allow_word("availability", availability(node))
        && filters.allow_word("agent", agent(node))
}

const COLUMNS: [Column; 19] = [
    Column::usual("ID", "ID"),
    Column::usual("Hostname", "HOSTNAME"),
    Column::usual("Status", "STATUS"),
    Column::usual("Availability", "AVAILABILITY"),
    Column::usual("ManagerStatus", "MANAGER STATUS"),
    Column::usual("Agent", "AGENT"),
    Column::usual("CPU", "CPU USED / TOTAL"),
    Column::usual("Memory", "MEMORY USED / TOTAL"),
    Column::usual("Disk", "DISK USED / TOTAL"),
    Column::usual("Instances", "INSTANCES"),
    Column::on_demand("Role", "ROLE"),
    Column::on_demand("Address", "ADDRESS"),
    Column::on_demand("Platform", "PLATFORM"),
    Column::on_demand("EngineVersion", "ENGINE VERSION"),
    Column::on_demand("Tasks", "TASKS"),
    Column::on_demand("ReservedCPU", "RESERVED CPU"),
    Column::on_demand("ReservedMemory", "RESERVED MEMORY"),
    Column::on_demand("ReservedDisk", "RESERVED DISK"),
    Column::on_demand("Network", "RECEIVED / SENT"),
];

/// The table that `node top` leaves where there is nothing to draw on: with what is reserved beside what is used.
pub(crate) fn node_table(nodes: &[Node]) -> Result<String> {
    let columns = "table {{.Hostname}}\t{{.Role}}\t{{.Status}}\t{{.Agent}}\t{{.CPU}}\t{{.ReservedCPU}}\t{{.Memory}}\t{{.ReservedMemory}}\t{{.Disk}}\t{{.ReservedDisk}}\t{{.Network}}\t{{.Instances}}";
    Ok(listing(nodes, false).format(&columns.parse()?)?)
}

/// Nodes as rows of that table.
fn listing(nodes: &[Node], whole: bool) -> Listing {
    let rows = nodes.iter().map(|node| {
        let reading = node.reading.as_ref();
        vec![
            short_id(&node.id, whole),
            node.hostname.clone(),
            member_state(node).to_owned(),
            availability(node).to_owned(),
            manager_status(node).to_owned(),
            agent(node).to_owned(),
            reading.map_or_else(String::new, cpu),
            reading.map_or_else(String::new, memory),
            reading.map_or_else(String::new, disk),
            node.instances.to_string(),
            role(node).to_owned(),
            node.address.clone(),
            node.platform.clone(),
            node.engine_version.clone(),
            node.tasks.to_string(),
            Megahertz::new(node.reserved_cpu_mhz).to_string(),
            Bytes::new(node.reserved_memory_bytes).to_string(),
            Bytes::new(node.reserved_disk_bytes).to_string(),
            reading.map_or_else(String::new, network),
        ]
    });
    Listing::new(&COLUMNS, rows.collect())
}

fn cpu(reading: &Reading) -> String {
    let [used, total] = [reading.cpu_used_mhz, reading.cpu_capacity_mhz].map(Megahertz::new);
    // The kernel does not tell the frequency.
    let sign = if reading.cpu_capacity_nominal { "~" } else { "" };
    format!("{used} / {sign}{total}")
}

fn memory(reading: &Reading) -> String {
    format!("{} / {}", Bytes::new(reading.memory_used_bytes), Bytes::new(reading.memory_total_bytes))
}

fn disk(reading: &Reading) -> String {
    format!("{} / {}", Bytes::new(reading.disk_used_bytes), Bytes::new(reading.disk_total_bytes))
}

fn network(reading: &Reading) -> String {
    format!("{} / {}", rate(reading.network_rx_bytes_per_s), rate(reading.network_tx_bytes_per_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::samples::three_nodes;

    #[test]
    fn nodes_are_listed_with_what_they_use() {
        insta::assert_snapshot!(listing(&three_nodes(), false).format(&Format::Table(None)).unwrap());
    }

    #[test]
    fn nodes_are_filtered_by_what_they_are() {
        let shown = |filters: &[&str]| {
            let filters: Vec<Filter> = filters.iter().map(|text| text.parse().unwrap()).collect();
            let filters = Filters::of(&filters, &["id", "name", "role", "status", "agent"]).unwrap();
            let nodes = three_nodes().into_iter().filter(|node| is_shown(node, &filters));
            nodes.map(|node| node.hostname).collect::<Vec<_>>()
        };
        assert_eq!(shown(&[]), ["ap1", "ap2", "ap3"]);
        assert_eq!(shown(&["role=worker"]), ["ap2", "ap3"]);
        assert_eq!(shown(&["role=worker", "agent=stale"]), ["ap2"]);
        assert_eq!(shown(&["status=down", "status=ready"]), ["ap1", "ap2", "ap3"]);
        assert_eq!(shown(&["id=w1"]), ["ap1"]);
    }
}
