//! What the instances of a service write: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures_util::stream::{Stream, StreamExt};
use serde_json::json;
use swarmmanager_api::{ApiError, LogLine, LogQuery};
use swarmmanager_engine::LogOptions;

use super::access::while_let_in;
use super::refusal::Refusal;
use crate::access::Caller;
use crate::cluster::chain;
use crate::service_logs::{LogError, LogNews, LogReader};
use crate::state::Manager;
use crate::views;

const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Lines of each container where nobody says how many.
const DEFAULT_TAIL: u64 = 100;

/// What the instances write: an event `log` for each line, an event `error` with a `message` where lines cannot be had,
/// and, where nothing is followed or the service is gone, an event `end`.
#[utoipa::path(get, path = "/services/{service}/logs", tag = "services", operation_id = "serviceLogs",
    params(("service" = String, Path, description = "Name, or unique prefix of the id"), LogQuery),
    responses(
        (status = 200, body = LogLine, content_type = "text/event-stream"), (status = 400, body = ApiError),
        (status = 404, body = ApiError), (status = 422, body = ApiError), (status = 502, body = ApiError),
    ),
)]
pub(crate) async fn follow(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    Path(service): Path<String>,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Refusal> {
    let Query(query) = query?;
    let reader = LogReader {
        engine: manager.executor.engine().clone(),
        cluster: manager.cluster.clone(),
        service: views::service_name(&manager.view(), &service),
        instance: query.instance,
        options: LogOptions { follow: query.follow, tail: tail(&query)?, since_unix_ms: query.since_unix_ms },
    };
    let lines = if query.follow { reader.follow().await? } else { reader.read().await? };
    let events = while_let_in(lines.map(|news| sent(&news)), manager.access.clone(), caller);
    Ok(Sse::new(events.map(Ok)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

fn tail(query: &LogQuery) -> Result<Option<u64>, Refusal> {
    match query.tail.as_deref() {
        None => Ok(Some(DEFAULT_TAIL).filter(|_| query.since_unix_ms.is_none())),
        Some("all") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| {
            let message = format!("invalid tail {text:?}: write a number of lines, or all");
            Refusal::new(StatusCode::BAD_REQUEST, message)
        }),
    }
}

fn sent(news: &LogNews) -> Sent {
    match news {
        LogNews::Line(line) => Sent::default().event("log").data(json!(line).to_string()),
        LogNews::Error(message) => {
            Sent::default().event("error").data(json!({"message": message}).to_string())
        }
        LogNews::End => Sent::default().event("end").data("{}"),
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        let status = match &error {
            LogError::NoSuchService { .. } | LogError::NoSuchInstance { .. } => StatusCode::NOT_FOUND,
            LogError::TooMany { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            LogError::Open { .. } => StatusCode::BAD_GATEWAY,
        };
        Self::new(status, chain(&error))
    }
}
