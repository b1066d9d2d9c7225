//! Takes instances off a node: each to the best of the other nodes, its successor before it stops.

use std::collections::BTreeSet;

use swarmmanager_api::{Action, Decision, Outcome};
use swarmmanager_placement as placement;
use swarmmanager_units::NodeId;

use super::converge::{Memory, placed_on, placement_entry};
use super::{Asked, ExecuteError, Executor};
use crate::clock::unix_ms;
use crate::cluster::Cluster;
use crate::service::{self, InstanceService, Layout, ManagedService, Settled};
use crate::snapshot;
use crate::views::is_active;

/// How far a node is from being empty of our instances.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evacuation {
    /// Instances that are on their way: their successors do not run yet, or they themselves still do.
    pub(crate) leaving: Vec<String>,
    /// Instances for which no other node fits, with the reason.
    pub(crate) stuck: Vec<(String, String)>,
}

impl Evacuation {
    /// Whether nothing of ours is on the node any more.
    pub(crate) fn is_over(&self) -> bool {
        self.leaving.is_empty() && self.stuck.is_empty()
    }
}

impl Executor {
    /// Begins to move what is pinned to the node and can go elsewhere; says what is still to be waited for. To be called
    /// again until that is nothing. `closed` are the nodes that take nothing; `moved` gets the names of what was moved.
    pub(crate) async fn evacuate(
        &self,
        node: &NodeId,
        closed: &BTreeSet<NodeId>,
        moved: &mut BTreeSet<String>,
        by: Option<&str>,
    ) -> Result<Evacuation, ExecuteError> {
        let mut memory = self.acting.lock().await;
        let mut evacuation = Evacuation::default();
        for service in self.read().await?.managed().into_values() {
            for part in leaving_parts(&service, node) {
                let Some(number) = service.number_of(part) else { continue };
                match self.send_elsewhere(&service, part, number, closed, by, &mut memory).await? {
                    None => drop(moved.insert(part.swarm.name().to_owned())),
                    Some(reason) => evacuation.stuck.push((part.swarm.name().to_owned(), reason)),
                }
            }
        }
        self.look_after(node, moved, &mut evacuation).await?;
        Ok(evacuation)
    }

    /// Puts those back that were moved off the node and still run there, because their successors do not. Gives their
    /// names.
    pub(crate) async fn call_back(
        &self,
        node: &NodeId,
        moved: &BTreeSet<String>,
    ) -> Result<Vec<String>, ExecuteError> {
        let _acting = self.acting.lock().await;
        let cluster = self.read().await?;
        let snapshot = snapshot::take(&cluster, &self.measurements);
        let mut back = Vec::new();
        for service in cluster.managed().into_values() {
            for part in service.parts().into_iter().filter(|part| moved.contains(part.swarm.name())) {
                if !is_left(&cluster, part, node) {
                    continue;
                }
                let spec = service::pinned(&part.swarm.spec, &placed_on(&snapshot, node));
                self.update_part(&service.name, part, &spec, None).await?;
                back.push(part.swarm.name().to_owned());
            }
        }
        Ok(back)
    }

    /// Lets go of what is pinned to a node that is no more: it is placed anew as soon as a node fits. Gives the
    /// instances' names.
    pub(crate) async fn unpin_from(&self, node: &NodeId) -> Result<Vec<String>, ExecuteError> {
        let _acting = self.acting.lock().await;
        let mut unpinned = Vec::new();
        for service in self.read().await?.managed().into_values() {
            for part in leaving_parts(&service, node) {
                let spec = service::unpinned(&part.swarm.spec);
                self.update_part(&service.name, part, &spec, None).await?;
                unpinned.push(part.swarm.name().to_owned());
            }
        }
        Ok(unpinned)
    }

    async fn read(&self) -> Result<Cluster, ExecuteError> {
        let reading = tokio::try_join!(self.engine.nodes(), self.engine.services(), self.engine.tasks());
        let (nodes, services, tasks) = reading.map_err(ExecuteError::ReadSwarm)?;
        Ok(Cluster { nodes, services, tasks, ..Cluster::default() })
    }

    /// Moves one instance; gives why not where no node fits.
    async fn send_elsewhere(
        &self,
        service: &ManagedService,
        part: &InstanceService,
        number: u32,
        closed: &BTreeSet<NodeId>,
        by: Option<&str>,
        memory: &mut Memory,
    ) -> Result<Option<String>, ExecuteError> {
        // Read anew for each: a placement has to see those before it.
        let mut snapshot = snapshot::take_without(&self.read().await?, &self.measurements, part);
        let own = part.node.as_ref().map(|node| self.hostname(node)).unwrap_or_default();
        snapshot.nodes.retain(|state| !closed.contains(&state.id));
        let request = snapshot::request_of_part(&self.measurements, service, part, &part.swarm.spec);
        let Some(decision) = self.policy.place(&snapshot, &request, 1).decisions.pop() else {
            return Ok(Some("there is no other node".to_owned()));
        };
        let placement::Outcome::Placed { node, hostname } = &decision.outcome else {
            return self.refuse(service, number, &decision, by, memory).map(Some);
        };
        let to = placed_on(&snapshot, node);
        let summary =
            format!("{}-{number} moves from {own} to {hostname}: {own} is being emptied", service.name);
        let entry = placement_entry(service, number, &decision, Outcome::Planned, summary, by);
        let entry = Decision { action: Action::Move, ..entry };
        let spec = service::moved(&part.swarm.spec, &to);
        self.carry_out(service, part, entry, &spec, Asked { by, auth: None }).await?;
        memory.refusals.remove(&(service.name.clone(), number));
        Ok(None)
    }

    /// Adds what is pinned to another node already and has not arrived there.
    async fn look_after(
        &self,
        node: &NodeId,
        moved: &BTreeSet<String>,
        evacuation: &mut Evacuation,
    ) -> Result<(), ExecuteError> {
        let cluster = self.read().await?;
        for service in cluster.managed().into_values() {
            let Layout::Instances { instances, .. } = &service.layout else { continue };
            for part in instances.values().filter(|part| part.is_placed() && part.node.as_ref() != Some(node))
            {
                let name = part.swarm.name().to_owned();
                let tasks = cluster.tasks.iter().filter(|task| task.service_id == part.swarm.id);
                match service::settled(part, tasks, unix_ms()) {
                    Settled::Paused(reason) if moved.contains(&name) => evacuation.stuck.push((name, reason)),
                    Settled::NotYet if moved.contains(&name) => evacuation.leaving.push(name),
                    _ if is_left(&cluster, part, node) => evacuation.leaving.push(name),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// Whether something of an instance still is on a node.
fn is_left(cluster: &Cluster, part: &InstanceService, node: &NodeId) -> bool {
    let tasks = cluster.tasks.iter().filter(|task| task.service_id == part.swarm.id);
    tasks.filter(|task| is_active(task)).any(|task| task.node_id.as_ref() == Some(node))
}

/// What of a service is pinned to that node and meant to run.
fn leaving_parts<'a>(service: &'a ManagedService, node: &NodeId) -> Vec<&'a InstanceService> {
    let Layout::Instances { instances, removing: false, .. } = &service.layout else { return Vec::new() };
    instances.values().filter(|part| part.is_placed() && part.node.as_ref() == Some(node)).collect()
}
