//! The first account.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use swarmmanager_access::UserName;
use swarmmanager_api::{ApiError, Session, SetUp, SetUpLink, SwarmState, Welcome};
use swarmmanager_door::Origin;

use super::Refusal;
use super::sessions::{begun, visitor};
use crate::access::Caller;
use crate::http::access::Subject;
use crate::state::Manager;

/// Whether anybody has an account yet; anybody may ask.
#[utoipa::path(get, path = "/welcome", tag = "access", operation_id = "welcome", security(()),
    responses((status = 200, body = Welcome), (status = 503, body = ApiError)),
)]
pub(super) async fn welcome(State(manager): State<Manager>) -> Result<Json<Welcome>, Refusal> {
    Ok(Json(Welcome { set_up: manager.access.accounts()?.is_set_up(), swarm: SwarmState::Manager }))
}

/// Makes the first account, an admin's, with the token of the set-up link, and signs in.
#[utoipa::path(post, path = "/setup", tag = "access", operation_id = "setUp", request_body = SetUp, security(()),
    responses(
        (status = 201, body = Session), (status = 400, body = ApiError), (status = 403, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 429, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn set_up(
    State(manager): State<Manager>,
    origin: Option<Extension<Origin>>,
    headers: HeaderMap,
    body: Result<Json<SetUp>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(request) = body?;
    let visitor = visitor(origin, &headers)?;
    let user: UserName = request.user.parse()?;
    let signed_in = manager.access.set_up(&request.token, user, request.password, &visitor).await?;
    Ok((StatusCode::CREATED, begun(signed_in, origin)))
}

/// A new set-up link, in place of the one before; only over the Unix socket.
#[utoipa::path(post, path = "/setup-link", tag = "access", operation_id = "createSetUpLink",
    responses(
        (status = 201, body = SetUpLink), (status = 401, body = ApiError), (status = 403, body = ApiError),
        (status = 409, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn link(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
) -> Result<impl IntoResponse, Refusal> {
    if caller.address.is_some() {
        let message = "a set-up link is made on the manager's host only: swarm-manager user setup-link";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    let link = manager.access.set_up_link_for_root()?;
    let url = manager.host.url().map(|base| format!("{base}{}", link.path));
    let answer = SetUpLink { path: link.path, url, expires_unix_ms: link.expires_unix_ms };
    let subject = Subject { target: None, user: Some(caller.user) };
    Ok((StatusCode::CREATED, Extension(subject), Json(answer)))
}
