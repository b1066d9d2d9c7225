//! `swarm-manager service ps`.

use anyhow::Result;
use swarmmanager_api::{Convergence, Instance, Service};
use swarmmanager_units::{Bytes, Megahertz};

use super::words::state;
use crate::client::Client;
use crate::exit::{AlreadySaid, say_error};
use crate::output::{
    Column, Filter, Filters, Format, Listing, ago, capitalized, print, say, short_id, short_image, shortened,
    unix_ms,
};

/// What `service ps` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Filters: id, name, node, desired-state, state

Examples:
  swarm-manager service ps web
  swarm-manager service ps --filter node=ap1 web db
  swarm-manager service ps --format 'table {{.Name}}\\t{{.Node}}\\t{{.CurrentState}}' web")]
pub(crate) struct Args {
    /// Names, or IDs by a prefix
    #[arg(required = true, value_name = "SERVICE")]
    services: Vec<String>,
    /// Show only instances for which a condition holds
    #[arg(short, long, value_name = "KEY=VALUE")]
    filter: Vec<Filter>,
    /// 'table', 'table TEMPLATE', 'json', or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: Format,
    /// Show only the IDs of tasks
    #[arg(short, long)]
    quiet: bool,
    /// Do not shorten IDs, images and errors
    #[arg(long)]
    no_trunc: bool,
    /// Show IDs of nodes, not their names
    #[arg(long)]
    no_resolve: bool,
}

/// Lists the instances of services.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let filters = Filters::of(&args.filter, &["id", "name", "node", "desired-state", "state"])?;
    let (mut instances, mut blocked, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for service in &args.services {
        match client.service(service).await {
            Ok(detail) => {
                blocked.extend(notice(&detail.service));
                instances.extend(detail.instances);
            }
            Err(error) if error.is_not_found() => missing.push(error),
            Err(error) => return Err(error.into()),
        }
    }
    instances.retain(|instance| is_shown(instance, &filters));
    if !instances.is_empty() || missing.is_empty() {
        let listing = listing(&instances, unix_ms(), args);
        print(&if args.quiet { listing.quiet() } else { listing.format(&args.format)? })?;
    }
    blocked.iter().for_each(|notice| say(notice));
    if missing.is_empty() {
        return Ok(());
    }
    missing.into_iter().for_each(|error| say_error(&error.into()));
    Err(AlreadySaid.into())
}

/// That some instances are not listed because they have no node.
fn notice(service: &Service) -> Option<String> {
    match &service.convergence {
        Convergence::Blocked { message } => {
            let name = &service.name;
            Some(format!("{name}: {message}; 'swarm-manager service explain {name}' says why"))
        }
        _ => None,
    }
}

fn is_shown(instance: &Instance, filters: &Filters<'_>) -> bool {
    let node = |wanted: &str| {
        instance.hostname.as_deref() == Some(wanted)
            || instance.node.as_ref().is_some_and(|id| id.starts_with(wanted))
    };
    filters.allow_prefix("id", instance.task.as_deref().unwrap_or_default())
        && filters.allow_prefix("name", &instance.name)
        && filters.allow("node", node)
        && filters.allow_word("desired-state", &instance.desired_state)
        && filters.allow_word("state", state(instance))
}

const COLUMNS: [Column; 9] = [
    Column::usual("ID", "ID"),
    Column::usual("Name", "NAME"),
    Column::usual("Image", "IMAGE"),
    Column::usual("Node", "NODE"),
    Column::usual("DesiredState", "DESIRED STATE"),
    Column::usual("CurrentState", "CURRENT STATE"),
    Column::usual("CPU", "CPU"),
    Column::usual("Memory", "MEMORY"),
    Column::usual("Error", "ERROR"),
];

fn listing(instances: &[Instance], now: i64, args: &Args) -> Listing {
    let rows = instances.iter().map(|instance| {
        let node = if args.no_resolve { &instance.node } else { &instance.hostname };
        let usage = instance.usage.as_ref();
        let error = instance.error.as_ref().map(|error| format!("\"{error}\""));
        vec![
            short_id(instance.task.as_deref().unwrap_or_default(), args.no_trunc),
            instance.name.clone(),
            short_image(&instance.image, args.no_trunc),
            node.clone().unwrap_or_default(),
            capitalized(&instance.desired_state),
            match instance.since_unix_ms {
                Some(since) => format!("{} {}", state(instance), ago(since, now).to_lowercase()),
                None => state(instance).to_owned(),
            },
            usage.map_or_else(String::new, |usage| Megahertz::new(usage.cpu_used_mhz).to_string()),
            usage.map_or_else(String::new, |usage| Bytes::new(usage.memory_working_set_bytes).to_string()),
            error.map_or_else(String::new, |error| if args.no_trunc { error } else { shortened(&error, 30) }),
        ]
    });
    Listing::new(&COLUMNS, rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::samples::web;

    fn args() -> Args {
        Args {
            services: Vec::new(),
            filter: Vec::new(),
            format: Format::Table(None),
            quiet: false,
            no_trunc: false,
            no_resolve: false,
        }
    }

    #[test]
    fn instances_are_listed_as_docker_lists_tasks() {
        let listing = listing(&web().instances, 60_000, &args());
        insta::assert_snapshot!(listing.format(&Format::Table(None)).unwrap());
    }

    #[test]
    fn instances_without_a_node_are_pointed_out() {
        let expected =
            "web: 1 of 3 instances have no suitable node; 'swarm-manager service explain web' says why";
        assert_eq!(notice(&web().service).as_deref(), Some(expected));
        let service = Service { convergence: Convergence::Converged, ..web().service };
        assert_eq!(notice(&service), None);
    }

    #[test]
    fn instances_are_filtered_by_their_node_and_state() {
        let shown = |filter: &str| {
            let filters = [filter.parse().unwrap()];
            let filters = Filters::of(&filters, &["node", "state", "desired-state"]).unwrap();
            let instances = web().instances.into_iter().filter(|instance| is_shown(instance, &filters));
            instances.map(|instance| instance.name).collect::<Vec<_>>()
        };
        assert_eq!(shown("node=ap2"), ["web-1"]);
        assert_eq!(shown("node=w1j2"), ["web-0"]);
        assert_eq!(shown("state=preparing"), ["web-1"]);
        assert_eq!(shown("desired-state=running"), ["web-0", "web-1"]);
    }
}
