//! Images: brought in, named, and sent to a registry.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;

use crate::image_reference::ImageReference;
use crate::lines::Lines;
use crate::request::{Request, image_segments};
use crate::{Engine, EngineError, RegistryAuth};

/// Bringing an image in or sending it takes as long as the disk or the link takes.
const TRANSFER_TIMEOUT: Duration = Duration::from_secs(600);

/// An image that the engine has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Image {
    /// Its id, such as `sha256:…`.
    pub id: String,
    /// Its names with tags.
    #[serde(default, deserialize_with = "or_none")]
    pub repo_tags: Vec<String>,
    /// Its names with digests, once it was pulled from or pushed to a registry.
    #[serde(default, deserialize_with = "or_none")]
    pub repo_digests: Vec<String>,
    /// What it takes on disk, in bytes.
    #[serde(default)]
    pub size: u64,
    /// Operating system, such as `linux`.
    #[serde(default)]
    pub os: String,
    /// Architecture in Go's words, such as `amd64`.
    #[serde(default)]
    pub architecture: String,
}

fn or_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Option::<Vec<String>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A line of a transfer's progress.
#[derive(Deserialize)]
struct Progress {
    stream: Option<String>,
    error: Option<String>,
}

impl Engine {
    /// Brings in an image from an archive as `docker save` writes it; gives the names that it came with, or its id
    /// where it came with none.
    ///
    /// # Errors
    /// [`EngineError::Transfer`] where the archive holds no image.
    pub async fn image_load(&self, archive: impl Into<Bytes>) -> Result<Vec<String>, EngineError> {
        let request = Request::post("/images/load").with("quiet", "1").archive(archive.into());
        let said = self.transfer(&request).await?;
        let names = said.iter().filter_map(|text| {
            let text = text.trim();
            text.strip_prefix("Loaded image: ").or_else(|| text.strip_prefix("Loaded image ID: "))
        });
        Ok(names.map(str::to_owned).collect())
    }

    /// Gives an image a further name.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such image, [`EngineError::InvalidImage`] for what is no name.
    pub async fn image_tag(&self, image: &str, name: &str) -> Result<(), EngineError> {
        let name: ImageReference = name.parse()?;
        let request = Request::post(format!("/images/{}/tag", image_segments(image)))
            .with("repo", &name.name())
            .with("tag", name.tag_or_latest());
        self.call_raw(&request).await.map(drop)
    }

    /// Sends an image to the registry in its name.
    ///
    /// # Errors
    /// [`EngineError::Transfer`] in the registry's words, [`EngineError::InvalidImage`] for what is no name.
    pub async fn image_push(&self, image: &str, auth: Option<&RegistryAuth>) -> Result<(), EngineError> {
        let image: ImageReference = image.parse()?;
        // The engine wants the header also where there is nobody to log in.
        let nobody = RegistryAuth::anonymous();
        let request = Request::post(format!("/images/{}/push", image_segments(&image.name())))
            .with("tag", image.tag_or_latest())
            .auth(auth.or(Some(&nobody)));
        self.transfer(&request).await.map(drop)
    }

    /// Every image that the engine has and that has a name. Operating system and architecture are left empty.
    pub async fn images(&self) -> Result<Vec<Image>, EngineError> {
        self.call(&Request::get("/images/json")).await
    }

    /// An image that the engine has, by name or id.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none such.
    pub async fn image_inspect(&self, image: &str) -> Result<Image, EngineError> {
        self.call(&Request::get(format!("/images/{}/json", image_segments(image)))).await
    }

    /// Whether the engine has that image.
    pub async fn has_image(&self, image: &str) -> Result<bool, EngineError> {
        match self.image_inspect(image).await {
            Ok(_) => Ok(true),
            Err(EngineError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Follows a transfer to its end; gives what the engine said. It says 200 first and the error later.
    async fn transfer(&self, request: &Request<'_>) -> Result<Vec<String>, EngineError> {
        let transfer = async {
            let mut lines = Lines::new(request.call(), self.send(request).await?);
            let mut said = Vec::new();
            while let Some(Progress { stream, error }) = lines.next().await? {
                match error {
                    Some(message) => return Err(EngineError::Transfer { message }),
                    None => said.extend(stream),
                }
            }
            Ok(said)
        };
        self.within(TRANSFER_TIMEOUT, &request.call(), transfer).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_names_is_read() {
        let image: Image = serde_json::from_str(
            r#"{"Id":"sha256:41","RepoTags":null,"RepoDigests":[],"Size":1979264,"Os":"linux","Architecture":"amd64"}"#,
        )
        .unwrap();
        assert_eq!((image.id.as_str(), image.size, image.repo_tags.len()), ("sha256:41", 1_979_264, 0));
    }
}
