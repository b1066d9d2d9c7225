//! The archive around the layer: what `docker save` writes and `docker load` reads.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::entries::append;
use crate::{Image, ImageArchive, ImageError};

/// Images without a clock in them are dated to the epoch; Docker wants a date.
const CREATED: &str = "1970-01-01T00:00:00Z";

pub(crate) fn build(image: &Image) -> Result<ImageArchive, ImageError> {
    check_reference(&image.reference)?;
    let layer = image.entries.to_tar()?;
    let layer_digest = format!("{:x}", Sha256::digest(&layer));
    let config = serde_json::to_vec(&json!({
        "architecture": image.architecture,
        "os": "linux",
        "created": CREATED,
        "config": image.config,
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer_digest}")] },
        "history": [{ "created": CREATED, "created_by": "swarmmanager" }],
    }))?;
    let id = format!("{:x}", Sha256::digest(&config));

    let config_name = format!("{id}.json");
    let layer_name = format!("{layer_digest}/layer.tar");
    let manifest = serde_json::to_vec(&json!([{
        "Config": config_name,
        "RepoTags": [image.reference],
        "Layers": [layer_name],
    }]))?;

    let mut tar = tar::Builder::new(Vec::with_capacity(layer.len() + 8192));
    for (path, content) in [(&*config_name, &config), (&layer_name, &layer), ("manifest.json", &manifest)] {
        append(&mut tar, path, tar::EntryType::Regular, 0o644, content)
            .map_err(|source| ImageError::Write { path: path.to_owned(), source })?;
    }
    let bytes =
        tar.into_inner().map_err(|source| ImageError::Write { path: "manifest.json".to_owned(), source })?;
    Ok(ImageArchive { id: format!("sha256:{id}"), bytes })
}

/// A name and a tag; the engine checks the finer points.
fn check_reference(reference: &str) -> Result<(), ImageError> {
    let last = reference.rsplit('/').next().unwrap_or_default();
    match last.split_once(':') {
        Some((name, tag)) if !name.is_empty() && !tag.is_empty() && !reference.contains('@') => Ok(()),
        _ => Err(ImageError::Reference(reference.to_owned())),
    }
}
