//! A place: namespaces of its own, kept by a process that only waits. Each node is one, and the switch that joins them.
//!
//! Nothing of it is mounted or linked outside of its namespaces, so that it is gone once its processes are. These are
//! found by the cgroup that they are in, never by a number that was noted.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::LabError;
use crate::cgroup::{self, Cgroups};
use crate::layout::Layout;
use crate::program;
use crate::wait::{self, Look};

const START_LIMIT: Duration = Duration::from_secs(20);
/// What the shell says that could not set up the namespaces.
const FAILED: &str = "nothing is set up";
/// Enough to see why a daemon ended.
const LOG_LINES: usize = 15;

/// A place's name, and how to reach it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    name: String,
    layout: Layout,
    cgroups: Cgroups,
}

impl Place {
    pub(crate) fn new(name: &str, layout: &Layout, cgroups: &Cgroups) -> Self {
        Self { name: name.to_owned(), layout: layout.clone(), cgroups: cgroups.clone() }
    }

    /// What stands for the node: its limits hold for all in it.
    pub(crate) fn cgroup(&self) -> PathBuf {
        self.layout.cgroup().join(&self.name)
    }

    /// What runs the node and is not weighed: its engine, or the switch's registry.
    pub(crate) fn daemons_cgroup(&self) -> PathBuf {
        self.layout.cgroup().join(format!("{}.daemons", self.name))
    }

    fn holder_cgroup(&self) -> PathBuf {
        self.layout.cgroup().join(format!("{}.holder", self.name))
    }

    fn inside_cgroup(&self) -> PathBuf {
        self.layout.cgroup().join(format!("{}.inside", self.name))
    }

    /// The process that keeps the namespaces, once they are set up.
    pub(crate) fn holder(&self) -> Option<i32> {
        self.keeper(&self.holder_cgroup())
    }

    /// The process that keeps the node's own file system, once it is set up.
    pub(crate) fn inside(&self) -> Option<i32> {
        self.keeper(&self.inside_cgroup())
    }

    fn keeper(&self, cgroup: &Path) -> Option<i32> {
        // One that is about to end has no namespaces any more.
        let has_namespaces = |pid: &i32| fs::read_link(format!("/proc/{pid}/ns/net")).is_ok();
        self.cgroups.processes(cgroup).into_iter().find(has_namespaces)
    }

    /// Makes the namespaces, and in them what `setup`, a shell script, says.
    pub(crate) fn make(&self, setup: &str) -> Result<i32, LabError> {
        let unshare = ["unshare", "--net", "--mount", "--uts", "--ipc", "--"].map(str::to_owned);
        self.keep(&self.holder_cgroup(), "holder.log", unshare.to_vec(), setup)
    }

    /// Makes a file system of the node's own within its namespaces, as `setup`, a shell script, says.
    pub(crate) fn make_inside(&self, holder: i32, setup: &str) -> Result<i32, LabError> {
        let mut words = nsenter(holder);
        words.extend(["unshare", "--mount", "--propagation", "private", "--"].map(str::to_owned));
        self.keep(&self.inside_cgroup(), "inside.log", words, setup)
    }

    /// Runs `setup` where `words` lead, and a process that waits there from then on.
    fn keep(&self, cgroup: &Path, log: &str, mut words: Vec<String>, setup: &str) -> Result<i32, LabError> {
        self.cgroups.make(cgroup)?;
        let log = self.layout.node(&self.name).join(log);
        let hold = format!(
            "trap 'echo {FAILED} >&2' EXIT\nset -e\n{setup}\nif read -r _ <{first}; then exit 1; fi\n{join}\nexec sleep infinity",
            first = self.cgroups.file(cgroup, "cgroup.procs").display(),
            join = self.cgroups.join_script(cgroup),
        );
        words.extend(["sh".to_owned(), "-c".to_owned(), hold]);
        self.launch(&words, &log)?;
        let what = format!("the namespaces of {}", self.name);
        wait::until(what.clone(), START_LIMIT, || match self.keeper(cgroup) {
            Some(keeper) => Ok(Look::Done(keeper)),
            None if log_end(&log).ends_with(FAILED) => {
                Err(LabError::Ended { what: what.clone(), log: log_end(&log) })
            }
            None => Ok(Look::NotYet(log_end(&log))),
        })
    }

    /// Starts a daemon in the namespaces; it outlives this process.
    pub(crate) fn start_daemon(&self, holder: i32, arguments: &[String], log: &Path) -> Result<(), LabError> {
        let mut words = nsenter(holder);
        words.extend_from_slice(arguments);
        self.launch(&words, log)
    }

    fn launch(&self, arguments: &[String], log: &Path) -> Result<(), LabError> {
        let cgroup = self.daemons_cgroup();
        self.cgroups.make(&cgroup)?;
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder).map_err(LabError::file("make", folder))?;
        }
        let log_file = File::create(log).map_err(LabError::file("make", log))?;
        let stderr = log_file.try_clone().map_err(LabError::file("open", log))?;
        let script = format!("{} && exec \"$@\"", self.cgroups.join_script(&cgroup));
        let mut command = program::command("setsid");
        command.args(["--fork", "sh", "-c", &script, "sh"]).args(arguments).current_dir("/");
        // An engine must not ask a proxy for what is in the lab's registry.
        for proxy in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        command.stdin(std::process::Stdio::null()).stdout(log_file).stderr(stderr);
        let status =
            command.status().map_err(|source| LabError::Run { command: program::line(&command), source })?;
        if status.success() {
            return Ok(());
        }
        Err(LabError::Failed { command: program::line(&command), status, stderr: log_end(log) })
    }

    /// Whether a daemon of that name runs here.
    pub(crate) fn runs(&self, daemon: &str) -> bool {
        self.cgroups.processes(&self.daemons_cgroup()).into_iter().any(|pid| cgroup::is_named(pid, daemon))
    }

    /// Ends the daemon of that name, and what it started.
    pub(crate) fn end(&self, daemon: &str) -> Result<(), LabError> {
        self.cgroups.kill_named(&self.daemons_cgroup(), daemon)
    }

    /// A command in the network namespace alone.
    pub(crate) fn network_command(holder: i32, program: &str) -> Command {
        let mut command = program::helper("nsenter");
        command.arg(format!("--net=/proc/{holder}/ns/net")).args(["--", program]);
        command
    }

    /// A command in the namespaces and the cgroup of the node. What is started is the program itself: its process id,
    /// signals and exit status are the program's.
    pub(crate) fn command(&self, holder: i32, program: &std::ffi::OsStr) -> Result<Command, LabError> {
        let cgroup = self.cgroup().join("exec");
        self.cgroups.make(&cgroup)?;
        let script = format!(
            "{} && exec {} sh -c 'cd \"$1\" 2>/dev/null || cd /; shift; exec \"$@\"' sh \"$PWD\" \"$@\"",
            self.cgroups.join_script(&cgroup),
            nsenter(holder).join(" "),
        );
        let mut command = program::command("sh");
        command.args(["-c", &script, "sh"]).arg(program);
        Ok(command)
    }

    /// Ends all that is in the place, and the place with it.
    pub(crate) fn kill(&self) -> Result<(), LabError> {
        for cgroup in [self.daemons_cgroup(), self.cgroup(), self.inside_cgroup(), self.holder_cgroup()] {
            self.cgroups.kill(&cgroup)?;
        }
        Ok(())
    }
}

/// Enters all namespaces of a place.
fn nsenter(holder: i32) -> Vec<String> {
    let target = format!("{holder}");
    ["nsenter", "--target", &target, "--net", "--mount", "--uts", "--ipc", "--"].map(str::to_owned).to_vec()
}

/// A command in all namespaces of a place that ends when this process does.
pub(crate) fn nsenter_command(holder: i32, words: &[&str]) -> Command {
    let mut command = program::helper("nsenter");
    command.args(&nsenter(holder)[1..]).args(words);
    command
}

/// The last lines of a log.
pub(crate) fn log_end(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::log_end;

    #[test]
    fn the_last_lines_of_a_log_are_shown() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let lines: Vec<String> = (0..100).map(|line| line.to_string()).collect();
        std::fs::write(log.path(), lines.join("\n") + "\n").unwrap();
        assert_eq!(log_end(log.path()), lines[85..].join("\n"));
        assert_eq!(log_end(std::path::Path::new("/no/such/log")), "");
    }
}
