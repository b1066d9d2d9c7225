//! The gate that every request passes: who asks, from where, and whether they may.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use swarmmanager_api::UserRole;
use swarmmanager_door::Origin;

use super::rules::{Need, needed};
use super::{cookie, same_site};
use crate::access::Caller;
use crate::http::refusal::Refusal;
use crate::state::Manager;

const BEARER: &str = "Bearer ";

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entrance {
    /// Over the Unix socket, which only root may open.
    Socket,
    /// Over TCP.
    Door(Origin),
}

/// Lets a request through with its [`Caller`] as an extension, or refuses it.
pub(in crate::http) async fn admit(
    State(manager): State<Manager>,
    mut request: Request,
    next: Next,
) -> Response {
    match caller(&manager, &request) {
        Ok(None) => {}
        Ok(Some((caller, role))) => {
            if caller.role < role {
                request.extensions_mut().insert(Denied(too_low(&caller, role)));
            }
            request.extensions_mut().insert(caller);
        }
        Err(refusal) => return refusal.into_response(),
    }
    next.run(request).await
}

/// The refusal of a caller who is known and may not: an extension of the request, so that it is recorded.
#[derive(Debug, Clone)]
pub(super) struct Denied(pub(super) Refusal);

fn too_low(caller: &Caller, role: UserRole) -> Refusal {
    let message =
        format!("{} may not do this: it takes the role {role}, and theirs is {}", caller.user, caller.role);
    Refusal::new(StatusCode::FORBIDDEN, message)
}

/// Who asks and the role that it takes, where anybody has to be known for it.
fn caller(manager: &Manager, request: &Request) -> Result<Option<(Caller, UserRole)>, Refusal> {
    // Without a route there is nothing to protect, and only the console's page to show.
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let need = path.map_or(Need::Nobody, |path| needed(request.method(), path));
    let origin = match entrance(request)? {
        Entrance::Socket => return Ok(Some((Caller::root(), UserRole::Viewer))),
        Entrance::Door(origin) => origin,
    };
    let jar = CookieJar::from_headers(request.headers());
    let cookie = cookie::secret(&jar, origin.is_secure);
    // Links from elsewhere may lead to the console's page, which by itself does nothing.
    if path.is_some_and(|path| path.starts_with("/api/")) {
        same_site::check(request, origin.is_secure, cookie.is_some())?;
    }
    let Need::Role(role) = need else { return Ok(None) };
    let caller = match bearer(request.headers())? {
        Some(token) => manager.access.by_token(token, origin.address),
        None => cookie.map_or(Ok(None), |secret| manager.access.by_session(secret, origin.address)),
    };
    Ok(Some((caller?.ok_or_else(unknown)?, role)))
}

/// How a request came in; one that does not say is not served.
pub(in crate::http) fn entrance(request: &Request) -> Result<Entrance, Refusal> {
    let extensions = request.extensions();
    let door = || extensions.get::<Origin>().copied().map(Entrance::Door);
    extensions.get::<Entrance>().copied().or_else(door).ok_or_else(unknown)
}

/// The API token in `Authorization`.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.strip_prefix(BEARER));
    token.map(|token| Some(token.trim())).ok_or_else(|| {
        Refusal::new(StatusCode::UNAUTHORIZED, "invalid Authorization: write 'Bearer' and an API token")
    })
}

fn unknown() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "sign in, or send an API token")
}

/// Whether a request asks for a change.
pub(super) fn changes(method: &Method, path: &str) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) && path != "/api/v1/placements/preview"
}
