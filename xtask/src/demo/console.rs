//! Brings the demo's console to this machine: its node has an address that only this machine knows.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use super::programs::Programs;
use super::{MANAGER_NODE, manager};
use crate::command;
use crate::wait::{self, Look};

const PORT: &str = "6602";
const LIMIT: Duration = Duration::from_secs(10);

/// Leads the port of this machine to the console; in place of one that does already.
pub(super) fn forward(programs: &Programs) -> Result<()> {
    stop()?;
    let log = File::create(manager::file("forward.log")).context("cannot create the forwarder's log")?;
    let mut forward = programs.lab();
    forward.args(["forward", MANAGER_NODE, PORT]);
    forward.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let mut child = forward.process_group(0).spawn().context("cannot start swarm-lab forward")?;
    fs::write(manager::file("forward.pid"), child.id().to_string()).context("cannot note a process id")?;
    let address = format!("127.0.0.1:{PORT}");
    wait::until("the console's port on this machine", LIMIT, || {
        if child.try_wait()?.is_some() {
            let log = fs::read_to_string(manager::file("forward.log")).unwrap_or_default();
            bail!("port {PORT} of this machine cannot be had: {}", log.trim());
        }
        Ok(match std::net::TcpStream::connect(&address) {
            Ok(_) => Look::Done(()),
            Err(error) => Look::NotYet(error.to_string()),
        })
    })
}

/// Stops leading the port there.
pub(super) fn stop() -> Result<()> {
    let path = manager::file("forward.pid");
    let noted = fs::read_to_string(&path).ok().and_then(|text| Pid::from_raw(text.trim().parse().ok()?));
    let Some(group) = noted else { return Ok(()) };
    // The number may be another process's by now.
    let arguments = fs::read(format!("/proc/{}/cmdline", group.as_raw_nonzero())).unwrap_or_default();
    if !String::from_utf8_lossy(&arguments).contains("forward") {
        return Ok(());
    }
    kill_process_group(group, Signal::TERM).context("cannot stop swarm-lab forward")?;
    wait::until("the console's port to be free again", LIMIT, || {
        let is_gone = test_kill_process_group(group).is_err();
        Ok(if is_gone { Look::Done(()) } else { Look::NotYet("it is led there still".into()) })
    })
}

/// Says where the console is, how to know it, and how to come in.
pub(super) fn say_where(programs: &Programs) {
    let log = fs::read_to_string(manager::file("manager.log")).unwrap_or_default();
    println!("\n==> The console is at https://localhost:{PORT}");
    if let Some(fingerprint) = fingerprint(&log) {
        println!("    Its certificate is its own; its SHA-256 fingerprint is\n    {fingerprint}");
    }
    match command::try_output(programs.client().args(["user", "setup-link"])) {
        Some(link) => println!(
            "    Make the first account with this link, once, within 24 hours:\n    https://localhost:{PORT}{}",
            path(link.trim())
        ),
        None => println!("    Sign in with the account that you made there before."),
    }
}

/// A link without the address that the manager knows itself by.
fn path(link: &str) -> &str {
    link.find("/setup#").map_or(link, |start| &link[start..])
}

/// The fingerprint that the manager printed last.
fn fingerprint(log: &str) -> Option<&str> {
    let is_fingerprint = |line: &&str| {
        line.len() == 95
            && line.split(':').all(|pair| pair.len() == 2 && u8::from_str_radix(pair, 16).is_ok())
    };
    log.lines().map(str::trim).rfind(is_fingerprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_for_this_machine() {
        assert_eq!(path("https://10.0.0.1:6602/setup#swm_x"), "/setup#swm_x");
        assert_eq!(path("/setup#swm_x"), "/setup#swm_x");
    }

    #[test]
    fn the_latest_fingerprint_counts() {
        let (old, new) = (vec!["0A"; 32].join(":"), vec!["0B"; 32].join(":"));
        let log =
            format!("compare the SHA-256 fingerprint:\n    {old}\nagain:\n    {new}\n12:30:45 other lines\n");
        assert_eq!(fingerprint(&log), Some(new.as_str()));
        assert_eq!(fingerprint("nothing"), None);
    }
}
