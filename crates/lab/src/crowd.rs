//! Simulated nodes beside a lab's real ones: members of its Swarm that stand in the switch's place.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use swarmmanager_crowd::{Crowd, CrowdError, Entrance, LABEL};
use swarmmanager_engine::NodeState;
use swarmmanager_units::NodeId;
use tokio::sync::oneshot;

use crate::lab::Lab;
use crate::node::Node;
use crate::swarm::{self, SWARM_PORT};
use crate::wait::{self, Look};
use crate::{LabError, blocking, program};

/// Where managers take reports.
const REPORT_PORT: u16 = 42664;
/// Each joins in some hundredths of a second.
const READY_LIMIT: Duration = Duration::from_secs(180);

/// A crowd that is in a lab's Swarm; dropped, it is gone.
#[derive(Debug)]
pub struct RunningCrowd {
    manager: Node,
    ids: Vec<NodeId>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), CrowdError>>>,
}

impl Lab {
    /// Adds simulated nodes to the Swarm, and waits until it takes all of them for ready.
    ///
    /// # Errors
    /// Where no manager is on, or it does not let them in.
    pub fn crowd(&self, crowd: Crowd) -> Result<RunningCrowd, LabError> {
        let manager = self.manager().ok_or_else(|| LabError::Off(self.nodes()[0].name().to_owned()))?;
        remove_lost(manager)?;
        self.route_to_crowd()?;
        let mut running = start(self, manager, crowd)?;
        running.wait_until_ready()?;
        Ok(running)
    }

    /// Makes the switch's place the one where the crowd's addresses are, and the managers find them there.
    fn route_to_crowd(&self) -> Result<(), LabError> {
        let site = self.site();
        site.switch_or_make()?.take_crowd(site.subnet)?;
        let nodes = self.nodes().iter().filter(|node| node.is_on());
        nodes.map(Node::holder).try_for_each(|holder| site.subnet.lead_to_crowd(holder?))
    }
}

impl RunningCrowd {
    /// The nodes' ids.
    pub fn ids(&self) -> &[NodeId] {
        &self.ids
    }

    /// Ends all nodes at once, and waits until the Swarm has forgotten them.
    ///
    /// # Errors
    /// Where a manager does not answer, or the crowd had ended by itself.
    pub fn end(mut self) -> Result<(), LabError> {
        self.stop()
    }

    fn stop(&mut self) -> Result<(), LabError> {
        drop(self.stop.take());
        let ended = self.thread.take().map_or(Ok(()), joined);
        let removed = remove(&self.manager, &std::mem::take(&mut self.ids));
        ended.map_err(LabError::Crowd).and(removed)
    }

    fn wait_until_ready(&mut self) -> Result<(), LabError> {
        let manager = self.manager.clone();
        wait::until("the crowd to be ready", READY_LIMIT, || {
            if self.thread.as_ref().is_some_and(JoinHandle::is_finished) {
                self.thread.take().map_or(Ok(()), joined).map_err(LabError::Crowd)?;
            }
            let known = blocking::wait_for(manager.engine().nodes())?;
            let known = known.map_err(LabError::engine(manager.name()))?;
            let ready =
                |id: &&NodeId| known.iter().any(|known| known.id == **id && known.state == NodeState::Ready);
            let count = self.ids.iter().filter(ready).count();
            let all = count == self.ids.len();
            Ok(if all { Look::Done(()) } else { Look::NotYet(format!("{count} are ready")) })
        })
    }
}

impl Drop for RunningCrowd {
    fn drop(&mut self) {
        // There is nobody to tell; the next crowd removes what is left of this one.
        let _ = self.stop();
    }
}

/// Joins the nodes, and keeps them in a thread that stands in the switch's network.
fn start(lab: &Lab, manager: &Node, crowd: Crowd) -> Result<RunningCrowd, LabError> {
    let engine = blocking::wait_for(manager.engine().swarm_inspect())?;
    let entrance = Entrance {
        manager: (manager.address(), SWARM_PORT).into(),
        token: swarm::token(manager, "worker")?,
        trust_root: engine.map_err(LabError::engine(manager.name()))?.trust_root,
        report_port: REPORT_PORT,
        addresses_after: Some(lab.site().subnet.crowd()),
    };
    let network = format!("/proc/{}/ns/net", lab.site().switch_or_make()?.holder);
    let network = File::open(&network).map_err(LabError::file("open", network))?;
    raise_file_limit();
    let (stop, stopped) = oneshot::channel::<()>();
    let (joined, ids) = mpsc::channel();
    let thread = thread::spawn(move || {
        move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))
            .map_err(|error| CrowdError::Network(error.into()))?;
        // A thread alone: those of a larger runtime would be in this machine's network or not by chance.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(CrowdError::Network)?.block_on(live(crowd, &entrance, joined, stopped))
    });
    let manager = manager.clone();
    match ids.recv() {
        Ok(ids) => Ok(RunningCrowd { manager, ids, stop: Some(stop), thread: Some(thread) }),
        Err(_) => {
            let why = self::joined(thread).err();
            Err(LabError::Crowd(why.unwrap_or_else(|| CrowdError::Network(io::ErrorKind::Other.into()))))
        }
    }
}

async fn live(
    crowd: Crowd,
    entrance: &Entrance,
    joined: mpsc::Sender<Vec<NodeId>>,
    stopped: oneshot::Receiver<()>,
) -> Result<(), CrowdError> {
    let nodes = crowd.join(entrance).await?;
    if joined.send(nodes.ids()).is_err() {
        return Ok(());
    }
    tokio::select! {
        ended = nodes.run() => ended.map(|never| match never {}),
        _ = stopped => Ok(()),
    }
}

fn joined(thread: JoinHandle<Result<(), CrowdError>>) -> Result<(), CrowdError> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Removes what is left of a crowd that was killed.
fn remove_lost(manager: &Node) -> Result<(), LabError> {
    let known = blocking::wait_for(manager.engine().nodes())?.map_err(LabError::engine(manager.name()))?;
    let lost = known
        .into_iter()
        .filter(|node| node.engine_labels.contains_key(LABEL) && node.state == NodeState::Down);
    remove(manager, &lost.map(|node| node.id).collect::<Vec<_>>())
}

fn remove(manager: &Node, nodes: &[NodeId]) -> Result<(), LabError> {
    if nodes.is_empty() {
        return Ok(());
    }
    let ids = nodes.iter().map(NodeId::as_str);
    program::run(swarm::client(manager).args(["node", "rm", "--force"]).args(ids))
}

/// Every node has a connection for its tasks and one for its reports.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile).maximum;
    // Where it is refused, the process goes on with what it has.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit, maximum: limit });
}
