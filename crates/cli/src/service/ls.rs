//! `swarm-manager service ls`.

use anyhow::Result;
use swarmmanager_api::Service;

use super::words::{convergence, hindrance, mode, ports};
use crate::client::Client;
use crate::output::{Column, Filter, Filters, Format, Listing, iso, print, short_id, short_image};

/// What `service ls` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Filters: id, name, mode, status

Examples:
  swarm-manager service ls
  swarm-manager service ls --filter status=blocked
  swarm-manager service ls --format 'table {{.Name}}\\t{{.Replicas}}\\t{{.CPU}}\\t{{.Memory}}'")]
pub(crate) struct Args {
    /// Show only services for which a condition holds
    #[arg(short, long, value_name = "KEY=VALUE")]
    filter: Vec<Filter>,
    /// 'table', 'table TEMPLATE', 'json', or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: Format,
    /// Show only IDs
    #[arg(short, long)]
    quiet: bool,
    /// Do not shorten IDs and images
    #[arg(long)]
    no_trunc: bool,
}

/// Lists services.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let filters = Filters::of(&args.filter, &["id", "name", "mode", "status"])?;
    let shown = |service: &Service| {
        filters.allow_prefix("id", &service.id)
            && filters.allow_prefix("name", &service.name)
            && filters.allow_word("mode", mode(service))
            && filters.allow_word("status", convergence(service))
    };
    let mut services: Vec<Service> = client.services().await?.services.into_iter().filter(shown).collect();
    services.sort_by(|a, b| natord::compare(&a.name, &b.name));
    let listing = listing(&services, args.no_trunc);
    print(&if args.quiet { listing.quiet() } else { listing.format(&args.format)? })?;
    Ok(())
}

const COLUMNS: [Column; 12] = [
    Column::usual("ID", "ID"),
    Column::usual("Name", "NAME"),
    Column::usual("Mode", "MODE"),
    Column::usual("Replicas", "REPLICAS"),
    Column::usual("Status", "STATUS"),
    Column::usual("Image", "IMAGE"),
    Column::usual("Ports", "PORTS"),
    Column::on_demand("Message", "MESSAGE"),
    Column::on_demand("CPU", "CPU"),
    Column::on_demand("Memory", "MEMORY"),
    Column::on_demand("Disk", "DISK"),
    Column::on_demand("CreatedAt", "CREATED AT"),
];

fn listing(services: &[Service], whole: bool) -> Listing {
    let rows = services.iter().map(|service| {
        vec![
            short_id(&service.id, whole),
            service.name.clone(),
            mode(service).to_owned(),
            format!("{}/{}", service.running, service.desired),
            convergence(service).to_owned(),
            short_image(&service.image, whole),
            ports(&service.publish),
            hindrance(service).unwrap_or_default().to_owned(),
            service.demand.cpu.to_string(),
            service.demand.memory.to_string(),
            service.demand.disk.to_string(),
            iso(service.created_unix_ms),
        ]
    });
    Listing::new(&COLUMNS, rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::samples::web;

    #[test]
    fn services_are_listed_as_docker_lists_them() {
        let listing = listing(&[web().service], false);
        assert_eq!(
            listing.format(&Format::Table(None)).unwrap(),
            "ID             NAME      MODE         REPLICAS   STATUS    IMAGE               PORTS\n\
             s0aaaaaaaaaa   web       replicated   1/3        Blocked   r:5000/nginx:1.27   *:8080->80/tcp (host)\n"
        );
        let format: Format = "{{.Name}} {{.CPU}} {{.Memory}} {{.CreatedAt}}: {{.Message}}".parse().unwrap();
        assert_eq!(
            listing.format(&format).unwrap(),
            "web 100MHz 64MiB 1970-01-01T00:00:00Z: 1 of 3 instances have no suitable node\n"
        );
    }
}
