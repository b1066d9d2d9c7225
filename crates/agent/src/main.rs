//! `swarm-agent`: drops its privileges, then measures and reports until it is told to stop.

use std::process::ExitCode;

use clap::Parser;
use swarmmanager_agent::{Args, Config, drop_privileges, logging, raise_file_limit};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info, warn};

fn main() -> ExitCode {
    let config = Config::from(Args::parse());
    logging::start(config.log);
    match start(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error!("{failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(config: Config) -> anyhow::Result<()> {
    raise_file_limit();
    // Before the runtime, which may start threads.
    let privileges = drop_privileges()?;
    if !privileges.reads_everything {
        warn!("without the capability DAC_READ_SEARCH only what user {} may read is read", privileges.uid);
    }
    runtime::Builder::new_current_thread().enable_all().build()?.block_on(run_until_told_to_stop(config))
}

async fn run_until_told_to_stop(config: Config) -> anyhow::Result<()> {
    // The first process of a container gets no signal that it does not ask for.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        never = swarmmanager_agent::run(config) => match never {},
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    info!("told to stop");
    Ok(())
}
