//! Signing in and out, and sessions.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use axum_extra::extract::CookieJar;
use swarmmanager_api::{ApiError, PasswordChange, Session, SessionList, SignIn};
use swarmmanager_door::Origin;

use super::{Refusal, cookie};
use crate::access::{Caller, SignedIn, Visitor};
use crate::clock::unix_ms;
use crate::http::access::Subject;
use crate::state::Manager;

/// Who asks.
#[utoipa::path(get, path = "/session", tag = "access", operation_id = "session",
    responses((status = 200, body = Session), (status = 401, body = ApiError), (status = 503, body = ApiError)),
)]
pub(super) async fn current(Extension(caller): Extension<Caller>) -> Json<Session> {
    Json(session(&caller))
}

/// Signs in; the answer sets the session's cookie.
#[utoipa::path(post, path = "/session", tag = "access", operation_id = "signIn", request_body = SignIn, security(()),
    responses(
        (status = 200, body = Session), (status = 400, body = ApiError), (status = 401, body = ApiError),
        (status = 403, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 429, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn sign_in(
    State(manager): State<Manager>,
    origin: Option<Extension<Origin>>,
    headers: HeaderMap,
    body: Result<Json<SignIn>, JsonRejection>,
) -> Result<impl IntoResponse, impl IntoResponse> {
    let Json(request) = body.map_err(|error| Refusal::from(error).into_response())?;
    let visitor = visitor(origin, &headers).map_err(IntoResponse::into_response)?;
    // Whoever types a password into the wrong field must not find it in the audit.
    let is_known = manager.access.accounts().is_ok_and(|accounts| accounts.user(&request.user).is_some());
    let target = is_known.then(|| request.user.clone());
    match manager.access.sign_in(&request.user, request.password, &visitor).await {
        Ok(signed_in) => Ok(begun(signed_in, origin)),
        Err(error) => Err((Extension(Subject { target, user: None }), Refusal::from(error)).into_response()),
    }
}

/// Signs out: ends the session and its cookie.
#[utoipa::path(delete, path = "/session", tag = "access", operation_id = "signOut",
    responses(
        (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError), (status = 500, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn sign_out(
    State(manager): State<Manager>,
    origin: Option<Extension<Origin>>,
    Extension(caller): Extension<Caller>,
) -> Result<impl IntoResponse, Refusal> {
    if let Some(session) = caller.session() {
        manager.access.sessions.end(session, None).map_err(crate::access::AccessError::from)?;
    }
    let is_secure = origin.is_some_and(|Extension(origin)| origin.is_secure);
    Ok((StatusCode::NO_CONTENT, CookieJar::new().add(cookie::gone(is_secure))))
}

/// Changes the caller's own password and ends all their sessions; the answer sets the cookie of a new one.
#[utoipa::path(post, path = "/session/password", tag = "access", operation_id = "changePassword", request_body = PasswordChange,
    responses(
        (status = 204), (status = 400, body = ApiError), (status = 401, body = ApiError), (status = 403, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 429, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn change_password(
    State(manager): State<Manager>,
    origin: Option<Extension<Origin>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Json<PasswordChange>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(request) = body?;
    let (Some(_), Some(address)) = (caller.session(), caller.address) else {
        let message = "only who signed in with a password can change it here; root sets anybody's: swarm-manager user update";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    };
    let access = &manager.access;
    let known = access.accounts()?.password(&caller.user).cloned();
    let wrong = |error| match error {
        crate::access::AccessError::WrongPassword => {
            Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "the current password is wrong")
        }
        other => Refusal::from(other),
    };
    access.check_password(&caller.user, known, request.current_password, address).await.map_err(wrong)?;
    let password = access.hash(request.new_password).await?;
    let visitor = visitor(origin, &headers)?;
    let change = access
        .store
        .change(|accounts| accounts.change_user(&caller.user, None, Some(password.clone()), unix_ms()));
    change.await?;
    access.sessions.end_all_of(&caller.user, None).map_err(crate::access::AccessError::from)?;
    let SignedIn { secret, lifetime_s, .. } = access.begin(&caller.user, &visitor)?;
    let is_secure = origin.is_some_and(|Extension(origin)| origin.is_secure);
    let cookie = cookie::with(secret.reveal(), is_secure, lifetime_s);
    Ok((StatusCode::NO_CONTENT, CookieJar::new().add(cookie)))
}

/// The caller's sessions at this manager; to an admin everybody's.
#[utoipa::path(get, path = "/sessions", tag = "access", operation_id = "listSessions",
    responses((status = 200, body = SessionList), (status = 401, body = ApiError), (status = 503, body = ApiError)),
)]
pub(super) async fn list(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<SessionList>, Refusal> {
    let settings = manager.access.settings();
    let open = manager.access.sessions.list(caller.scope(), settings, unix_ms());
    let open = open.map_err(crate::access::AccessError::from)?;
    let is_current = |id: &str| caller.session() == Some(id);
    let sessions = open.into_iter().map(|session| {
        let is_current = is_current(&session.id);
        session.info(settings, is_current)
    });
    Ok(Json(SessionList { sessions: sessions.collect() }))
}

/// Ends a session.
#[utoipa::path(delete, path = "/sessions/{session}", tag = "access", operation_id = "endSession",
    params(("session" = String, Path, description = "Its id")),
    responses(
        (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn end(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    Path(session): Path<String>,
) -> Result<StatusCode, Refusal> {
    let ended = manager.access.sessions.end(&session, caller.scope());
    if ended.map_err(crate::access::AccessError::from)? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::not_found("session", &session))
    }
}

/// Where somebody who is not known yet comes from.
pub(super) fn visitor(origin: Option<Extension<Origin>>, headers: &HeaderMap) -> Result<Visitor, Refusal> {
    let Some(Extension(origin)) = origin else {
        let message = "who comes over the Unix socket is root already; sign in over TCP";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    };
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(Visitor { address: origin.address, agent: agent.to_owned() })
}

/// The answer to somebody who was let in: who they are, and their cookie.
pub(super) fn begun(signed_in: SignedIn, origin: Option<Extension<Origin>>) -> impl IntoResponse {
    let SignedIn { caller, secret, lifetime_s } = signed_in;
    let is_secure = origin.is_some_and(|Extension(origin)| origin.is_secure);
    let cookie = cookie::with(secret.reveal(), is_secure, lifetime_s);
    let subject = Subject { target: None, user: Some(caller.user.clone()) };
    (Extension(subject), CookieJar::new().add(cookie), Json(session(&caller)))
}

fn session(caller: &Caller) -> Session {
    Session {
        user: caller.user.clone(),
        role: caller.role,
        via: caller.via(),
        address: caller.address.map(|address| address.to_string()),
        expires_unix_ms: caller.expires_unix_ms,
    }
}
