//! The steps that bring Swarm to what was asked for.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use swarmmanager_api::{Action, Decision, Outcome};
use swarmmanager_engine::{EngineError, RegistryAuth};
use swarmmanager_placement::{self as placement, Placement, Snapshot};
use swarmmanager_units::{Megahertz, NodeId};

use super::{Asked, ExecuteError, Executor};
use crate::clock::unix_ms;
use crate::cluster::Cluster;
use crate::service::{self, InstanceService, Layout, ManagedService, PlacedOn, Step};
use crate::snapshot;

/// Why converging ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Swarm has what was asked for.
    Converged,
    /// Some instances have no node; the reason is the first one's.
    NoNode { reason: String },
}

/// The last refusal written for each instance, so that trying again each second does not fill the journal.
pub(super) type Refusals = BTreeMap<(String, u32), String>;

impl Executor {
    /// Takes steps until Swarm has what was asked for, or an instance has no node.
    pub(super) async fn converge(
        &self,
        name: &str,
        asked: Asked<'_>,
        refusals: &mut Refusals,
    ) -> Result<Stop, ExecuteError> {
        loop {
            let service = match self.managed(name).await {
                Ok(service) => service,
                Err(ExecuteError::NoSuchService { .. }) => return Ok(Stop::Converged),
                Err(error) => return Err(error),
            };
            let Layout::Instances { instances, .. } = &service.layout else { return Ok(Stop::Converged) };
            match service::next_step(&service) {
                None => return Ok(Stop::Converged),
                Some(Step::Remove(numbers)) => {
                    for part in numbers.iter().filter_map(|number| instances.get(number)) {
                        self.remove_swarm_service(name, &part.swarm).await?;
                    }
                }
                Some(Step::Park) => {
                    if let Some(anchor) = instances.get(&0) {
                        let spec = service::unpinned(&anchor.swarm.spec);
                        self.update_part(name, anchor, &spec).await?;
                    }
                }
                Some(Step::Place(numbers)) => {
                    if let Some(reason) = self.place_instances(&service, &numbers, asked, refusals).await? {
                        return Ok(Stop::NoNode { reason });
                    }
                }
            }
        }
    }

    /// Where `count` further instances of the service with this spec would go.
    pub(super) async fn place(
        &self,
        name: &str,
        spec: &Value,
        count: usize,
    ) -> Result<Placement, ExecuteError> {
        Ok(self.decide(name, spec, count).await?.0)
    }

    async fn decide(
        &self,
        name: &str,
        spec: &Value,
        count: usize,
    ) -> Result<(Placement, Snapshot), ExecuteError> {
        let (nodes, services) =
            tokio::try_join!(self.engine.nodes(), self.engine.services()).map_err(ExecuteError::ReadSwarm)?;
        let latest = self.cluster.latest();
        let fresh = Cluster { nodes, services, ..Cluster::clone(&latest) };
        let snapshot = snapshot::take(&fresh, &self.measurements);
        let request = snapshot::request(name, spec);
        Ok((self.policy.place(&snapshot, &request, count), snapshot))
    }

    /// Places these instances; gives the reason of the first that has no node.
    async fn place_instances(
        &self,
        service: &ManagedService,
        numbers: &[u32],
        asked: Asked<'_>,
        refusals: &mut Refusals,
    ) -> Result<Option<String>, ExecuteError> {
        let Some(anchor) = service.anchor() else { return Ok(None) };
        let (placement, snapshot) = self.decide(&service.name, &anchor.swarm.spec, numbers.len()).await?;
        let mut unplaced = None;
        for (number, decision) in numbers.iter().zip(&placement.decisions) {
            match &decision.outcome {
                placement::Outcome::Placed { node, hostname } => {
                    let on = placed_on(&snapshot, node);
                    let summary = format!("{}-{number} placed on {hostname}", service.name);
                    // Written before it is done: whatever Swarm has can be explained, also after a crash in between.
                    let entry =
                        placement_entry(service, *number, decision, Outcome::Planned, summary, asked.by);
                    let entry = self.journal.record(entry).map_err(ExecuteError::Journal)?;
                    let put = self.put_instance(service, *number, &on, asked.auth).await;
                    let outcome = if put.is_ok() { Outcome::Done } else { Outcome::Failed };
                    self.journal.conclude(entry, outcome).map_err(ExecuteError::Journal)?;
                    put?;
                    refusals.remove(&(service.name.clone(), *number));
                }
                placement::Outcome::Unplaced { reason } => {
                    let reason = reason.to_string();
                    let said = refusals.insert((service.name.clone(), *number), reason.clone());
                    if said.as_ref() != Some(&reason) {
                        let summary = format!("{}-{number}: {reason}", service.name);
                        let entry =
                            placement_entry(service, *number, decision, Outcome::NoNode, summary, asked.by);
                        self.journal.record(entry).map_err(ExecuteError::Journal)?;
                    }
                    unplaced.get_or_insert(reason);
                }
            }
        }
        Ok(unplaced)
    }

    /// Makes that instance run on that node, whether it has a Swarm service already or not.
    async fn put_instance(
        &self,
        service: &ManagedService,
        number: u32,
        on: &PlacedOn,
        auth: Option<&RegistryAuth>,
    ) -> Result<(), ExecuteError> {
        let Layout::Instances { instances, desired, .. } = &service.layout else { return Ok(()) };
        if let Some(part) = instances.get(&number) {
            return self.update_part(&service.name, part, &service::pinned(&part.swarm.spec, on)).await;
        }
        let Some(anchor) = service.anchor() else { return Ok(()) };
        let mut spec = service::instance_spec(&anchor.swarm.spec, &service.name, number, on);
        if number == 0 {
            spec = service::with_replicas(&spec, *desired);
        }
        self.check_leading().await?;
        match self.engine.service_create(&spec, auth).await {
            Ok(_) => Ok(()),
            Err(source) => Err(ExecuteError::Instance {
                service: service.name.clone(),
                part: format!("{}-{number}", service.name),
                source,
            }),
        }
    }

    async fn update_part(
        &self,
        service: &str,
        part: &InstanceService,
        spec: &Value,
    ) -> Result<(), ExecuteError> {
        self.check_leading().await?;
        match self.engine.service_update(&part.swarm.id, part.swarm.version, spec, None).await {
            // Somebody changed or removed it in between: the next round begins from what it is now.
            Ok(_) | Err(EngineError::OutOfSequence | EngineError::NotFound { .. }) => Ok(()),
            Err(source) => Err(ExecuteError::Instance {
                service: service.to_owned(),
                part: part.swarm.name().to_owned(),
                source,
            }),
        }
    }
}

/// What the journal says about an instance's node.
fn placement_entry(
    service: &ManagedService,
    instance: u32,
    decision: &placement::Decision,
    outcome: Outcome,
    summary: String,
    by: Option<&str>,
) -> Decision {
    let (node, hostname) = match &decision.outcome {
        placement::Outcome::Placed { node, hostname } => (Some(node.to_string()), Some(hostname.clone())),
        placement::Outcome::Unplaced { .. } => (None, None),
    };
    Decision {
        id: 0,
        unix_ms: unix_ms(),
        action: Action::Place,
        outcome,
        service: service.name.clone(),
        instance: Some(instance),
        node,
        hostname,
        summary,
        by: by.map(str::to_owned),
        explanation: Some(json!(decision)),
    }
}

/// The node as specs have to know it.
fn placed_on(snapshot: &Snapshot, node: &NodeId) -> PlacedOn {
    let state = snapshot.nodes.iter().find(|state| state.id == *node);
    let (per_core, cores) = state.map_or((Megahertz::ZERO, 0.0), |state| (state.per_core(), state.cores));
    PlacedOn { node: node.clone(), per_core, cores }
}
