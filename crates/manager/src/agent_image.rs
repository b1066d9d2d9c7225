//! Brings the agent's image to where the nodes find it.

use std::io;
use std::path::{Path, PathBuf};

use swarmmanager_engine::{Engine, EngineError};

use crate::config::AgentDeployment;

/// Why the agent's image could not be brought in.
#[derive(Debug, thiserror::Error)]
pub enum AgentImageError {
    /// The archive cannot be read.
    #[error("the agent's image archive {path} cannot be read")]
    ReadArchive {
        /// The archive.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The engine does not take it.
    #[error("the engine does not take the agent's image {path}")]
    Load {
        /// The archive.
        path: PathBuf,
        /// The engine's word.
        source: EngineError,
    },
    /// The registry does not take it.
    #[error("the agent's image cannot be pushed to {image}")]
    Push {
        /// The reference pushed to.
        image: String,
        /// The engine's or registry's word.
        source: EngineError,
    },
}

/// Makes sure at once that the archive is there: it is needed only when there is a Swarm.
pub(crate) fn check(agent: &AgentDeployment) -> Result<(), AgentImageError> {
    let Some(path) = &agent.archive else { return Ok(()) };
    match std::fs::File::open(path) {
        Ok(_) => Ok(()),
        Err(source) => Err(AgentImageError::ReadArchive { path: path.clone(), source }),
    }
}

/// Loads the archive into the local engine and, where the image's name has a registry, pushes it there. Gives the image
/// as the agent's service is to name it: with its digest where that is known, so that nodes notice a newer one under
/// the same tag.
pub(crate) async fn provide(engine: &Engine, agent: &AgentDeployment) -> Result<String, AgentImageError> {
    if let Some(path) = &agent.archive {
        bring(engine, &agent.image, path).await?;
    }
    if !has_registry(&agent.image) {
        return Ok(agent.image.clone());
    }
    Ok(engine.resolve_image(&agent.image, None).await.reference)
}

async fn bring(engine: &Engine, image: &str, path: &Path) -> Result<(), AgentImageError> {
    let archive = tokio::fs::read(path)
        .await
        .map_err(|source| AgentImageError::ReadArchive { path: path.to_owned(), source })?;
    let load = |source| AgentImageError::Load { path: path.to_owned(), source };
    let loaded = engine.image_load(archive).await.map_err(load)?;
    if loaded.iter().all(|name| name != image)
        && let Some(name) = loaded.first()
    {
        engine.image_tag(name, image).await.map_err(load)?;
    }
    if has_registry(image) {
        let push = |source| AgentImageError::Push { image: image.to_owned(), source };
        engine.image_push(image, None, |_| {}).await.map_err(push)?;
    }
    Ok(())
}

/// Docker's rule: the first part of a name is a registry if it has a dot or a port, or is `localhost`.
pub(crate) fn has_registry(image: &str) -> bool {
    image.split_once('/').is_some_and(|(first, _)| first == "localhost" || first.contains(['.', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_told_from_a_folder_as_docker_does() {
        for (image, expected) in [
            ("10.213.0.1:5000/swarmmanager-agent:0.1.0", true),
            ("registry.example/agent", true),
            ("localhost/agent", true),
            ("swarmmanager/agent:0.1.0", false),
            ("agent", false),
        ] {
            assert_eq!(has_registry(image), expected, "{image}");
        }
    }
}
