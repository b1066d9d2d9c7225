//! A manager on this host, started where none runs.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use swarmmanager_api::DEFAULT_SOCKET;
use tokio::time::{Instant, sleep_until};

use crate::client::Client;
use crate::output::say;

const OPTIONS: &str = "SWARM_MANAGER_OPTIONS";
const LOG: &str = "/var/log/swarm-manager.log";
const UNIT: &str = "swarm-manager.service";
const STARTS_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Starts a manager on this host where none answers. One elsewhere is for whoever is there.
pub(crate) async fn ensure_manager(client: &Client) -> Result<()> {
    if client.is_there().await || client.socket() != Some(Path::new(DEFAULT_SOCKET)) {
        return Ok(());
    }
    if has_unit() {
        say("No manager runs on this host; starting swarm-manager.service.");
        let started =
            Command::new("systemctl").args(["start", UNIT]).status().context("cannot run systemctl")?;
        if !started.success() {
            bail!("systemd did not start {UNIT}; 'journalctl -u swarm-manager' says why");
        }
        return wait(client, "'journalctl -u swarm-manager' says why").await;
    }
    say(&format!("No manager runs on this host; starting one in the background. It logs to {LOG}."));
    start_in_background()?;
    wait(client, &format!("{LOG} says why")).await
}

fn has_unit() -> bool {
    Path::new("/run/systemd/system").is_dir()
        && Command::new("systemctl")
            .args(["cat", UNIT])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
}

fn start_in_background() -> Result<()> {
    let text = env::var(OPTIONS).unwrap_or_default();
    let options = shlex::split(&text)
        .with_context(|| format!("{OPTIONS} cannot be read: a quote is not closed in {text:?}"))?;
    let log = fs::File::options()
        .create(true)
        .append(true)
        .open(LOG)
        .with_context(|| format!("cannot write {LOG}"))?;
    let program = env::current_exe().context("cannot find this program")?;
    let mut serve = Command::new("setsid");
    serve.arg(program).arg("serve").args(options).stdin(Stdio::null());
    serve.stdout(log.try_clone().context("cannot open the log twice")?).stderr(log);
    // Of its own, so that what ends this command does not end it.
    serve.process_group(0).spawn().context("cannot start 'swarm-manager serve' by setsid")?;
    Ok(())
}

async fn wait(client: &Client, advice: &str) -> Result<()> {
    let until = Instant::now() + STARTS_WITHIN;
    while !client.is_there().await {
        if Instant::now() >= until {
            bail!("the manager does not answer within {} s; {advice}", STARTS_WITHIN.as_secs());
        }
        sleep_until(Instant::now() + LOOK_EVERY).await;
    }
    Ok(())
}
