//! The journal, read.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use swarmmanager_api::{Action, ApiError, Decision, DecisionList, Outcome};
use utoipa::IntoParams;

use super::refusal::Refusal;
use crate::journal;
use crate::state::Manager;

const DEFAULT_LIMIT: u32 = 100;
const MOST: u32 = 1000;

/// Query of `GET /api/v1/decisions`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionQuery {
    /// Only of this service.
    service: Option<String>,
    /// Only of this instance.
    instance: Option<u32>,
    /// Only those that chose this node: its id, a unique prefix of it, or its hostname.
    node: Option<String>,
    /// Only of this kind.
    #[param(inline)]
    action: Option<Action>,
    /// Only those that ended so.
    #[param(inline)]
    outcome: Option<Outcome>,
    /// Only those with a greater id.
    after: Option<i64>,
    /// Only those with a smaller id.
    before: Option<i64>,
    /// At most so many, 1000 at the most; 100 where absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// With the numbers that each was made from.
    #[serde(default)]
    explain: bool,
}

/// Decisions, newest first.
#[utoipa::path(get, path = "/decisions", tag = "decisions", operation_id = "listDecisions", params(DecisionQuery), responses(
    (status = 200, body = DecisionList), (status = 400, body = ApiError), (status = 503, body = ApiError),
))]
pub(crate) async fn list(
    State(manager): State<Manager>,
    query: Result<Query<DecisionQuery>, QueryRejection>,
) -> Result<Json<DecisionList>, Refusal> {
    let Query(query) = query?;
    // A node that left the Swarm is still in the journal, by its id.
    let view = manager.view();
    let node =
        query.node.map(|node| view.cluster.find_node(&node).map_or(node, |found| found.id.to_string()));
    let decisions = manager.host.journal.read(&journal::Query {
        service: query.service,
        instance: query.instance,
        node,
        action: query.action,
        outcome: query.outcome,
        after: query.after,
        before: query.before,
        limit: query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MOST),
        explained: query.explain,
    })?;
    Ok(Json(DecisionList { decisions }))
}

/// One decision with the numbers that it was made from.
#[utoipa::path(get, path = "/decisions/{id}", tag = "decisions", operation_id = "inspectDecision",
    params(("id" = i64, Path, description = "The decision's id")),
    responses((status = 200, body = Decision), (status = 404, body = ApiError), (status = 503, body = ApiError)),
)]
pub(crate) async fn inspect(
    State(manager): State<Manager>,
    Path(id): Path<String>,
) -> Result<Json<Decision>, Refusal> {
    let found = id.parse().map_or(Ok(None), |id| manager.host.journal.entry(id))?;
    found.map(Json).ok_or_else(|| Refusal::not_found("decision", &id))
}
