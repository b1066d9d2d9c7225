//! The journal, read.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use swarmmanager_api::{ApiError, Decision, DecisionList};
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
    /// Only those with a greater id.
    after: Option<i64>,
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
    let wanted = journal::Query {
        service: query.service,
        instance: query.instance,
        after: query.after,
        limit: query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MOST),
    };
    let mut decisions = manager.journal.read(&wanted)?;
    if !query.explain {
        decisions.iter_mut().for_each(|decision| decision.explanation = None);
    }
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
    let found = id.parse().map_or(Ok(None), |id| manager.journal.entry(id))?;
    found.map(Json).ok_or_else(|| Refusal::not_found("decision", &id))
}
