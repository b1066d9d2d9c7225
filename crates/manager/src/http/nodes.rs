//! Nodes: listed, inspected, and what they did over time.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use swarmmanager_api::{ApiError, HistoryQuery, NodeDetail, NodeHistory, NodeList, Status};

use super::refusal::Refusal;
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
