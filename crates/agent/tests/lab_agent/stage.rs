//! Three nodes: on the first the manager that deploys the agents, on the second, a manager too, the receiver that
//! their figures are read from; the third is a worker of 0.4 cores and 384 MiB, whose agent is looked at.

use std::env;
use std::fmt::Debug;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use swarmmanager_identity::Identity;
use swarmmanager_image::Image;
use swarmmanager_lab::{Lab, Node, NodeSpec};
use swarmmanager_telemetry::LatestReport;
use swarmmanager_units::{CpuDemand, NodeId};
use tempfile::TempDir;

use crate::receiver::Receiver;

const IMAGE: &str = "swarmmanager-agent:test";
/// What the worker has.
pub(crate) const CORES: f64 = 0.4;
pub(crate) const MEMORY_MIB: u64 = 384;
const START_LIMIT: Duration = Duration::from_secs(120);

pub(crate) struct Stage {
    pub(crate) lab: Lab,
    pub(crate) receiver: Receiver,
    manager: Child,
    folder: TempDir,
}

impl Stage {
    /// Starts everything and waits until every node reports to the receiver.
    pub(crate) fn start() -> Self {
        let mut worker = NodeSpec::worker("ap3").memory_mib(MEMORY_MIB);
        worker.cpu = CpuDemand::Cores(CORES);
        let lab = Lab::start(&[NodeSpec::manager("ap1"), NodeSpec::manager("ap2"), worker]).unwrap();
        let receiver = Receiver::start(lab.node("ap2").unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let manager = serve(&lab, folder.path());
        let stage = Self { lab, receiver, manager, folder };
        for node in ["ap1", "ap2", "ap3"] {
            stage.until(&format!("a report of {node}"), START_LIMIT, || stage.latest(node).ok_or("none"));
        }
        stage
    }

    pub(crate) fn worker(&self) -> &Node {
        self.lab.node("ap3").unwrap()
    }

    /// A node's id in the Swarm.
    pub(crate) fn id(&self, node: &str) -> NodeId {
        let root = self.lab.node(node).unwrap().root().unwrap();
        Identity::load(&root.join("var/lib/docker/swarm/certificates")).unwrap().own().node.clone()
    }

    /// The latest report of a node.
    pub(crate) fn latest(&self, node: &str) -> Option<LatestReport> {
        self.receiver.fleet.read(&self.id(node), |history| history.latest().cloned()).flatten()
    }

    /// The process of a node's agent, by Docker's own word.
    pub(crate) fn agent(&self, node: &str) -> Result<Agent, String> {
        let node = self.lab.node(node).unwrap();
        let filter = "label=com.docker.swarm.service.name=swarmmanager-agent";
        let container = said(node.docker().args(["ps", "--quiet", "--no-trunc", "--filter", filter]))?;
        let pid = said(node.docker().args(["inspect", "--format", "{{.State.Pid}}", &container]))?;
        Ok(Agent { container, pid: pid.parse().map_err(|error| format!("{pid}: {error}"))? })
    }

    /// Looks until the condition holds; panics with the last state and the manager's log where it does not in time.
    #[track_caller]
    pub(crate) fn until<T, S: Debug>(
        &self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Result<T, S>,
    ) -> T {
        let deadline = Instant::now() + limit;
        loop {
            match look() {
                Ok(value) => return value,
                Err(state) => assert!(
                    Instant::now() < deadline,
                    "waited {limit:?} for {what}; at last: {state:?}; refused: {:?}\nthe manager's log:\n{}",
                    self.receiver.stats.snapshot().refused,
                    fs::read_to_string(self.folder.path().join("log")).unwrap_or_default(),
                ),
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.manager.kill();
        let _ = self.manager.wait();
    }
}

/// An agent's container and its process as this machine numbers it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) container: String,
    pub(crate) pid: u32,
}

/// What a command says, or why it failed.
pub(crate) fn said(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn serve(lab: &Lab, folder: &Path) -> Child {
    let agent = fs::read(programs().join("swarm-agent")).unwrap();
    let image = Image::new(IMAGE).file("/swarm-agent", 0o755, agent).entrypoint(["/swarm-agent"]);
    fs::write(folder.join("agent.tar"), image.archive().unwrap().bytes).unwrap();
    let first = lab.node("ap1").unwrap();
    let mut serve = first.command(programs().join("swarm-manager")).unwrap();
    serve.args(["serve", "--docker-host", &first.docker_host()]);
    serve.arg("--socket").arg(folder.join("socket")).arg("--state-dir").arg(folder.join("state"));
    serve.args(["--agent-image", &format!("{}/{IMAGE}", lab.registry())]);
    serve.arg("--agent-archive").arg(folder.join("agent.tar"));
    serve.arg("--agent-node-scope").arg(format!("cgroup:/swarmlab/{}/{{{{.Node.Hostname}}}}", lab.name()));
    serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(folder.join("log")).unwrap());
    serve.spawn().unwrap()
}

/// The folder of the programs that are shipped: only these run in an empty image.
fn programs() -> PathBuf {
    let folder = env::var_os("SWARMMANAGER_BINARIES");
    folder
        .map(PathBuf::from)
        .unwrap_or_else(|| panic!("SWARMMANAGER_BINARIES has to name the built programs"))
}
