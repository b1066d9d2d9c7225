//! `swarm-agent`: drops its privileges, then measures and reports until it is told to stop.

use std::env;
use std::process::ExitCode;

use swarmmanager_agent::{Config, SettingsError, drop_privileges, help, logging, raise_file_limit};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info, warn};

/// What programs exit with that were called in a wrong way.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let words: Vec<String> = env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    if let Some(text) = answer(&words) {
        return print(&text);
    }
    let config = match Config::read(words, |name| env::var(name).ok()) {
        Ok(config) => config,
        Err(error) => return refuse(&error),
    };
    logging::start(config.log);
    match start(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error!("{failure:#}");
            ExitCode::FAILURE
        }
    }
}

/// What is only asked and not to be done.
fn answer(words: &[String]) -> Option<String> {
    let asked = |flags: [&str; 2]| words.iter().any(|word| flags.contains(&&**word));
    if asked(["-h", "--help"]) {
        return Some(help());
    }
    asked(["-V", "--version"]).then(|| concat!("swarm-agent ", env!("CARGO_PKG_VERSION"), "\n").to_owned())
}

#[expect(clippy::print_stdout, reason = "somebody asked at the command line")]
fn print(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "how to log is not known yet")]
fn refuse(error: &SettingsError) -> ExitCode {
    eprintln!("swarm-agent: {error}");
    ExitCode::from(WRONG_USAGE)
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
