//! The Swarm as a whole: started, described, joined by nodes, left by them, ended.

mod authority;
mod description;
mod joining;
mod leaving;
mod remote;

use std::collections::BTreeMap;

use swarmmanager_api::SwarmInit;
use swarmmanager_engine::EngineError;

use crate::host::Host;

pub(crate) use authority::{AuthorityError, authority};
pub(crate) use description::{described, undescribed};
pub(crate) use joining::{check, join};
pub(crate) use leaving::{DestroyError, counted, destroy, drain, named, plan, remove};
pub(crate) use remote::Remote;

/// On the Swarm: its name.
const NAME: &str = "swarmmanager.name";
/// Enough of a Swarm's id to tell it from others.
const SHORT_ID: usize = 12;

/// Starts a Swarm whose first manager is this host.
pub(crate) async fn start(host: &Host, wanted: &SwarmInit) -> Result<(), EngineError> {
    let name = wanted.name.clone().unwrap_or_else(|| host.hostname.to_string());
    let labels = BTreeMap::from([(NAME.to_owned(), name.clone())]);
    let listen = wanted.listen_addr.as_deref();
    host.engine.swarm_init(wanted.advertise_addr.as_deref(), listen, &labels).await?;
    tracing::info!(name, "started a Swarm");
    Ok(())
}

/// What a Swarm is called: the name it was given, or the beginning of its id.
pub(crate) fn name(settings: &swarmmanager_engine::SwarmSettings) -> String {
    let given = settings.labels.get(NAME).filter(|name| !name.is_empty()).cloned();
    given.unwrap_or_else(|| settings.cluster_id.chars().take(SHORT_ID).collect())
}
