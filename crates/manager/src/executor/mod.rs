//! Turns what users ask for into Swarm's services: writes the intent first, then takes steps until Swarm has it.
//!
//! Every step is idempotent and begins from what Swarm says at that moment, so that a manager killed between any two
//! calls, or another one that takes the lead, finishes the work. One step at a time: placements see those before them.

mod converge;
mod error;
mod evacuation;
mod nodes;
mod references;
mod rollout;
mod update;

use std::sync::Arc;

use swarmmanager_api::{Action, Decision, Mode, Outcome, ServiceCreate};
use swarmmanager_engine::{Engine, EngineError, RegistryAuth};
use swarmmanager_placement::{Placement, Policy};
use swarmmanager_units::NodeId;
use tokio::sync::Mutex;

use crate::clock::unix_ms;
use crate::cluster::ClusterWatch;
use crate::journal::Journal;
use crate::measurements::Measurements;
use crate::service::{self, Layout, ManagedService};

pub(crate) use converge::Stop;
pub(crate) use error::ExecuteError;
pub(crate) use evacuation::Evacuation;

/// Who asked for a change, and with which credentials of the image's registry.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    by: Option<&'a str>,
    auth: Option<&'a RegistryAuth>,
}

/// The one writer. It acts only while its node leads the Swarm.
pub(crate) struct Executor {
    engine: Engine,
    node: NodeId,
    cluster: ClusterWatch,
    measurements: Measurements,
    journal: Journal,
    policy: Arc<dyn Policy>,
    /// Held over each operation: a placement has to see what the ones before it took.
    acting: Mutex<converge::Memory>,
}

impl Executor {
    pub(crate) fn new(
        engine: Engine,
        node: NodeId,
        cluster: ClusterWatch,
        measurements: Measurements,
        journal: Journal,
        policy: Arc<dyn Policy>,
    ) -> Self {
        Self { engine, node, cluster, measurements, journal, policy, acting: Mutex::default() }
    }

    /// The policy's name.
    pub(crate) fn policy(&self) -> &'static str {
        self.policy.name()
    }

    /// The engine of this manager's node, to read from.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Creates a service. Returns once Swarm has all of it, or all that there is a node for.
    pub(crate) async fn create(
        &self,
        request: &ServiceCreate,
        auth: Option<&RegistryAuth>,
        by: Option<&str>,
    ) -> Result<(), ExecuteError> {
        let request = service::validate(request)?;
        let mut memory = self.acting.lock().await;
        self.check_leading().await?;
        self.check_names_are_free(&request).await?;
        let references = references::resolve(&self.engine, &request, auth).await?;
        let anchor = service::anchor_spec(&request, &references);
        self.check_leading().await?;
        self.engine
            .service_create(&anchor, auth)
            .await
            .map_err(|source| ExecuteError::Create { service: request.name.clone(), source })?;
        self.converge(&request.name, Asked { by, auth }, &mut memory).await?;
        Ok(())
    }

    /// Changes how many instances a service has. Returns once Swarm has it.
    pub(crate) async fn scale(
        &self,
        name: &str,
        replicas: u32,
        by: Option<&str>,
    ) -> Result<(), ExecuteError> {
        service::check_replicas(replicas)?;
        let mut memory = self.acting.lock().await;
        self.check_leading().await?;
        let service = self.managed(name).await?;
        let Layout::Instances { instances, desired, removing: false } = &service.layout else {
            return Err(ExecuteError::NotScalable { service: name.to_owned() });
        };
        let Some(anchor) = instances.get(&0) else {
            return Err(ExecuteError::AnchorMissing { service: name.to_owned() });
        };
        service::check_ports_for(&anchor.swarm.spec, replicas)?;
        if *desired != replicas {
            let spec = service::with_replicas(&anchor.swarm.spec, replicas);
            self.check_leading().await?;
            self.engine
                .service_update(&anchor.swarm.id, anchor.swarm.version, &spec, None)
                .await
                .map_err(|source| ExecuteError::Intent { service: name.to_owned(), source })?;
            self.record(Action::Scale, name, format!("scaled from {desired} to {replicas}"), by)?;
        }
        self.converge(name, Asked { by, auth: None }, &mut memory).await?;
        Ok(())
    }

    /// Removes a service and all of its instances; gives the names of the Swarm services removed.
    pub(crate) async fn remove(&self, name: &str, by: Option<&str>) -> Result<Vec<String>, ExecuteError> {
        if name == service::AGENT_SERVICE {
            return Err(ExecuteError::OwnService { service: name.to_owned() });
        }
        let mut memory = self.acting.lock().await;
        self.check_leading().await?;
        let service = self.managed(name).await?;
        let parts: Vec<String> = service.parts().iter().map(|part| part.swarm.name().to_owned()).collect();
        match &service.layout {
            Layout::Global(one) => self.remove_swarm_service(name, &one.swarm).await?,
            Layout::Instances { instances, removing, .. } => {
                if let Some(first) = instances.values().next()
                    && !removing
                {
                    let spec = service::with_removal(&first.swarm.spec);
                    self.check_leading().await?;
                    self.engine
                        .service_update(&first.swarm.id, first.swarm.version, &spec, None)
                        .await
                        .map_err(|source| ExecuteError::Intent { service: name.to_owned(), source })?;
                }
                self.converge(name, Asked { by, auth: None }, &mut memory).await?;
            }
        }
        self.record(Action::Remove, name, format!("removed {}", parts.join(", ")), by)?;
        Ok(parts)
    }

    /// Where the instances of a service would go by that policy, or by its own; nothing is done.
    pub(crate) async fn preview(
        &self,
        request: &ServiceCreate,
        policy: Option<&dyn Policy>,
    ) -> Result<Placement, ExecuteError> {
        let request = service::validate(request)?;
        let Mode::Replicated(replicas) = request.mode else {
            return Err(ExecuteError::NothingToChoose);
        };
        let references =
            service::References { image: request.image.clone(), ..service::References::default() };
        let spec = service::anchor_spec(&request, &references);
        let policy = policy.unwrap_or(&*self.policy);
        Ok(self.decide(policy, &request.name, &spec, replicas as usize).await?.0)
    }

    /// Finishes what was asked for of that service, if anything is left.
    pub(crate) async fn reconcile(&self, name: &str) -> Result<Stop, ExecuteError> {
        let mut memory = self.acting.lock().await;
        self.check_leading().await?;
        self.converge(name, Asked::default(), &mut memory).await
    }

    /// One writer: a manager that does not lead changes nothing, and one that lost the lead stops before its next write.
    pub(crate) async fn check_leading(&self) -> Result<(), ExecuteError> {
        match self.engine.is_leader(&self.node).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ExecuteError::NotLeading { leader: self.cluster.latest().leader_hostname() }),
            Err(source) => Err(ExecuteError::ReadSwarm(source)),
        }
    }

    async fn managed(&self, name: &str) -> Result<ManagedService, ExecuteError> {
        let all = self.engine.services().await.map_err(ExecuteError::ReadSwarm)?;
        let mut managed = service::managed_services(&all);
        managed.remove(name).ok_or_else(|| ExecuteError::NoSuchService { service: name.to_owned() })
    }

    async fn check_names_are_free(&self, request: &ServiceCreate) -> Result<(), ExecuteError> {
        let all = self.engine.services().await.map_err(ExecuteError::ReadSwarm)?;
        if service::managed_services(&all).contains_key(&request.name) {
            return Err(ExecuteError::Exists { service: request.name.clone() });
        }
        let wanted: Vec<String> = match request.mode {
            Mode::Global => vec![request.name.clone()],
            Mode::Replicated(replicas) => {
                (0..replicas.max(1)).map(|number| format!("{}-{number}", request.name)).collect()
            }
        };
        match all.iter().find(|taken| wanted.iter().any(|name| name == taken.name())) {
            Some(taken) => {
                Err(ExecuteError::NameTaken { service: request.name.clone(), taken: taken.name().to_owned() })
            }
            None => Ok(()),
        }
    }

    async fn remove_swarm_service(
        &self,
        service: &str,
        swarm: &swarmmanager_engine::Service,
    ) -> Result<(), ExecuteError> {
        self.check_leading().await?;
        match self.engine.service_remove(&swarm.id).await {
            // Whoever removed it before did what was asked for.
            Ok(()) | Err(EngineError::NotFound { .. }) => Ok(()),
            Err(source) => Err(ExecuteError::Remove {
                service: service.to_owned(),
                part: swarm.name().to_owned(),
                source,
            }),
        }
    }

    /// Writes a journal entry on what was done to a service as a whole.
    fn record(
        &self,
        action: Action,
        service: &str,
        summary: String,
        by: Option<&str>,
    ) -> Result<(), ExecuteError> {
        let entry = Decision {
            id: 0,
            unix_ms: unix_ms(),
            action,
            outcome: Outcome::Done,
            service: service.to_owned(),
            instance: None,
            node: None,
            hostname: None,
            summary,
            by: by.map(str::to_owned),
            explanation: None,
        };
        self.journal.record(entry).map(drop).map_err(ExecuteError::Journal)
    }
}
