//! The node that is measured, and its containers.

use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};
use swarmmanager_lab::Node;

/// How many containers are started at the same time.
const AT_ONCE: usize = 4;

/// Where the node's own view of `/sys` is, in the node: its cgroup is the top of every tree, as on a machine of its
/// own. Otherwise the containers of other labs would be among those that are measured.
pub(crate) const SYS: &str = "/var/lib/docker/sys";

const MOUNT_SYS: &str = r#"
set -e
mkdir "$1"
mount --rbind /sys "$1"
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount --bind "/sys/fs/cgroup$2" "$1/fs/cgroup"
    exit
fi
for tree in /sys/fs/cgroup/*/; do
    if [ -d "$tree$2" ]; then mount --bind "$tree$2" "$1/fs/cgroup/$(basename "$tree")"; fi
done
"#;

/// A node of a lab with a growing number of containers.
pub(crate) struct BenchNode<'l> {
    pub(crate) node: &'l Node,
    containers: usize,
}

impl<'l> BenchNode<'l> {
    pub(crate) fn new(node: &'l Node) -> Result<Self> {
        let mut mount = node.command("sh")?;
        mount.args(["-c", MOUNT_SYS, "sh", SYS]).arg(node.cgroup());
        succeed(&mut mount)?;
        Ok(Self { node, containers: 0 })
    }

    /// Starts as many containers as are missing.
    pub(crate) fn run_containers(&mut self, count: usize) -> Result<()> {
        let missing = count - self.containers;
        self.containers = count;
        let bench = &*self;
        let start_share =
            |starter: usize| (starter..missing).step_by(AT_ONCE).try_for_each(|_| bench.run_container());
        thread::scope(|scope| {
            let starters: Vec<_> =
                (0..AT_ONCE).map(|starter| scope.spawn(move || start_share(starter))).collect();
            starters
                .into_iter()
                .try_for_each(|starter| starter.join().unwrap_or_else(|_| bail!("a thread failed")))
        })
    }

    fn run_container(&self) -> Result<()> {
        succeed(self.node.docker().args(["run", "--detach", "busybox", "sleep", "1000000"]))
    }
}

fn succeed(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {command:?}"))?;
    if output.status.success() {
        return Ok(());
    }
    bail!("{command:?}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())
}
