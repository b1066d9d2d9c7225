//! Images of this manager's node, and how they get elsewhere.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use swarmmanager_api::{ApiError, Image, ImageList, ImagePush, Job};
use swarmmanager_engine::{self as engine, EngineError};

use super::joining::begun;
use super::refusal::Refusal;
use super::services::registry_auth;
use super::swarm::unread;
use crate::access::Caller;
use crate::cluster::chain;
use crate::host::Host;
use crate::images::{self, DistributeError};
use crate::state::Manager;

const NONE: &str = "<none>";

/// The images of this manager's node.
#[utoipa::path(get, path = "/images", tag = "images", operation_id = "listImages",
    responses((status = 200, body = ImageList), (status = 503, body = ApiError)),
)]
pub(super) async fn list(State(host): State<Host>) -> Result<Json<ImageList>, Refusal> {
    let mut all = host.engine.images().await.map_err(|error| unread(&error))?;
    all.sort_by_key(|image| std::cmp::Reverse(image.created_unix_s));
    Ok(Json(ImageList { images: all.iter().flat_map(named).collect() }))
}

/// Sends an image of this manager's node to a registry, or straight to nodes over SSH.
#[utoipa::path(post, path = "/images/push", tag = "images", operation_id = "pushImage", request_body = ImagePush,
    params(("X-Registry-Auth" = Option<String>, Header, description = "Credentials of the registry, as Docker's API takes them")),
    responses(
        (status = 202, body = Job), (status = 400, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn push(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Json<ImagePush>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(request) = body?;
    let auth = registry_auth(&headers)?;
    let about = std::slice::from_ref(&request.reference);
    let job = match &request.to_nodes {
        Some(nodes) => images::distribute(&manager, &request.reference, nodes, &caller.user).await?,
        None => {
            let host = &manager.host;
            let begun = images::push(&host.engine, &host.jobs, &request, auth, &caller.user).await;
            begun.map_err(|error| refused(&error))?
        }
    };
    Ok(begun(job, about).into_response())
}

/// An image under each of its names.
fn named(image: &engine::Image) -> Vec<Image> {
    let digest_of = |repository: &str| {
        let own = image.repo_digests.iter().filter_map(|digest| digest.split_once('@'));
        own.into_iter().find(|(name, _)| *name == repository).map(|(_, digest)| digest.to_owned())
    };
    let shown = |repository: &str, tag: &str| Image {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        id: image.id.clone(),
        digest: digest_of(repository),
        created_unix_ms: image.created_unix_s.unwrap_or_default().saturating_mul(1000),
        size_bytes: image.size,
    };
    let tags = image.repo_tags.iter().filter(|tag| !tag.starts_with(NONE));
    let mut named: Vec<Image> =
        tags.filter_map(|tag| tag.rsplit_once(':')).map(|(name, tag)| shown(name, tag)).collect();
    if named.is_empty() {
        let repository = image.repo_digests.iter().find_map(|digest| digest.split_once('@'));
        named.push(shown(repository.map_or(NONE, |(name, _)| name), NONE));
    }
    named
}

fn refused(error: &EngineError) -> Refusal {
    match error {
        EngineError::NotFound { message } => Refusal::new(axum::http::StatusCode::NOT_FOUND, message.clone()),
        EngineError::InvalidImage { .. } => {
            Refusal::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, chain(error))
        }
        error => super::swarm::refused(error),
    }
}

impl From<DistributeError> for Refusal {
    fn from(error: DistributeError) -> Self {
        match error {
            DistributeError::Swarm(error) => error.into(),
            DistributeError::Image(error) => refused(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_listed_under_each_of_its_names() {
        let image = engine::Image {
            id: "sha256:41".into(),
            repo_tags: vec!["r.example:5000/web:1".into(), "web:latest".into()],
            repo_digests: vec!["r.example:5000/web@sha256:42".into()],
            size: 5,
            os: String::new(),
            architecture: String::new(),
            created_unix_s: Some(7),
            root: engine::RootFs::default(),
        };
        let listed = named(&image);
        assert_eq!((listed[0].repository.as_str(), listed[0].tag.as_str()), ("r.example:5000/web", "1"));
        assert_eq!(listed[0].digest.as_deref(), Some("sha256:42"));
        assert_eq!((listed[1].repository.as_str(), listed[1].digest.as_deref()), ("web", None));
        assert_eq!(listed[0].created_unix_ms, 7000);
        let dangling =
            engine::Image { repo_tags: vec!["<none>:<none>".into()], repo_digests: Vec::new(), ..image };
        let listed = named(&dangling);
        assert_eq!((listed[0].repository.as_str(), listed[0].tag.as_str()), ("<none>", "<none>"));
    }
}
