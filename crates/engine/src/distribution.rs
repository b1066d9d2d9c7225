//! What an image's registry says of it.

use std::time::Duration;

use serde::Deserialize;

use crate::image_reference::ImageReference;
use crate::request::{Request, image_segments};
use crate::{Engine, EngineError, RegistryAuth};

/// A registry that does not answer must not hold up a service's creation for long.
const REGISTRY_TIMEOUT: Duration = Duration::from_secs(5);

/// An image as its registry knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryImage {
    /// What its tag stands for now, such as `sha256:…`.
    pub digest: String,
    /// What it runs on; empty where the registry does not say.
    pub platforms: Vec<ImagePlatform>,
}

/// A platform for which there is an image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ImagePlatform {
    /// Operating system, such as `linux`.
    #[serde(default)]
    pub os: String,
    /// Architecture in Go's words, such as `arm64`.
    #[serde(default)]
    pub architecture: String,
    /// The architecture's variant, such as `v7`; mostly empty.
    #[serde(default)]
    pub variant: String,
}

/// An image as services are to name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedImage {
    /// With its digest, where that is known.
    pub reference: String,
    /// What it runs on; empty where that is not known.
    pub platforms: Vec<ImagePlatform>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawDistribution {
    descriptor: RawDescriptor,
    platforms: Option<Vec<ImagePlatform>>,
}

#[derive(Deserialize)]
struct RawDescriptor {
    digest: String,
}

impl Engine {
    /// What the registry in an image's name says of it. Waits at most 5 s.
    ///
    /// # Errors
    /// [`EngineError::Refused`] and [`EngineError::NotFound`] in the registry's words, [`EngineError::InvalidImage`]
    /// for what is no name.
    pub async fn registry_image(
        &self,
        image: &str,
        auth: Option<&RegistryAuth>,
    ) -> Result<RegistryImage, EngineError> {
        let _: ImageReference = image.parse()?;
        let request = Request::get(format!("/distribution/{}/json", image_segments(image))).auth(auth);
        let answer: RawDistribution = self.clone().with_timeout(REGISTRY_TIMEOUT).call(&request).await?;
        Ok(RegistryImage {
            digest: answer.descriptor.digest,
            platforms: answer.platforms.unwrap_or_default(),
        })
    }

    /// The image with the digest that its tag stands for now, so that every instance runs the same. The image as it was
    /// given where its registry does not say: then a warning is logged, and each node takes what it has or finds.
    pub async fn resolve_image(&self, image: &str, auth: Option<&RegistryAuth>) -> ResolvedImage {
        let unresolved = || ResolvedImage { reference: image.to_owned(), platforms: Vec::new() };
        let Ok(reference) = image.parse::<ImageReference>() else { return unresolved() };
        match self.registry_image(image, auth).await {
            Ok(found) if reference.digest.is_some() => {
                ResolvedImage { reference: image.to_owned(), platforms: found.platforms }
            }
            Ok(found) => ResolvedImage {
                reference: format!("{}:{}@{}", reference.name(), reference.tag_or_latest(), found.digest),
                platforms: found.platforms,
            },
            Err(error) => {
                tracing::warn!(
                    image,
                    %error,
                    "the registry does not tell the image's digest; each node takes what it has or finds"
                );
                unresolved()
            }
        }
    }
}
