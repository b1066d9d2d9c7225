//! The demo's manager: a process inside the first node's namespaces that outlives this one.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use serde_json::Value;

use super::lab::Lab;
use super::programs::Programs;
use super::{FOLDER, LAB, MANAGER_NODE};
use crate::wait::{self, Look};
use crate::{agent_image, command};

/// In place of what starts services on a real node: a manager that fails or is killed is started again.
const SUPERVISE: &str = r#"until "$@"; do sleep 1; done"#;
/// More than it takes on a busy machine.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// Where the manager's API listens, as `swarm-manager --host` takes it.
pub(super) fn address() -> String {
    format!("unix://{}", file("swarm-manager.sock").display())
}

/// Starts the manager, in place of one that runs already: that may be of an older build.
pub(super) fn start(programs: &Programs, lab: &Lab, agent_archive: &Path) -> Result<()> {
    stop()?;
    let log = File::create(file("manager.log")).context("cannot create the manager's log")?;
    let mut serve = programs.lab();
    serve.args(["exec", MANAGER_NODE, "--", "sh", "-c", SUPERVISE, "supervise"]).arg(programs.manager());
    serve.arg("serve").args(["--docker-host", &lab.engine]);
    serve.arg("--socket").arg(file("swarm-manager.sock"));
    serve.arg("--state-dir").arg(file("state"));
    serve.args(["--agent-image", &lab.image(agent_image::NAME)]).arg("--agent-archive").arg(agent_archive);
    serve.args(["--agent-node-scope", &format!("cgroup:/swarmlab/{LAB}/{{{{.Node.Hostname}}}}")]);
    serve.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    // Its own group: what is typed here at the terminal is not meant for it.
    let child = serve.process_group(0).spawn().context("cannot start the manager")?;
    fs::write(file("manager.pid"), child.id().to_string()).context("cannot note the manager's process id")
}

/// Stops the manager, if it runs.
pub(super) fn stop() -> Result<()> {
    let Some(group) = running() else { return Ok(()) };
    kill_process_group(group, Signal::TERM).context("cannot stop the manager")?;
    wait::until("the manager to stop", STOP_LIMIT, || {
        let is_gone = test_kill_process_group(group).is_err();
        Ok(if is_gone { Look::Done(()) } else { Look::NotYet("it runs".into()) })
    })
}

/// Whether every node's agent is live, by the manager's own word.
pub(super) fn reports(programs: &Programs) -> Result<Look<()>> {
    if noted().is_none_or(|group| test_kill_process_group(group).is_err()) {
        bail!("the manager ended");
    }
    let Some(status) = command::try_output(programs.client().args(["status", "--format", "json"])) else {
        return Ok(Look::NotYet("the manager does not answer".into()));
    };
    look_at(&serde_json::from_str(&status).context("the manager's status is no JSON")?)
}

/// What the manager logged, to be shown where it does not do what it should.
pub(super) fn log() -> String {
    let log = fs::read_to_string(file("manager.log")).unwrap_or_default();
    format!("the manager's log says:\n{}\n", log.trim_end())
}

fn look_at(status: &Value) -> Result<Look<()>> {
    let count =
        |field: &str| status[field].as_u64().with_context(|| format!("the manager's status has no {field}"));
    let (live, nodes) = (count("agents_live")?, count("nodes")?);
    let all = nodes > 0 && live == nodes;
    Ok(if all { Look::Done(()) } else { Look::NotYet(format!("{live} of {nodes} nodes report")) })
}

/// The process group of the manager that was started last, if it still runs.
fn running() -> Option<Pid> {
    let group = noted()?;
    // The number may be another process's by now.
    let arguments = fs::read(format!("/proc/{}/cmdline", group.as_raw_nonzero())).ok()?;
    String::from_utf8_lossy(&arguments).contains(FOLDER).then_some(group)
}

/// The process group of the manager that was started last.
fn noted() -> Option<Pid> {
    Pid::from_raw(fs::read_to_string(file("manager.pid")).ok()?.trim().parse().ok()?)
}

/// A file of the demo.
pub(super) fn file(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::look_at;
    use crate::wait::Look;

    #[test]
    fn reports_are_awaited_from_every_node() {
        let look = |live: u32, nodes: u32| look_at(&json!({"agents_live": live, "nodes": nodes})).unwrap();
        assert!(matches!(look(0, 0), Look::NotYet(_)));
        assert!(matches!(look(2, 3), Look::NotYet(state) if state == "2 of 3 nodes report"));
        assert!(matches!(look(3, 3), Look::Done(())));
    }
}
