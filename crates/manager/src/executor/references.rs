//! Names that users write, resolved to the ids that Swarm wants.

use std::collections::BTreeMap;

use swarmmanager_api::ServiceCreate;
use swarmmanager_engine::{Engine, ImagePlatform, RegistryAuth};
use swarmmanager_placement::Platform;

use super::ExecuteError;
use crate::access::holds_accounts;
use crate::service::{ImageReference, References};

/// Looks every name up; a name that nothing has is refused before anything is done.
pub(super) async fn resolve(
    engine: &Engine,
    request: &ServiceCreate,
    auth: Option<&RegistryAuth>,
) -> Result<References, ExecuteError> {
    let ImageReference { reference: image, platforms } = resolve_image(engine, &request.image, auth).await;
    let mut references = References { image, platforms, ..References::default() };
    if !request.networks.is_empty() {
        let all = engine.networks().await.map_err(ExecuteError::ReadSwarm)?;
        let names = request.networks.iter().map(|network| &network.name);
        references.networks = look_up("network", names, all.iter().map(|one| (&one.name, &one.id)))?;
    }
    if !request.secrets.is_empty() {
        let all = engine.secrets().await.map_err(ExecuteError::ReadSwarm)?;
        let names = request.secrets.iter().map(|secret| &secret.source);
        references.secrets = look_up("secret", names, all.iter().map(|one| (&one.name, &one.id)))?;
    }
    if !request.configs.is_empty() {
        let mut all = engine.configs().await.map_err(ExecuteError::ReadSwarm)?;
        all.retain(|config| !holds_accounts(&config.name));
        let names = request.configs.iter().map(|config| &config.source);
        references.configs = look_up("config", names, all.iter().map(|one| (&one.name, &one.id)))?;
    }
    Ok(references)
}

/// The image with its digest and what it is built for, where its registry says so.
pub(super) async fn resolve_image(
    engine: &Engine,
    image: &str,
    auth: Option<&RegistryAuth>,
) -> ImageReference {
    let image = engine.resolve_image(image, auth).await;
    ImageReference { reference: image.reference, platforms: image.platforms.iter().map(platform).collect() }
}

/// Docker's own client leaves `arm` out as well: nodes report `armv7l` and the like, with which it does not compare.
fn platform(image: &ImagePlatform) -> Platform {
    let arch = if image.architecture == "arm" { String::new() } else { image.architecture.clone() };
    Platform { os: image.os.clone(), arch }
}

fn look_up<'a>(
    kind: &'static str,
    wanted: impl Iterator<Item = &'a String>,
    all: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<BTreeMap<String, String>, ExecuteError> {
    let all: BTreeMap<&String, &String> = all.collect();
    wanted
        .map(|name| {
            let id = all.get(name).copied().or_else(|| all.values().find(|id| **id == name).copied());
            id.map(|id| (name.clone(), id.clone()))
                .ok_or_else(|| ExecuteError::NoSuchReference { kind, name: name.clone() })
        })
        .collect()
}
