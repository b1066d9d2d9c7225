//! Images: brought in, named, and sent to a registry.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http_body_util::{BodyDataStream, BodyExt as _, StreamBody};
use hyper::body::Frame;
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
    /// When it was made, in seconds since 1970; only in lists.
    #[serde(default, rename = "Created", deserialize_with = "seconds_or_none")]
    pub created_unix_s: Option<i64>,
    /// Its layers, the lowest first; only of an image that is inspected.
    #[serde(default, rename = "RootFS")]
    pub root: RootFs,
}

/// What an image is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RootFs {
    /// Its layers by the digests of what is in them, the lowest first.
    pub layers: Vec<String>,
}

/// How far a push is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerProgress {
    /// The layer's short digest.
    pub layer: String,
    /// What Docker says of it, such as `Pushing`, `Pushed`, `Layer already exists`.
    pub status: String,
    /// What was sent of it, and how much there is; absent where Docker does not say.
    pub bytes: Option<(u64, u64)>,
}

/// Lists say it in seconds, inspections in words.
fn seconds_or_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(serde_json::Value::deserialize(deserializer)?.as_i64())
}

fn or_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Option::<Vec<String>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A line of a transfer's progress.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    stream: Option<String>,
    error: Option<String>,
    status: Option<String>,
    id: Option<String>,
    #[serde(default)]
    progress_detail: Detail,
    aux: Option<Aux>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    current: Option<u64>,
    total: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Aux {
    digest: Option<String>,
}

impl Progress {
    fn of_layer(&self) -> Option<LayerProgress> {
        let (layer, status) = (self.id.clone()?, self.status.clone()?);
        let bytes = self.progress_detail.current.zip(self.progress_detail.total);
        Some(LayerProgress { layer, status, bytes })
    }
}

impl Engine {
    /// Brings in an image from an archive as `docker save` writes it; gives the names that it came with, or its id
    /// where it came with none.
    ///
    /// # Errors
    /// [`EngineError::Transfer`] where the archive holds no image.
    pub async fn image_load(&self, archive: impl Into<Bytes>) -> Result<Vec<String>, EngineError> {
        let request = Request::post("/images/load").with("quiet", "1").archive(archive.into());
        let mut said = Vec::new();
        self.transfer(&request, |line| said.extend(line.stream.clone())).await?;
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

    /// Sends an image to the registry in its name; gives the digest that it has there. `on_progress` hears of each layer.
    ///
    /// # Errors
    /// [`EngineError::Transfer`] in the registry's words, [`EngineError::InvalidImage`] for what is no name.
    pub async fn image_push(
        &self,
        image: &str,
        auth: Option<&RegistryAuth>,
        mut on_progress: impl FnMut(LayerProgress),
    ) -> Result<Option<String>, EngineError> {
        let image: ImageReference = image.parse()?;
        // The engine wants the header also where there is nobody to log in.
        let nobody = RegistryAuth::anonymous();
        let request = Request::post(format!("/images/{}/push", image_segments(&image.name())))
            .with("tag", image.tag_or_latest())
            .auth(auth.or(Some(&nobody)));
        let mut digest = None;
        self.transfer(&request, |line| {
            digest = line.aux.as_ref().and_then(|aux| aux.digest.clone()).or(digest.take());
            line.of_layer().into_iter().for_each(&mut on_progress);
        })
        .await?;
        Ok(digest)
    }

    /// Reads an image as `docker save` writes it, piece by piece, under the name that it is asked by.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no such image. The stream ends with an error where it breaks off.
    pub async fn image_save(
        &self,
        image: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, EngineError>> + Send + Unpin + 'static, EngineError> {
        let request = Request::get(format!("/images/{}/get", image_segments(image)));
        let call = request.call();
        // The engine gathers the image on its disk before it sends the first byte.
        let began = self.within(TRANSFER_TIMEOUT, &call, self.send(&request)).await?;
        let pieces = BodyDataStream::new(began.into_body());
        Ok(pieces.map(move |piece| piece.map_err(|source| EngineError::interrupted(&call, source))))
    }

    /// Brings in an image from an archive that arrives piece by piece.
    ///
    /// # Errors
    /// As [`Self::image_load`].
    pub async fn image_load_from(
        &self,
        archive: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<(), EngineError> {
        let request = Request::post("/images/load").with("quiet", "1").archive(Bytes::new());
        let call = request.call();
        let content = StreamBody::new(archive.map(|piece| piece.map(Frame::data))).boxed_unsync();
        let loading = async {
            let mut lines = Lines::new(call.clone(), self.send_with(&request, content).await?);
            while let Some(Progress { error, .. }) = lines.next().await? {
                if let Some(message) = error {
                    return Err(EngineError::Transfer { message });
                }
            }
            Ok(())
        };
        self.within(TRANSFER_TIMEOUT, &call, loading).await
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

    /// Follows a transfer to its end, line by line. The engine says 200 first and the error later.
    async fn transfer(
        &self,
        request: &Request<'_>,
        mut on_line: impl FnMut(&Progress),
    ) -> Result<(), EngineError> {
        let transfer = async {
            let mut lines = Lines::new(request.call(), self.send(request).await?);
            while let Some(line) = lines.next::<Progress>().await? {
                match line.error {
                    Some(message) => return Err(EngineError::Transfer { message }),
                    None => on_line(&line),
                }
            }
            Ok(())
        };
        self.within(TRANSFER_TIMEOUT, &request.call(), transfer).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_followed_by_layer() {
        let line = |text| serde_json::from_str::<Progress>(text).unwrap();
        let pushing =
            line(r#"{"status":"Pushing","progressDetail":{"current":512,"total":3072},"id":"69593048aa3a"}"#);
        let expected = LayerProgress {
            layer: "69593048aa3a".into(),
            status: "Pushing".into(),
            bytes: Some((512, 3072)),
        };
        assert_eq!(pushing.of_layer(), Some(expected));
        let done = line(r#"{"progressDetail":{},"aux":{"Tag":"1","Digest":"sha256:41","Size":527}}"#);
        assert_eq!((done.of_layer(), done.aux.unwrap().digest.as_deref()), (None, Some("sha256:41")));
        let about_all = line(r#"{"status":"The push refers to repository [10.0.0.1:5000/a]"}"#);
        assert_eq!(about_all.of_layer(), None);
    }

    #[test]
    fn an_image_without_names_is_read() {
        let image: Image = serde_json::from_str(
            r#"{"Id":"sha256:41","RepoTags":null,"RepoDigests":[],"Size":1979264,"Os":"linux","Architecture":"amd64"}"#,
        )
        .unwrap();
        assert_eq!((image.id.as_str(), image.size, image.repo_tags.len()), ("sha256:41", 1_979_264, 0));
    }
}
