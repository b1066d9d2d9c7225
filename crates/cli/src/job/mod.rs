//! `swarm-manager job`: long operations.

mod display;
mod watch;

use anyhow::Result;
use clap::Subcommand;
use swarmmanager_api::{ItemState, Job, JobKind, JobState};

use crate::client::Client;
use crate::output::{Column, Format, Listing, ago, print, unix_ms};

pub(crate) use watch::{Following, see_through};

/// What `job` is told.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List jobs that run, and the last that ended
    #[command(visible_alias = "list")]
    Ls(LsArgs),
    /// Display one or more jobs in JSON
    Inspect(IdsArgs),
    /// Show a job's progress until it ends
    Follow {
        /// The job's id, or a unique prefix of it
        #[arg(value_name = "JOB")]
        job: String,
    },
    /// Break one or more jobs off
    Cancel(IdsArgs),
}

#[derive(Debug, clap::Args)]
struct LsArgs {
    /// 'table', 'table TEMPLATE', 'json', or a Go template
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: Format,
    /// Show only IDs
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, clap::Args)]
struct IdsArgs {
    /// IDs of jobs, or unique prefixes of them
    #[arg(required = true, value_name = "JOB")]
    jobs: Vec<String>,
}

const COLUMNS: [Column; 7] = [
    Column::usual("ID", "ID"),
    Column::usual("Title", "TITLE"),
    Column::usual("State", "STATE"),
    Column::usual("Done", "DONE"),
    Column::usual("Started", "STARTED"),
    Column::usual("By", "BY"),
    Column::on_demand("Result", "RESULT"),
];

/// Does what the command says.
pub(crate) async fn run(client: &Client, args: Args) -> Result<()> {
    match args.command {
        Command::Ls(args) => {
            let listing = listing(&client.jobs().await?.jobs, unix_ms());
            Ok(print(&if args.quiet { listing.quiet() } else { listing.format(&args.format)? })?)
        }
        Command::Inspect(IdsArgs { jobs }) => {
            let mut found = Vec::new();
            for job in &jobs {
                found.push(client.job(&whole_id(client, job).await?).await?);
            }
            Ok(print(&(serde_json::to_string_pretty(&found)? + "\n"))?)
        }
        Command::Follow { job } => {
            let job = client.job(&whole_id(client, &job).await?).await?;
            see_through(client, job, Following::Only).await
        }
        Command::Cancel(IdsArgs { jobs }) => {
            for job in &jobs {
                let ended = client.cancel_job(&whole_id(client, job).await?).await?;
                print(&format!("{}\n", ended.id))?;
            }
            Ok(())
        }
    }
}

/// The id that a prefix stands for; what stands for none is asked for as it is.
async fn whole_id(client: &Client, prefix: &str) -> Result<String> {
    let jobs = client.jobs().await?.jobs;
    let mut found = jobs.into_iter().map(|job| job.id).filter(|id| id.starts_with(prefix));
    Ok(match (found.next(), found.next()) {
        (Some(id), None) => id,
        _ => prefix.to_owned(),
    })
}

fn listing(jobs: &[Job], now_unix_ms: i64) -> Listing {
    let rows = jobs.iter().map(|job| {
        let over = job.items.iter().filter(|item| item.state.is_over()).count();
        vec![
            job.id.clone(),
            job.title.clone(),
            state(job.state).to_owned(),
            format!("{over}/{}", job.items.len()),
            ago(job.started_unix_ms, now_unix_ms),
            job.by.clone(),
            job.result.clone().unwrap_or_default(),
        ]
    });
    Listing::new(&COLUMNS, rows.collect())
}

/// Docker's kind of word for it.
fn state(state: JobState) -> &'static str {
    match state {
        JobState::Running => "Running",
        JobState::Succeeded => "Succeeded",
        JobState::Failed => "Failed",
        JobState::Cancelled => "Cancelled",
    }
}

/// What an item's state is called beside it.
fn word(state: ItemState, kind: JobKind) -> &'static str {
    match (state, kind) {
        (ItemState::Waiting, _) => "waiting",
        (ItemState::Running, _) => "running",
        (ItemState::Done, _) => "done",
        (ItemState::Skipped, JobKind::Push | JobKind::Distribute) => "already there",
        (ItemState::Skipped, _) => "left alone",
        (ItemState::Failed, _) => "failed",
        (ItemState::Cancelled, _) => "cancelled",
    }
}

#[cfg(test)]
mod tests;
