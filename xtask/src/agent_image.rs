//! The agent's container image: one static program and nothing else.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use swarmmanager_image::Image;

/// The image's name where no registry is in front of it.
pub(crate) const NAME: &str = concat!("swarmmanager-agent:", env!("CARGO_PKG_VERSION"));

/// Writes the image as an archive for `docker load`.
pub(crate) fn write(agent: &Path, archive: &Path) -> Result<()> {
    let program = fs::read(agent).with_context(|| format!("cannot read {}", agent.display()))?;
    let image = Image::new(NAME).file("/swarm-agent", 0o755, program).entrypoint(["/swarm-agent"]);
    fs::write(archive, image.archive()?.bytes).with_context(|| format!("cannot write {}", archive.display()))
}
