//! Updates and rollbacks: one instance after the other.

use serde_json::Value;
use swarmmanager_api::{Action, Decision, Outcome};
use swarmmanager_engine::Task;
use swarmmanager_placement::{self as placement, Reason, Request, Snapshot, Verdict};
use swarmmanager_units::NodeId;

use super::converge::{Memory, Stop, placed_on, placement_entry};
use super::{Asked, ExecuteError, Executor};
use crate::clock::unix_ms;
use crate::cluster::Cluster;
use crate::service::{self, InstanceService, Layout, ManagedService, Wanted};
use crate::snapshot;

/// Where an instance goes with its update.
enum Destination {
    /// Nowhere else.
    Stays(service::PlacedOn),
    /// To another node, for that reason.
    Moves { to: service::PlacedOn, decision: placement::Decision, reason: String },
    /// Nowhere: its own node does not fit any more, and no other one does.
    None(placement::Decision),
}

impl Executor {
    /// Brings the last update to an instance, once all those that have it run with it. Gives why that has to wait.
    pub(super) async fn update_instance(
        &self,
        service: &ManagedService,
        number: u32,
        asked: Asked<'_>,
        memory: &mut Memory,
    ) -> Result<Option<Stop>, ExecuteError> {
        let Layout::Instances { instances, .. } = &service.layout else { return Ok(None) };
        let (Some(part), Some(wanted)) = (instances.get(&number), &service.wanted) else { return Ok(None) };
        let tasks = self.engine.tasks().await.map_err(ExecuteError::ReadSwarm)?;
        let of_part =
            |id: &str| -> Vec<&Task> { tasks.iter().filter(|task| task.service_id == id).collect() };
        if service::hold_up(service, of_part, unix_ms()).is_some() {
            return Ok(Some(Stop::Waiting));
        }
        let login = asked.auth.cloned().or_else(|| memory.logins.get(&service.name).cloned());
        let asked = Asked { by: wanted.by.as_deref(), auth: login.as_ref() };
        let spec = wanted.applied(&part.swarm.spec);
        if !part.is_placed() {
            self.update_part(&service.name, part, &service::unpinned(&spec), asked.auth).await?;
            return Ok(None);
        }
        let Some(destination) = self.destination(service, part, &spec, tasks).await? else { return Ok(None) };
        let (entry, spec) = match destination {
            Destination::Stays(on) => {
                (self.updated_entry(service, number, &on.node, wanted), service::repinned(&spec, &on))
            }
            Destination::Moves { to, decision, reason } => {
                let summary =
                    format!("{}-{number} moves to {}: {reason}", service.name, self.hostname(&to.node));
                let entry = placement_entry(service, number, &decision, Outcome::Planned, summary, asked.by);
                (entry, service::moved(&spec, &to))
            }
            Destination::None(decision) => {
                let reason = self.refuse(service, number, &decision, asked.by, memory)?;
                return Ok(Some(Stop::NoNode { reason }));
            }
        };
        self.carry_out(service, part, entry, &spec, asked).await?;
        memory.refusals.remove(&(service.name.clone(), number));
        Ok(None)
    }

    /// Writes the entry, changes the instance, and writes how that ended.
    pub(super) async fn carry_out(
        &self,
        service: &ManagedService,
        part: &InstanceService,
        entry: Decision,
        spec: &Value,
        asked: Asked<'_>,
    ) -> Result<(), ExecuteError> {
        let entry = self.journal.record(entry).map_err(ExecuteError::Journal)?;
        let put = self.update_part(&service.name, part, spec, asked.auth).await;
        let outcome = if put.is_ok() { Outcome::Done } else { Outcome::Failed };
        self.journal.conclude(entry, outcome).map_err(ExecuteError::Journal)?;
        put
    }

    /// Where an instance with that spec is to be: where it is, unless that node does not fit any more.
    async fn destination(
        &self,
        service: &ManagedService,
        part: &InstanceService,
        spec: &Value,
        tasks: Vec<Task>,
    ) -> Result<Option<Destination>, ExecuteError> {
        let reading = tokio::try_join!(self.engine.nodes(), self.engine.services());
        let (nodes, services) = reading.map_err(ExecuteError::ReadSwarm)?;
        let cluster = Cluster { nodes, services, tasks, ..Cluster::default() };
        let snapshot = snapshot::take_without(&cluster, &self.measurements, part);
        let request = snapshot::request_of_part(&self.measurements, service, part, spec);
        let before = snapshot::request_of_part(&self.measurements, service, part, &part.swarm.spec);
        let Some(own) = &part.node else { return Ok(None) };
        let Err(reason) = self.may_stay(&snapshot, &before, &request, own) else {
            return Ok(Some(Destination::Stays(placed_on(&snapshot, own))));
        };
        let decision = self.policy.place(&snapshot, &request, 1).decisions.pop();
        Ok(decision.map(|decision| match &decision.outcome {
            placement::Outcome::Placed { node, .. } => {
                Destination::Moves { to: placed_on(&snapshot, node), decision, reason }
            }
            placement::Outcome::Unplaced { .. } => Destination::None(decision),
        }))
    }

    /// Whether the instance can stay on its node, and otherwise why not. What others use there is no reason, unless it
    /// asks for more than before.
    fn may_stay(
        &self,
        snapshot: &Snapshot,
        before: &Request,
        request: &Request,
        node: &NodeId,
    ) -> Result<(), String> {
        let Some(state) = snapshot.nodes.iter().find(|state| state.id == *node) else {
            return Err("its node is not in the Swarm any more".to_owned());
        };
        let (old, new) = (before.demand.on(state), request.demand.on(state));
        let grows = new.cpu.get() > old.cpu.get() || new.memory > old.memory || new.disk > old.disk;
        let alone = Snapshot { nodes: vec![state.clone()] };
        let decisions = self.policy.place(&alone, request, 1).decisions;
        let explained = decisions.first().and_then(|decision| decision.explanation.as_ref());
        let verdict = explained.and_then(|explanation| explanation.nodes.first()).map(|node| &node.verdict);
        let Some(Verdict::Out { reasons }) = verdict else { return Ok(()) };
        let counts = |reason: &&Reason| match reason {
            Reason::Stale { .. } | Reason::NoReports => false,
            Reason::TooLittleFree { .. } | Reason::Reserved { .. } => grows,
            _ => true,
        };
        let reasons: Vec<String> = reasons.iter().filter(counts).map(|reason| reason.to_string()).collect();
        match reasons.is_empty() {
            true => Ok(()),
            false => Err(format!("{} does not fit any more ({})", state.hostname, reasons.join(", "))),
        }
    }

    fn updated_entry(
        &self,
        service: &ManagedService,
        number: u32,
        node: &NodeId,
        wanted: &Wanted,
    ) -> Decision {
        let hostname = self.hostname(node);
        Decision {
            id: 0,
            unix_ms: unix_ms(),
            action: Action::Update,
            outcome: Outcome::Planned,
            service: service.name.clone(),
            instance: Some(number),
            node: Some(node.to_string()),
            summary: format!("{}-{number} updated on {hostname}", service.name),
            hostname: Some(hostname),
            by: wanted.by.clone(),
            explanation: None,
        }
    }

    pub(super) fn hostname(&self, node: &NodeId) -> String {
        let latest = self.cluster.latest();
        let found = latest.nodes.iter().find(|known| known.id == *node);
        found.map_or_else(|| node.to_string(), |node| node.hostname.clone())
    }
}
