//! Images: brought in, named, sent to a registry, and resolved to digests.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::client::{Body, encoded};
use crate::{Engine, EngineError, RegistryAuth};

/// Bringing an image in or sending it takes as long as the disk or the link takes.
const TRANSFER_TIMEOUT: Duration = Duration::from_secs(600);
/// A registry that does not answer must not hold up a service's creation.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);

impl Engine {
    /// Brings in an image from an archive as `docker save` writes it; gives the names that it came with.
    pub async fn image_load(&self, archive: Vec<u8>) -> Result<Vec<String>, EngineError> {
        let body =
            Body { content: Bytes::from(archive), content_type: Some("application/x-tar"), auth: None };
        let engine = self.clone().with_timeout(TRANSFER_TIMEOUT);
        let answer = engine.call(Method::POST, "/images/load?quiet=1", body).await?;
        let lines = progress(&answer)?;
        let names =
            lines.iter().filter_map(|line| line["stream"].as_str()?.trim().strip_prefix("Loaded image: "));
        Ok(names.map(str::to_owned).collect())
    }

    /// Gives an image a further name.
    pub async fn image_tag(&self, image: &str, name: &str) -> Result<(), EngineError> {
        let (repository, tag) = split_tag(name);
        let path = format!("/images/{}/tag?repo={}&tag={}", image, encoded(repository), encoded(tag));
        self.call(Method::POST, &path, Body::default()).await.map(drop)
    }

    /// Sends an image to the registry in its name.
    pub async fn image_push(&self, image: &str, auth: Option<&RegistryAuth>) -> Result<(), EngineError> {
        // The engine wants the header also where there is nobody to log in.
        let nobody = RegistryAuth::from_header("e30=").ok();
        let auth = auth.or(nobody.as_ref());
        let (repository, tag) = split_tag(image);
        let path = format!("/images/{repository}/push?tag={}", encoded(tag));
        let engine = self.clone().with_timeout(TRANSFER_TIMEOUT);
        let answer = engine.call(Method::POST, &path, Body { auth, ..Body::default() }).await?;
        progress(&answer).map(drop)
    }

    /// Whether the engine has that image.
    pub async fn has_image(&self, image: &str) -> Result<bool, EngineError> {
        match self.call(Method::GET, &format!("/images/{image}/json"), Body::default()).await {
            Ok(_) => Ok(true),
            Err(EngineError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The image with the digest that its tag stands for now, so that every instance runs the same; the image itself
    /// where its registry does not say.
    pub async fn resolve_image(&self, image: &str, auth: Option<&RegistryAuth>) -> String {
        if image.contains('@') {
            return image.to_owned();
        }
        let engine = self.clone().with_timeout(RESOLVE_TIMEOUT);
        let path = format!("/distribution/{image}/json");
        let answer = engine.call(Method::GET, &path, Body { auth, ..Body::default() }).await;
        let digest = answer.ok().and_then(|answer| {
            let json: Value = serde_json::from_slice(&answer).ok()?;
            json["Descriptor"]["digest"].as_str().map(str::to_owned)
        });
        match digest {
            Some(digest) if split_tag(image).1.is_empty() => format!("{image}:latest@{digest}"),
            Some(digest) => format!("{image}@{digest}"),
            None => {
                tracing::warn!(
                    image,
                    "the registry does not tell the image's digest; nodes use what they have or find"
                );
                image.to_owned()
            }
        }
    }
}

/// The lines of a transfer; one that names an error is one.
fn progress(answer: &[u8]) -> Result<Vec<Value>, EngineError> {
    let lines: Vec<Value> =
        serde_json::Deserializer::from_slice(answer).into_iter().map_while(Result::ok).collect();
    match lines.iter().find_map(|line| line["error"].as_str()) {
        Some(error) => Err(EngineError::Refused { status: 500, message: error.to_owned() }),
        None => Ok(lines),
    }
}

/// Repository and tag; the tag is empty where there is none. A colon before the last slash is a registry's port.
fn split_tag(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (image, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_told_from_a_registry_s_port() {
        assert_eq!(split_tag("10.0.0.1:5000/app:1.2"), ("10.0.0.1:5000/app", "1.2"));
        assert_eq!(split_tag("10.0.0.1:5000/app"), ("10.0.0.1:5000/app", ""));
        assert_eq!(split_tag("app"), ("app", ""));
    }

    #[test]
    fn a_transfer_s_error_is_not_lost_among_its_progress() {
        let answer = b"{\"status\":\"Preparing\"}\r\n{\"errorDetail\":{},\"error\":\"denied\"}\r\n";
        assert_eq!(progress(answer).unwrap_err().to_string(), "denied");
        assert_eq!(progress(b"{\"stream\":\"x\"}\n").unwrap().len(), 1);
    }
}
