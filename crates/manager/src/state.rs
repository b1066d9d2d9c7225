//! What the handlers of the API share.

use std::sync::Arc;

use axum::extract::FromRef;
use swarmmanager_api::{NodeDetail, ServiceDetail, Status};
use swarmmanager_collector::CollectorStats;
use swarmmanager_units::NodeId;

use crate::access::Access;
use crate::cluster::ClusterWatch;
use crate::executor::{ExecuteError, Executor};
use crate::host::Host;
use crate::http::Refusal;
use crate::jobs::Jobs;
use crate::live::Live;
use crate::measurements::Measurements;
use crate::swarm::Remote;
use crate::views::{self, View};

/// The manager as its handlers see it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Manager {
    pub(crate) host: Host,
    pub(crate) node: NodeId,
    /// The agent's image as Swarm's service names it.
    pub(crate) agent_image: Arc<str>,
    pub(crate) swarm_id: Arc<str>,
    pub(crate) cluster: ClusterWatch,
    pub(crate) measurements: Measurements,
    pub(crate) access: Access,
    pub(crate) executor: Arc<Executor>,
    pub(crate) live: Live,
    pub(crate) collector: Arc<CollectorStats>,
}

impl FromRef<Manager> for Host {
    fn from_ref(manager: &Manager) -> Self {
        manager.host.clone()
    }
}

impl FromRef<Host> for Jobs {
    fn from_ref(host: &Host) -> Self {
        host.jobs.clone()
    }
}

impl FromRef<Manager> for Jobs {
    fn from_ref(manager: &Manager) -> Self {
        manager.host.jobs.clone()
    }
}

impl Manager {
    /// What other hosts are reached with.
    pub(crate) fn remote(&self) -> &Remote {
        &self.host.remote
    }

    /// What is known now.
    pub(crate) fn view(&self) -> View {
        View::new(self.cluster.latest(), self.measurements.clone(), self.host.journal.clone())
    }

    /// How the manager is.
    pub(crate) fn status(&self) -> Status {
        views::status(self)
    }

    /// Refuses where another manager leads: it is the one that changes something.
    pub(crate) async fn check_leading(&self) -> Result<(), Refusal> {
        Ok(self.executor.check_leading().await?)
    }

    /// Runs a change to its end, also when whoever asked for it goes away.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, ExecuteError>> + Send + 'static,
    ) -> Result<T, Refusal> {
        let done = tokio::spawn(change).await;
        self.cluster.refresh();
        match done {
            Ok(result) => Ok(result?),
            Err(error) => {
                let message =
                    format!("the change ended unexpectedly ({error}); what is left of it is tried again");
                Err(Refusal::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, message))
            }
        }
    }

    /// A service that was just changed, as Swarm has it now.
    pub(crate) async fn fresh_service(&self, name: &str) -> Result<ServiceDetail, Refusal> {
        self.read_again().await;
        views::service_detail(&self.view(), name).ok_or_else(|| Refusal::not_found("service", name))
    }

    /// A node that was just changed, as Swarm has it now.
    pub(crate) async fn fresh_node(&self, reference: &str) -> Result<NodeDetail, Refusal> {
        self.read_again().await;
        views::node_detail(&self.view(), reference).ok_or_else(|| Refusal::not_found("node", reference))
    }

    /// Waits until Swarm's state was read after this moment.
    pub(crate) async fn read_again(&self) {
        let mut cluster = self.cluster.clone();
        // The reading under way may have begun before the change; the one after it did not.
        for _ in 0..2 {
            cluster.refresh();
            if cluster.changed().await.is_err() {
                break;
            }
        }
    }
}
