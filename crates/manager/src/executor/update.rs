//! Updates and rollbacks: the intent.

use swarmmanager_api::{Action, ServiceUpdate};
use swarmmanager_engine::RegistryAuth;

use super::{Asked, ExecuteError, Executor, references};
use crate::service::{self, Layout, ManagedService, Settings, Wanted};

impl Executor {
    /// Changes a service. Returns once Swarm has what is wanted of it and the first instance has it; the others follow
    /// one after the other.
    pub(crate) async fn update(
        &self,
        name: &str,
        update: &ServiceUpdate,
        auth: Option<&RegistryAuth>,
        by: Option<&str>,
    ) -> Result<(), ExecuteError> {
        let update = service::validate_update(update)?;
        let mut memory = self.acting.lock().await;
        self.check_leading().await?;
        let service = self.changeable(name).await?;
        let image = match &update.image {
            Some(image) => Some(references::resolve_image(&self.engine, image, auth).await),
            None => None,
        };
        let old = service.settings();
        let new = old.updated(&update, image.as_ref());
        let asked = Asked { by, auth };
        if new != old {
            if let Some(auth) = auth {
                memory.logins.insert(name.to_owned(), auth.clone());
            }
            let summary = format!("updated: {}", old.differences(&new).join(", "));
            self.want(&service, new, old, asked).await?;
            self.record(Action::Update, name, summary, by)?;
        }
        self.converge(name, asked, &mut memory).await?;
        Ok(())
    }

    /// Puts a service back to what it was before its last update, and that update in the place of the one before.
    pub(crate) async fn rollback(&self, name: &str, by: Option<&str>) -> Result<(), ExecuteError> {
        let mut memory = self.acting.lock().await;
        self.check_leading().await?;
        let service = self.changeable(name).await?;
        let Some(wanted) = service.wanted.clone() else {
            return Err(ExecuteError::NoPrevious { service: name.to_owned() });
        };
        let asked = Asked { by, auth: None };
        let differences = wanted.settings.differences(&wanted.previous).join(", ");
        self.want(&service, wanted.previous, wanted.settings, asked).await?;
        self.record(Action::Rollback, name, format!("rolled back: {differences}"), by)?;
        self.converge(name, asked, &mut memory).await?;
        Ok(())
    }

    /// A service that is there as a whole, and is to stay.
    async fn changeable(&self, name: &str) -> Result<ManagedService, ExecuteError> {
        let service = self.managed(name).await?;
        match &service.layout {
            Layout::Instances { removing: true, .. } => {
                Err(ExecuteError::BeingRemoved { service: name.to_owned() })
            }
            Layout::Instances { instances, .. } if !instances.contains_key(&0) => {
                Err(ExecuteError::AnchorMissing { service: name.to_owned() })
            }
            _ => Ok(service),
        }
    }

    /// Writes down what is wanted from now on. A global service has it with that.
    async fn want(
        &self,
        service: &ManagedService,
        settings: Settings,
        previous: Settings,
        asked: Asked<'_>,
    ) -> Result<(), ExecuteError> {
        let Some(anchor) = service.anchor() else { return Ok(()) };
        let revision = service.wanted.as_ref().map_or(0, |wanted| wanted.revision) + 1;
        let wanted = Wanted { revision, settings, previous, by: asked.by.map(str::to_owned) };
        let (spec, auth) = match service.layout {
            Layout::Instances { .. } => (wanted.written_on(&anchor.swarm.spec), None),
            Layout::Global(_) => {
                let spec = wanted.written_on(&wanted.applied(&anchor.swarm.spec));
                (service::reserved_anywhere(&spec), asked.auth)
            }
        };
        self.check_leading().await?;
        let written = self.engine.service_update(&anchor.swarm.id, anchor.swarm.version, &spec, auth).await;
        written.map(drop).map_err(|source| ExecuteError::Intent { service: service.name.clone(), source })
    }
}
