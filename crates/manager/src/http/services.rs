//! Services: listed, created, scaled, removed; and what a creation would do.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::json;
use swarmmanager_api::{
    ApiError, PlacementPreview, Removed, ScaleRequest, ServiceCreate, ServiceDetail, ServiceList,
    ServiceUpdate,
};
use swarmmanager_engine::RegistryAuth;
use utoipa::IntoParams;

use super::access::Subject;
use super::refusal::Refusal;
use crate::access::Caller;
use crate::executor::ExecuteError;
use crate::service;
use crate::state::Manager;
use crate::views;

/// Carries the registry's credentials as Docker's own API does; never logged.
const REGISTRY_AUTH: &str = "x-registry-auth";

/// Every service that SwarmManager keeps.
#[utoipa::path(get, path = "/services", tag = "services", operation_id = "listServices", responses((status = 200, body = ServiceList)))]
pub(crate) async fn list(State(manager): State<Manager>) -> Json<ServiceList> {
    Json(views::service_list(&manager.view()))
}

/// One service, by name or by a prefix of its id.
#[utoipa::path(get, path = "/services/{service}", tag = "services", operation_id = "inspectService",
    params(("service" = String, Path, description = "Name, or unique prefix of the id")),
    responses((status = 200, body = ServiceDetail), (status = 404, body = ApiError)),
)]
pub(crate) async fn inspect(
    State(manager): State<Manager>,
    Path(service): Path<String>,
) -> Result<Json<ServiceDetail>, Refusal> {
    let found = views::service_detail(&manager.view(), &service);
    found.map(Json).ok_or_else(|| Refusal::not_found("service", &service))
}

/// Creates a service; answers when Swarm has all of it.
#[utoipa::path(post, path = "/services", tag = "services", operation_id = "createService", request_body = ServiceCreate,
    params(("X-Registry-Auth" = Option<String>, Header, description = "Credentials of the image's registry, as Docker's API takes them")),
    responses(
        (status = 201, body = ServiceDetail), (status = 400, body = ApiError), (status = 409, body = ApiError),
        (status = 415, body = ApiError), (status = 422, body = ApiError), (status = 502, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(crate) async fn create(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Json<ServiceCreate>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(request) = body?;
    let auth = registry_auth(&headers)?;
    let name = request.name.clone();
    // Spawned, so that a client that goes away does not stop it half-way.
    let executor = manager.executor.clone();
    let change = async move { executor.create(&request, auth.as_ref(), Some(&caller.user)).await };
    let created = match manager.run(change).await {
        Ok(()) => manager.fresh_service(&name).await,
        Err(refusal) => Err(refusal),
    };
    // For the audit, also where it was refused.
    let subject = Subject { target: Some(name), user: None };
    Ok((Extension(subject), created.map(|service| (StatusCode::CREATED, Json(service)))))
}

/// Changes how many instances a service has; answers when Swarm has it.
#[utoipa::path(post, path = "/services/{service}/scale", tag = "services", operation_id = "scaleService", request_body = ScaleRequest,
    params(("service" = String, Path, description = "Name, or unique prefix of the id")),
    responses(
        (status = 200, body = ServiceDetail), (status = 400, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(crate) async fn scale(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    Path(service): Path<String>,
    body: Result<Json<ScaleRequest>, JsonRejection>,
) -> Result<Json<ServiceDetail>, Refusal> {
    let Json(request) = body?;
    let name = views::service_name(&manager.view(), &service);
    let executor = manager.executor.clone();
    let scaled = name.clone();
    manager.run(async move { executor.scale(&scaled, request.replicas, Some(&caller.user)).await }).await?;
    Ok(Json(manager.fresh_service(&name).await?))
}

/// Changes a service; answers when Swarm has what is wanted and the first instance has it. The others follow one after
/// the other. An instance stays on its node as long as that fits what is wanted.
#[utoipa::path(patch, path = "/services/{service}", tag = "services", operation_id = "updateService", request_body = ServiceUpdate,
    params(
        ("service" = String, Path, description = "Name, or unique prefix of the id"),
        ("X-Registry-Auth" = Option<String>, Header, description = "Credentials of the image's registry, as Docker's API takes them"),
    ),
    responses(
        (status = 200, body = ServiceDetail), (status = 400, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(crate) async fn update(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    Path(service): Path<String>,
    headers: HeaderMap,
    body: Result<Json<ServiceUpdate>, JsonRejection>,
) -> Result<Json<ServiceDetail>, Refusal> {
    let Json(request) = body?;
    let auth = registry_auth(&headers)?;
    let name = views::service_name(&manager.view(), &service);
    let executor = manager.executor.clone();
    let updated = name.clone();
    let change = async move { executor.update(&updated, &request, auth.as_ref(), Some(&caller.user)).await };
    manager.run(change).await?;
    Ok(Json(manager.fresh_service(&name).await?))
}

/// Puts a service back to what it was before its last update; answers as an update does.
#[utoipa::path(post, path = "/services/{service}/rollback", tag = "services", operation_id = "rollbackService",
    params(("service" = String, Path, description = "Name, or unique prefix of the id")),
    responses(
        (status = 200, body = ServiceDetail), (status = 404, body = ApiError), (status = 409, body = ApiError),
        (status = 422, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(crate) async fn rollback(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    Path(service): Path<String>,
) -> Result<Json<ServiceDetail>, Refusal> {
    let name = views::service_name(&manager.view(), &service);
    let executor = manager.executor.clone();
    let changed = name.clone();
    manager.run(async move { executor.rollback(&changed, Some(&caller.user)).await }).await?;
    Ok(Json(manager.fresh_service(&name).await?))
}

/// Removes a service with all of its instances; answers when Swarm has removed them.
#[utoipa::path(delete, path = "/services/{service}", tag = "services", operation_id = "removeService",
    params(("service" = String, Path, description = "Name, or unique prefix of the id")),
    responses(
        (status = 200, body = Removed), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(crate) async fn remove(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    Path(service): Path<String>,
) -> Result<Json<Removed>, Refusal> {
    let name = views::service_name(&manager.view(), &service);
    let executor = manager.executor.clone();
    let removed = name.clone();
    let instances = manager.run(async move { executor.remove(&removed, Some(&caller.user)).await }).await?;
    Ok(Json(Removed { name, instances }))
}

/// Query of `POST /api/v1/placements/preview`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewQuery {
    /// The policy to ask, such as `spread`; the one that instances are placed by where absent.
    policy: Option<String>,
}

/// Where the instances of such a service would go; nothing is done.
#[utoipa::path(post, path = "/placements/preview", tag = "services", operation_id = "previewPlacement", params(PreviewQuery),
    request_body = ServiceCreate,
    responses(
        (status = 200, body = PlacementPreview), (status = 400, body = ApiError), (status = 415, body = ApiError),
        (status = 422, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(crate) async fn preview(
    State(manager): State<Manager>,
    query: Result<Query<PreviewQuery>, QueryRejection>,
    body: Result<Json<ServiceCreate>, JsonRejection>,
) -> Result<Json<PlacementPreview>, Refusal> {
    let Json(request) = body?;
    let Query(query) = query?;
    let policy =
        query.policy.as_deref().map(service::asked_policy).transpose().map_err(ExecuteError::Invalid)?;
    let asked = policy.as_ref().map_or(manager.executor.policy(), |policy| policy.name());
    let placement = manager.executor.preview(&request, policy.as_deref()).await?;
    let decisions = placement.decisions.iter().map(|decision| json!(decision)).collect();
    Ok(Json(PlacementPreview { policy: asked.to_owned(), decisions }))
}

pub(super) fn registry_auth(headers: &HeaderMap) -> Result<Option<RegistryAuth>, Refusal> {
    let Some(header) = headers.get(REGISTRY_AUTH) else { return Ok(None) };
    let invalid = || {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "invalid X-Registry-Auth: it is not the base64url-encoded JSON that Docker's API takes",
        )
    };
    let text = header.to_str().map_err(|_| invalid())?;
    RegistryAuth::from_header(text).map(Some).map_err(|_| invalid())
}
