//! Errors as the API says them: a status, and a sentence for the person who reads it.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use swarmmanager_api::ApiError;
use swarmmanager_engine::EngineError;

use crate::cluster::chain;
use crate::executor::ExecuteError;
use crate::journal::JournalError;

/// What a handler answers when it refuses.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: ApiError,
    retry_after_s: Option<i64>,
}

/// What a refusal said: an extension of its answer, for those that the answer passes on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Said(pub(crate) Arc<str>);

impl Refusal {
    /// A refusal in these words.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, error: ApiError { message: message.into(), done: None }, retry_after_s: None }
    }

    /// Says when to try again.
    pub(crate) fn retry_after(self, seconds: i64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// Nothing has that name.
    pub(crate) fn not_found(kind: &str, name: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("no such {kind}: {name}"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let said = Said(self.error.message.as_str().into());
        let mut response = (self.status, Extension(said), Json(self.error)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<ExecuteError> for Refusal {
    fn from(error: ExecuteError) -> Self {
        let status = match &error {
            ExecuteError::Invalid(_)
            | ExecuteError::NotScalable { .. }
            | ExecuteError::NothingToChoose
            | ExecuteError::NoSuchReference { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ExecuteError::NotLeading { .. }
            | ExecuteError::Exists { .. }
            | ExecuteError::NameTaken { .. }
            | ExecuteError::BeingRemoved { .. }
            | ExecuteError::NoPrevious { .. }
            | ExecuteError::Quorum { .. }
            | ExecuteError::Moving { .. }
            | ExecuteError::AnchorMissing { .. } => StatusCode::CONFLICT,
            ExecuteError::NoSuchService { .. } | ExecuteError::NoSuchNode { .. } => StatusCode::NOT_FOUND,
            ExecuteError::OwnService { .. } => StatusCode::FORBIDDEN,
            ExecuteError::ReadSwarm(_) | ExecuteError::Journal(_) => StatusCode::SERVICE_UNAVAILABLE,
            ExecuteError::Create { source, .. }
            | ExecuteError::Intent { source, .. }
            | ExecuteError::Instance { source, .. }
            | ExecuteError::Node { source, .. }
            | ExecuteError::Remove { source, .. } => refused_by_swarm(source),
        };
        Self::new(status, chain(&error))
    }
}

/// What Swarm itself refused is the request's fault; anything else is not.
fn refused_by_swarm(error: &EngineError) -> StatusCode {
    match error {
        EngineError::Refused { status, .. } if (400..500).contains(status) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        EngineError::OutOfSequence => StatusCode::CONFLICT,
        _ => StatusCode::BAD_GATEWAY,
    }
}

impl From<JournalError> for Refusal {
    fn from(error: JournalError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, chain(&error))
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}
