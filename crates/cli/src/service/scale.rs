//! `swarm-manager service scale`.

use std::str::FromStr;

use anyhow::Result;

use super::progress;
use crate::client::Client;
use crate::exit::{AlreadySaid, say_error};
use crate::output::print;

/// What `service scale` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  swarm-manager service scale web=5
  swarm-manager service scale web=5 db=2")]
pub(crate) struct Args {
    /// Services and how many instances each is to have
    #[arg(required = true, value_name = "SERVICE=REPLICAS")]
    scales: Vec<Scale>,
    /// Exit immediately instead of waiting for the services to converge
    #[arg(short, long)]
    detach: bool,
}

/// `web=5`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scale {
    service: String,
    replicas: u32,
}

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((service, replicas)) = text.split_once('=').filter(|(service, _)| !service.is_empty())
        else {
            return Err("scale specifiers are SERVICE=REPLICAS, such as web=5".into());
        };
        let replicas =
            replicas.parse().map_err(|_| format!("invalid replicas value {replicas}: write a number"))?;
        Ok(Self { service: service.to_owned(), replicas })
    }
}

/// Changes how many instances services have; one that cannot be scaled does not keep the others.
pub(crate) async fn run(client: &Client, args: &Args) -> Result<()> {
    let (mut scaled, mut failed) = (Vec::new(), false);
    for Scale { service, replicas } in &args.scales {
        match client.scale(service, *replicas).await {
            Ok(detail) => {
                print(&format!("{} scaled to {replicas}\n", detail.service.name))?;
                scaled.push(detail.service.name);
            }
            Err(error) => {
                failed = true;
                say_error(&error.into());
            }
        }
    }
    for service in scaled.iter().filter(|_| !args.detach) {
        if let Err(error) = progress::watch(client, service).await {
            failed = true;
            say_error(&error);
        }
    }
    if failed { Err(AlreadySaid.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_names_a_service_and_a_number() {
        assert_eq!("web=5".parse(), Ok(Scale { service: "web".into(), replicas: 5 }));
        for (text, reason) in
            [("web", "such as web=5"), ("=5", "such as web=5"), ("web=x", "x: write a number")]
        {
            let error = text.parse::<Scale>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
