//! `swarm-manager simulate`: what policies would have made of a recorded load. It needs no manager, unless to record one.

mod cloudsim;
mod contenders;
mod progress;
mod record;
mod scenarios;
mod table;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use swarmmanager_simulator::comparison::{Comparison, compare};
use swarmmanager_simulator::{cloudsim as datacentre, report};

use crate::client::Client;
use crate::duration::Duration;
use crate::exit::Usage;
use crate::output::{Format, print, say};
use progress::Progress;

/// What `simulate` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "A trace is a CSV file, also compressed as .gz, with the header
  instance,service,second,cpu_mhz[,memory_bytes][,disk_bytes][,disk_io_bytes_per_s]
  [,network_bytes_per_s][,cpu_demand_mhz][,memory_demand_bytes][,disk_demand_bytes]
or a day of PlanetLab, a folder of Bitbrains or a list of Alibaba's pods.

Examples:
  swarm-manager simulate trace.csv
  swarm-manager simulate --policy headroom --policy spread --load 0.5 --load 0.7 20110306.csv.gz
  swarm-manager simulate --fleet fleet.toml --seeds 10 --html report.html trace.csv
  swarm-manager simulate --cloudsim thr-mmt-0.8 --cloudsim lr-mmt-1.2 20110303.csv.gz
  swarm-manager simulate --record trace.csv --for 24h")]
pub(crate) struct Args {
    /// A placement policy to compare, or 'all'; may be given several times
    #[arg(long, value_name = "NAME", default_value = "all")]
    policy: Vec<String>,
    /// A relocation to compare each policy with; may be given several times
    #[arg(long, value_name = "NAME", default_values = ["cost-benefit", "none"])]
    relocation: Vec<String>,
    /// A TOML file, or 'access-points', 'planetlab', 'bitbrains', 'openb' (default: the one for the trace)
    #[arg(long, value_name = "FLEET")]
    fleet: Option<String>,
    /// Mean CPU use as a share of all capacity, from which the number of nodes follows; may be given several times
    /// (default: the fleet's, 0.5)
    #[arg(long, value_name = "SHARE", value_parser = scenarios::load)]
    load: Vec<f64>,
    /// The first seed of what happens besides: who comes first, what is deployed anew, which node fails
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// How many seeds to run each contender with
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    seeds: u64,
    /// Stop after so many steps of the trace
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Stop after so many hours of the trace
    #[arg(long, value_name = "NUMBER", conflicts_with = "steps", value_parser = scenarios::hours)]
    hours: Option<f64>,
    /// 'table', 'table TEMPLATE', 'json' with the figures of every run, or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: Format,
    /// Write a page with tables and plots into this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Do what CloudSim 3.0.3 does with a day of PlanetLab instead: 'npa', 'dvfs', or DETECTION-SELECTION-PARAMETER
    /// such as 'thr-mmt-0.8'; may be given several times
    #[arg(
        long,
        value_name = "POLICY",
        conflicts_with_all = ["policy", "relocation", "fleet", "load", "seeds", "steps", "hours", "html"]
    )]
    cloudsim: Vec<datacentre::Policy>,
    /// Record what all containers use into this file instead, from the manager, until --for is over or Ctrl-C
    #[arg(long, value_name = "FILE", requires = "for", conflicts_with_all = ["traces", "cloudsim", "html"])]
    record: Option<PathBuf>,
    /// How long to record, such as 24h
    #[arg(long, value_name = "DURATION", requires = "record")]
    r#for: Option<Duration>,
    /// How often to look while recording
    #[arg(long, value_name = "DURATION", requires = "record", default_value = "30s")]
    every: Duration,
    /// What was recorded
    #[arg(required_unless_present = "record", value_name = "TRACE")]
    traces: Vec<PathBuf>,
}

impl Args {
    /// Whether a manager is needed.
    pub(crate) fn records(&self) -> bool {
        self.record.is_some()
    }
}

/// Records what runs.
pub(crate) async fn record(client: &Client, args: &Args) -> Result<()> {
    let (Some(file), Some(length)) = (&args.record, args.r#for) else { return Ok(()) };
    if args.every.ms() < 1_000 {
        return Err(Usage("--every has to be at least 1s: agents report once a second".into()).into());
    }
    let times = record::Times {
        length: std::time::Duration::from_millis(length.ms()),
        every: std::time::Duration::from_millis(args.every.ms()),
    };
    record::record(client, file, times).await
}

/// Compares, and shows what came of it.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !args.cloudsim.is_empty() {
        return print_all(&cloudsim::run(&args.cloudsim, args.seed, &args.traces, &args.format)?);
    }
    let contenders = contenders::contenders(&args.policy, &args.relocation, args.seed)?;
    let scenarios = scenarios::scenarios(args)?;
    let steps: usize = scenarios.iter().map(|scenario| scenario.workload.steps).sum();
    let progress = Progress::new(steps as u64 * contenders.len() as u64 * args.seeds);
    let comparison = compare(&scenarios, &contenders, args.seed, args.seeds, &|done| progress.show(done))?;
    progress.end();
    print_all(&table::written(&comparison, &args.format)?)?;
    if let Some(file) = &args.html {
        write_page(file, &comparison)?;
    }
    Ok(())
}

fn print_all(text: &str) -> Result<()> {
    print(text)?;
    Ok(())
}

fn write_page(file: &PathBuf, comparison: &Comparison) -> Result<()> {
    fs::write(file, report::html(comparison)).with_context(|| format!("cannot write {}", file.display()))?;
    say(&format!("Written to {}", file.display()));
    Ok(())
}

#[cfg(test)]
mod tests;
