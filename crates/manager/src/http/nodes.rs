//! Nodes: listed, inspected, and what they did over time.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use swarmmanager_api::{
    ApiError, ContainerHistoryList, HistoryQuery, NodeDetail, NodeHistory, NodeList, NodeUpdate, Status,
};

use super::refusal::Refusal;
use crate::executor::ExecuteError;
use crate::service::check_users_labels;
use crate::state::Manager;
use crate::views;

/// How the manager itself is.
#[utoipa::path(get, path = "/status", tag = "status", operation_id = "status", responses((status = 200, body = Status)))]
pub(crate) async fn status(State(manager): State<Manager>) -> Json<Status> {
    Json(manager.status())
}

/// Every node of the Swarm with its latest reading.
#[utoipa::path(get, path = "/nodes", tag = "nodes", operation_id = "listNodes", responses((status = 200, body = NodeList)))]
pub(crate) async fn list(State(manager): State<Manager>) -> Json<NodeList> {
    Json(views::node_list(&manager.view()))
}

/// One node with its containers.
#[utoipa::path(get, path = "/nodes/{node}", tag = "nodes", operation_id = "inspectNode",
    params(("node" = String, Path, description = "Id, unique prefix of it, or hostname")),
    responses((status = 200, body = NodeDetail), (status = 404, body = ApiError)),
)]
pub(crate) async fn inspect(
    State(manager): State<Manager>,
    Path(node): Path<String>,
) -> Result<Json<NodeDetail>, Refusal> {
    let found = views::node_detail(&manager.view(), &node);
    found.map(Json).ok_or_else(|| Refusal::not_found("node", &node))
}

/// What a node did over the last 10 minutes or 24 hours.
#[utoipa::path(get, path = "/nodes/{node}/history", tag = "nodes", operation_id = "nodeHistory",
    params(("node" = String, Path, description = "Id, unique prefix of it, or hostname"), HistoryQuery),
    responses((status = 200, body = NodeHistory), (status = 400, body = ApiError), (status = 404, body = ApiError)),
)]
pub(crate) async fn history(
    State(manager): State<Manager>,
    Path(node): Path<String>,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Result<Json<NodeHistory>, Refusal> {
    let Query(query) = query?;
    let found = views::node_history(&manager.view(), &node, query.resolution);
    found.map(Json).ok_or_else(|| Refusal::not_found("node", &node))
}

/// What each of a node's containers did over the last minute.
#[utoipa::path(get, path = "/nodes/{node}/containers/history", tag = "nodes", operation_id = "nodeContainersHistory",
    params(("node" = String, Path, description = "Id, unique prefix of it, or hostname")),
    responses((status = 200, body = ContainerHistoryList), (status = 404, body = ApiError)),
)]
pub(crate) async fn containers_history(
    State(manager): State<Manager>,
    Path(node): Path<String>,
) -> Result<Json<ContainerHistoryList>, Refusal> {
    let found = views::containers_history(&manager.view(), &node);
    found.map(Json).ok_or_else(|| Refusal::not_found("node", &node))
}

/// Changes a node; answers when Swarm has it. Refused where it would lose the managers' quorum.
#[utoipa::path(patch, path = "/nodes/{node}", tag = "nodes", operation_id = "updateNode", request_body = NodeUpdate,
    params(("node" = String, Path, description = "Id, unique prefix of it, or hostname")),
    responses(
        (status = 200, body = NodeDetail), (status = 400, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(crate) async fn update(
    State(manager): State<Manager>,
    Path(node): Path<String>,
    body: Result<Json<NodeUpdate>, JsonRejection>,
) -> Result<Json<NodeDetail>, Refusal> {
    let Json(request) = body?;
    let added = request.labels_add.iter().map(|(key, value)| (key, Some(value)));
    let removed = request.labels_remove.iter().map(|key| (key, None));
    check_users_labels(added.chain(removed)).map_err(ExecuteError::Invalid)?;
    let executor = manager.executor.clone();
    let changed = node.clone();
    manager.run(async move { executor.update_node(&changed, &request).await }).await?;
    Ok(Json(manager.fresh_node(&node).await?))
}
