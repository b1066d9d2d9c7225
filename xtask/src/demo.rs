//! `cargo xtask demo`: a real Swarm of three access points on this machine, measured and in use.
//!
//! Every step looks at what is there already, so that running it again changes nothing that is as it should be.

mod console;
mod lab;
mod manager;
mod programs;
mod tour;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::binaries::{self, Profile};
use crate::wait;
use crate::{agent_image, command, packages, root};
use lab::Lab;
use programs::Programs;

/// The lab's name.
const LAB: &str = "demo";
/// The node that the manager runs on: the first one, which starts the Swarm.
const MANAGER_NODE: &str = "ap1";
/// The demo's own files: the manager's socket, state and log, and the agent's image. Gone after a reboot, as the lab is.
const FOLDER: &str = "/run/swarmmanager-demo";
/// The agent's image has to reach every node and its first report the manager.
const AGENTS_LIMIT: Duration = Duration::from_secs(90);

/// How to show it.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Remove everything that the demo made.
    #[arg(long)]
    stop: bool,
}

/// Shows or removes the demo.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(reason) = root::why_no_lab() {
        bail!("{reason}");
    }
    packages::install(packages::FOR_LAB)?;
    if options.stop {
        return stop(&built()?);
    }
    say("Building the programs");
    start(&Programs::new(binaries::build(Profile::Lab)?))
}

/// The programs that started the demo; only where they are gone are they built again.
fn built() -> Result<Programs> {
    let folder = binaries::folder(Profile::Lab);
    let folder = if folder.join("swarm-lab").exists() { folder } else { binaries::build(Profile::Lab)? };
    Ok(Programs::new(folder))
}

fn start(programs: &Programs) -> Result<()> {
    fs::create_dir_all(FOLDER).with_context(|| format!("cannot create {FOLDER}"))?;
    say("Starting a Swarm of three access points");
    command::run(programs.lab().arg("up"))?;

    say("Starting the manager on ap1 and an agent on every node");
    let archive = Path::new(FOLDER).join("agent.tar");
    agent_image::write(&programs.agent(), &archive)?;
    let lab = Lab::ask(programs)?;
    manager::start(programs, &lab, &archive)?;
    wait::until("a report from every node", AGENTS_LIMIT, || manager::reports(programs))
        .with_context(manager::log)?;

    say("Placing services by what each node has free");
    tour::create_services(programs, &lab)?;
    tour::show(programs)?;
    console::forward(programs)?;
    tour::say_what_next(programs);
    console::say_where(programs);
    Ok(())
}

fn stop(programs: &Programs) -> Result<()> {
    console::stop()?;
    manager::stop()?;
    command::run(programs.lab().arg("down"))?;
    if Path::new(FOLDER).exists() {
        fs::remove_dir_all(FOLDER).with_context(|| format!("cannot remove {FOLDER}"))?;
    }
    say("The demo is gone");
    Ok(())
}

fn say(text: &str) {
    println!("==> {text}");
}
