//! Makes one Swarm of a lab's nodes.

use std::process::Command;
use std::time::Duration;

use swarmmanager_engine::{LocalNodeState, NodeState, SwarmInfo};

use crate::node::{DOCKER_VARIABLES, Node};
use crate::spec::Role;
use crate::wait::{self, Look};
use crate::{LabError, blocking, parallel, program};

pub(crate) const SWARM_PORT: u16 = 2377;
/// A node that misses three is down: with Swarm's own 5 s a test would wait for a quarter of a minute.
const HEARTBEAT: &str = "1s";
const JOIN_LIMIT: Duration = Duration::from_secs(90);

/// Starts the Swarm, joins every node that is in none, and waits until all are ready.
pub(crate) fn form(all: &[Node]) -> Result<(), LabError> {
    let nodes: Vec<&Node> = all.iter().filter(|node| node.spec().in_swarm).collect();
    let managers: Vec<&Node> =
        nodes.iter().copied().filter(|node| node.spec().role == Role::Manager).collect();
    let Some(first) = first_manager(&managers)? else { return Ok(()) };
    for manager in managers {
        join(manager, first)?;
    }
    let workers = nodes.iter().copied().filter(|node| node.spec().role == Role::Worker);
    parallel::for_each(workers, |worker| join(worker, first))?;
    wait_until_ready(first, &nodes)
}

/// A manager that is in the Swarm; the first one starts it where none is.
fn first_manager<'n>(managers: &[&'n Node]) -> Result<Option<&'n Node>, LabError> {
    for manager in managers {
        if settled(manager)?.state == LocalNodeState::Active {
            return Ok(Some(manager));
        }
    }
    let Some(first) = managers.first() else { return Ok(None) };
    let address = first.address().to_string();
    let mut init = client(first);
    init.args([
        "swarm",
        "init",
        "--advertise-addr",
        &address,
        "--listen-addr",
        &format!("{address}:{SWARM_PORT}"),
    ]);
    program::run(init.args(["--dispatcher-heartbeat", HEARTBEAT]))?;
    Ok(Some(first))
}

fn join(node: &Node, manager: &Node) -> Result<(), LabError> {
    match settled(node)?.state {
        LocalNodeState::Active => return Ok(()),
        LocalNodeState::Inactive => {}
        _ => program::run(client(node).args(["swarm", "leave", "--force"]))?,
    }
    let role = node.spec().role.as_str();
    let token = token(manager, role)?;
    let address = node.address().to_string();
    let mut join = client(node);
    join.args(["swarm", "join", "--token", &token, "--advertise-addr", &address]);
    join.args(["--listen-addr", &format!("{address}:{SWARM_PORT}")]);
    program::run(join.arg(format!("{}:{SWARM_PORT}", manager.address())))
}

/// What nodes of a role join with.
pub(crate) fn token(manager: &Node, role: &str) -> Result<String, LabError> {
    let token = program::output(client(manager).args(["swarm", "join-token", "--quiet", role]))?;
    Ok(token.trim().to_owned())
}

/// A node's part in the Swarm, once it is not on its way in any more.
fn settled(node: &Node) -> Result<SwarmInfo, LabError> {
    wait::until(format!("{} to settle its part in the Swarm", node.name()), JOIN_LIMIT, || {
        let info = blocking::wait_for(node.engine().info())?.map_err(LabError::engine(node.name()))?;
        Ok(match info.swarm.state {
            LocalNodeState::Pending => Look::NotYet(format!("it is pending: {}", info.swarm.error)),
            _ => Look::Done(info.swarm),
        })
    })
}

fn wait_until_ready(manager: &Node, nodes: &[&Node]) -> Result<(), LabError> {
    wait::until("every node to be ready", JOIN_LIMIT, || {
        let known = match blocking::wait_for(manager.engine().nodes())? {
            Ok(known) => known,
            Err(error) => return Ok(Look::NotYet(error.to_string())),
        };
        let ready = |node: &&Node| {
            known.iter().any(|known| known.hostname == node.name() && known.state == NodeState::Ready)
        };
        let missing: Vec<&str> = nodes.iter().copied().filter(|node| !ready(node)).map(Node::name).collect();
        if !missing.is_empty() {
            return Ok(Look::NotYet(format!("not ready: {}", missing.join(", "))));
        }
        for known in known.iter().filter(|known| known.state == NodeState::Down) {
            // What is left of a node that was interrupted as it joined, and joined again.
            program::run(client(manager).args(["node", "rm", "--force", known.id.as_str()]))?;
        }
        Ok(Look::Done(()))
    })
}

/// Docker's client without its user's settings.
pub(crate) fn client(node: &Node) -> Command {
    let mut docker = program::helper("docker");
    docker.args(["--host", &node.docker_host()]);
    docker.env("DOCKER_CONFIG", node.site().layout.run().join("no-docker-settings"));
    for variable in DOCKER_VARIABLES {
        docker.env_remove(variable);
    }
    docker
}
