//! The steps that bring Swarm to what was asked for.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use swarmmanager_api::{Action, Decision, Outcome};
use swarmmanager_engine::{EngineError, RegistryAuth};
use swarmmanager_placement::{self as placement, Placement, Policy, Snapshot};
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
    /// An update goes on when the instance that has it last runs with it.
    Waiting,
}

/// What is known beyond one operation. Lost with the process, and nothing that was asked for with it.
#[derive(Default)]
pub(super) struct Memory {
    /// The last refusal written for each instance, so that trying again each second does not fill the journal.
    pub(super) refusals: BTreeMap<(String, u32), String>,
    /// The credentials that a service's update came with, for the instances that get it later.
    pub(super) logins: BTreeMap<String, RegistryAuth>,
}

impl Executor {
    /// Takes steps until Swarm has what was asked for, or what is left has to wait.
    pub(super) async fn converge(
        &self,
        name: &str,
        asked: Asked<'_>,
        memory: &mut Memory,
    ) -> Result<Stop, ExecuteError> {
        let mut no_node = None;
        loop {
            let service = match self.managed(name).await {
                Ok(service) => service,
                Err(ExecuteError::NoSuchService { .. }) => return Ok(Stop::Converged),
                Err(error) => return Err(error),
            };
            let Layout::Instances { instances, .. } = &service.layout else { return Ok(Stop::Converged) };
            let step = match service::next_step(&service) {
                // What has no node does not keep the others from what was asked for.
                Some(Step::Place(_)) if no_node.is_some() => service::next_update(&service),
                step => step,
            };
            match step {
                None => {
                    memory.logins.remove(name);
                    return Ok(no_node.map_or(Stop::Converged, |reason| Stop::NoNode { reason }));
                }
                Some(Step::Remove(numbers)) => {
                    for part in numbers.iter().filter_map(|number| instances.get(number)) {
                        self.remove_swarm_service(name, &part.swarm).await?;
                    }
                }
                Some(Step::Park) => {
                    if let Some(anchor) = instances.get(&0) {
                        let spec = service::unpinned(&anchor.swarm.spec);
                        self.update_part(name, anchor, &spec, None).await?;
                    }
                }
                Some(Step::Place(numbers)) => {
                    no_node = self.place_instances(&service, &numbers, asked, memory).await?;
                }
                Some(Step::Update(number)) => {
                    if let Some(stop) = self.update_instance(&service, number, asked, memory).await? {
                        return Ok(stop);
                    }
                }
            }
        }
    }

    /// Where `count` further instances of the service with this spec would go, and the nodes as they were for that.
    pub(super) async fn decide(
        &self,
        policy: &dyn Policy,
        name: &str,
        spec: &Value,
        count: usize,
    ) -> Result<(Placement, Snapshot), ExecuteError> {
        let (nodes, services) =
            tokio::try_join!(self.engine.nodes(), self.engine.services()).map_err(ExecuteError::ReadSwarm)?;
        let latest = self.cluster.latest();
        let fresh = Cluster { nodes, services, ..Cluster::clone(&latest) };
        let snapshot = snapshot::take(&fresh, &self.measurements);
        let request = snapshot::request_of_further(&fresh, &self.measurements, name, spec);
        Ok((policy.place(&snapshot, &request, count), snapshot))
    }

    /// Places these instances; gives the reason of the first that has no node.
    async fn place_instances(
        &self,
        service: &ManagedService,
        numbers: &[u32],
        asked: Asked<'_>,
        memory: &mut Memory,
    ) -> Result<Option<String>, ExecuteError> {
        let Some(template) = service.template() else { return Ok(None) };
        let (placement, snapshot) =
            self.decide(&*self.policy, &service.name, &template, numbers.len()).await?;
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
                    memory.refusals.remove(&(service.name.clone(), *number));
                }
                placement::Outcome::Unplaced { .. } => {
                    let reason = self.refuse(service, *number, decision, asked.by, memory)?;
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
            let of_part = &part.swarm.spec;
            let spec =
                service.wanted.as_ref().map_or_else(|| of_part.clone(), |wanted| wanted.applied(of_part));
            return self.update_part(&service.name, part, &service::pinned(&spec, on), auth).await;
        }
        let Some(template) = service.template() else { return Ok(()) };
        let mut spec = service::instance_spec(&template, &service.name, number, on);
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

    /// Takes note that an instance has no node; gives the reason.
    pub(super) fn refuse(
        &self,
        service: &ManagedService,
        number: u32,
        decision: &placement::Decision,
        by: Option<&str>,
        memory: &mut Memory,
    ) -> Result<String, ExecuteError> {
        let reason = decision.outcome.to_string();
        let said = memory.refusals.insert((service.name.clone(), number), reason.clone());
        if said.as_ref() != Some(&reason) {
            let summary = format!("{}-{number}: {reason}", service.name);
            let entry = placement_entry(service, number, decision, Outcome::NoNode, summary, by);
            self.journal.record(entry).map_err(ExecuteError::Journal)?;
        }
        Ok(reason)
    }

    pub(super) async fn update_part(
        &self,
        service: &str,
        part: &InstanceService,
        spec: &Value,
        auth: Option<&RegistryAuth>,
    ) -> Result<(), ExecuteError> {
        self.check_leading().await?;
        match self.engine.service_update(&part.swarm.id, part.swarm.version, spec, auth).await {
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
pub(super) fn placement_entry(
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
pub(super) fn placed_on(snapshot: &Snapshot, node: &NodeId) -> PlacedOn {
    let state = snapshot.nodes.iter().find(|state| state.id == *node);
    let (per_core, cores) = state.map_or((Megahertz::ZERO, 0.0), |state| (state.per_core(), state.cores));
    PlacedOn { node: node.clone(), per_core, cores }
}
