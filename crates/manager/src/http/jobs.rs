//! Long operations: listed, inspected, broken off.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use swarmmanager_api::{ApiError, Job, JobKind, JobList, UserRole};

use super::refusal::Refusal;
use crate::access::Caller;
use crate::jobs::{CancelError, Jobs};

/// The jobs that run, and the last that ended.
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "listJobs", responses((status = 200, body = JobList)))]
pub(crate) async fn list(State(jobs): State<Jobs>) -> Json<JobList> {
    Json(jobs.list())
}

/// One job.
#[utoipa::path(get, path = "/jobs/{job}", tag = "jobs", operation_id = "inspectJob",
    params(("job" = String, Path, description = "The job's id")),
    responses((status = 200, body = Job), (status = 404, body = ApiError)),
)]
pub(crate) async fn inspect(State(jobs): State<Jobs>, Path(job): Path<String>) -> Result<Json<Job>, Refusal> {
    jobs.get(&job).map(Json).ok_or_else(|| Refusal::not_found("job", &job))
}

/// Breaks a job off where it is; answers with what had been done.
#[utoipa::path(post, path = "/jobs/{job}/cancel", tag = "jobs", operation_id = "cancelJob",
    params(("job" = String, Path, description = "The job's id")),
    responses(
        (status = 200, body = Job), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError),
    ),
)]
pub(crate) async fn cancel(
    State(jobs): State<Jobs>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<Job>, Refusal> {
    let job = jobs.get(&id).ok_or_else(|| Refusal::not_found("job", &id))?;
    if caller.role < needed(job.kind) {
        let message = format!("job {id} is an admin's; theirs is the role {}", caller.role);
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    Ok(Json(jobs.cancel(&id).await?))
}

/// Who may begin a job of that kind, and so break it off.
fn needed(kind: JobKind) -> UserRole {
    match kind {
        JobKind::Join | JobKind::Remove | JobKind::Destroy => UserRole::Admin,
        JobKind::Drain | JobKind::Push | JobKind::Distribute => UserRole::Operator,
    }
}

impl From<CancelError> for Refusal {
    fn from(error: CancelError) -> Self {
        let status = match &error {
            CancelError::NoSuchJob(_) => StatusCode::NOT_FOUND,
            CancelError::Over(_) => StatusCode::CONFLICT,
        };
        Self::new(status, error.to_string())
    }
}
