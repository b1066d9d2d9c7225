//! Users and settings.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use swarmmanager_access::UserName;
use swarmmanager_api::{ApiError, Settings, User, UserCreate, UserList, UserUpdate};

use super::Refusal;
use crate::access::{AccessError, Caller};
use crate::clock::unix_ms;
use crate::http::access::Subject;
use crate::state::Manager;

/// Every user.
#[utoipa::path(get, path = "/users", tag = "access", operation_id = "listUsers",
    responses(
        (status = 200, body = UserList), (status = 401, body = ApiError), (status = 403, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn list(State(manager): State<Manager>) -> Result<Json<UserList>, Refusal> {
    Ok(Json(UserList { users: manager.access.accounts()?.users() }))
}

/// Makes an account.
#[utoipa::path(post, path = "/users", tag = "access", operation_id = "createUser", request_body = UserCreate,
    responses(
        (status = 201, body = User), (status = 400, body = ApiError), (status = 401, body = ApiError),
        (status = 403, body = ApiError), (status = 409, body = ApiError), (status = 415, body = ApiError),
        (status = 422, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn create(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<UserCreate>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(request) = body?;
    let name: UserName = request.name.parse()?;
    let password = manager.access.hash(request.password).await?;
    let add = manager
        .access
        .store
        .change(|accounts| accounts.add_user(name.clone(), password.clone(), request.role, unix_ms()));
    add.await?;
    let subject = Subject { target: Some(name.to_string()), user: Some(caller.user) };
    Ok((StatusCode::CREATED, Extension(subject), Json(user(&manager, name.as_str())?)))
}

/// Gives a user another role or another password, which ends their sessions.
#[utoipa::path(patch, path = "/users/{user}", tag = "access", operation_id = "updateUser", request_body = UserUpdate,
    params(("user" = String, Path, description = "Name")),
    responses(
        (status = 200, body = User), (status = 400, body = ApiError), (status = 401, body = ApiError),
        (status = 403, body = ApiError), (status = 404, body = ApiError), (status = 409, body = ApiError),
        (status = 415, body = ApiError), (status = 422, body = ApiError), (status = 502, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn update(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    body: Result<Json<UserUpdate>, JsonRejection>,
) -> Result<Json<User>, Refusal> {
    let Json(request) = body?;
    let access = &manager.access;
    let password = match request.password {
        Some(password) => Some(access.hash(password).await?),
        None => None,
    };
    let is_new_password = password.is_some();
    access
        .store
        .change(|accounts| accounts.change_user(&name, request.role, password.clone(), unix_ms()))
        .await?;
    if is_new_password {
        access.sessions.end_all_of(&name, caller.session()).map_err(AccessError::from)?;
    }
    Ok(Json(user(&manager, &name)?))
}

/// Removes a user with their tokens and sessions.
#[utoipa::path(delete, path = "/users/{user}", tag = "access", operation_id = "removeUser",
    params(("user" = String, Path, description = "Name")),
    responses(
        (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn remove(
    State(manager): State<Manager>,
    Path(name): Path<String>,
) -> Result<StatusCode, Refusal> {
    manager.access.store.change(|accounts| accounts.remove_user(&name)).await?;
    manager.access.sessions.end_all_of(&name, None).map_err(AccessError::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The settings.
#[utoipa::path(get, path = "/settings", tag = "access", operation_id = "settings",
    responses((status = 200, body = Settings), (status = 401, body = ApiError), (status = 503, body = ApiError)),
)]
pub(super) async fn settings(State(manager): State<Manager>) -> Result<Json<Settings>, Refusal> {
    Ok(Json(manager.access.accounts()?.settings()))
}

/// Replaces the settings.
#[utoipa::path(put, path = "/settings", tag = "access", operation_id = "updateSettings", request_body = Settings,
    responses(
        (status = 200, body = Settings), (status = 400, body = ApiError), (status = 401, body = ApiError),
        (status = 403, body = ApiError), (status = 409, body = ApiError), (status = 415, body = ApiError),
        (status = 422, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn set_settings(
    State(manager): State<Manager>,
    body: Result<Json<Settings>, JsonRejection>,
) -> Result<Json<Settings>, Refusal> {
    let Json(settings) = body?;
    manager.access.store.change(|accounts| accounts.set_settings(settings)).await?;
    Ok(Json(settings))
}

fn user(manager: &Manager, name: &str) -> Result<User, Refusal> {
    manager.access.accounts()?.user(name).ok_or_else(|| Refusal::not_found("user", name))
}
