//! The audit, read.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use swarmmanager_api::{ApiError, AuditList};
use utoipa::IntoParams;

use super::Refusal;
use crate::audit;
use crate::state::Manager;

const DEFAULT_LIMIT: u32 = 100;
const MOST: u32 = 1000;

/// Query of `GET /api/v1/audit`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditQuery {
    /// Only those with a smaller id.
    before: Option<i64>,
    /// Only what this user asked for.
    user: Option<String>,
    /// At most so many, 1000 at the most; 100 where absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// What was asked to be changed at this manager, newest first.
#[utoipa::path(get, path = "/audit", tag = "access", operation_id = "listAudit", params(AuditQuery),
    responses(
        (status = 200, body = AuditList), (status = 400, body = ApiError), (status = 401, body = ApiError),
        (status = 403, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn list(
    State(manager): State<Manager>,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditList>, Refusal> {
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MOST);
    let query = audit::AuditQuery { before: query.before, user: query.user, limit };
    Ok(Json(AuditList { entries: manager.host.audit.read(&query)? }))
}
