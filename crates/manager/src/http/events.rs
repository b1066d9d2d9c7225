//! What changes, as it changes: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum_extra::extract::{Query, QueryRejection};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use serde::Deserialize;
use swarmmanager_api::{ApiError, Decision, Event, EventTopic};
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::wrappers::{BroadcastStream, IntervalStream, WatchStream};
use utoipa::IntoParams;

use super::refusal::Refusal;
use crate::journal;
use crate::state::Manager;
use crate::views;

const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Decisions that are sent again to a client that was away.
const MOST_MISSED: u32 = 500;

/// Query of `GET /api/v1/events`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Follow {
    /// What to hear of; may stand several times.
    #[param(inline)]
    topic: Vec<EventTopic>,
    /// For the topic `node`: its id, a unique prefix of it, or its hostname.
    node: Option<String>,
}

/// Follows what changes. Each event's name is its topic and its data the JSON of the same name. Decisions carry their
/// id, so that a client that was away hears of those it missed.
#[utoipa::path(get, path = "/events", tag = "live", operation_id = "followEvents",
    params(Follow, ("Last-Event-ID" = Option<i64>, Header, description = "The last decision that the client heard of")),
    responses(
        (status = 200, body = Event, content_type = "text/event-stream"), (status = 400, body = ApiError),
        (status = 404, body = ApiError),
    ),
)]
pub(crate) async fn follow(
    State(manager): State<Manager>,
    headers: HeaderMap,
    query: Result<Query<Follow>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Refusal> {
    let Query(query) = query.map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    if query.topic.is_empty() {
        let message = "no topic: write ?topic= with nodes, node, services or decisions";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, message));
    }
    let mut streams: Vec<BoxStream<'static, Sent>> = Vec::new();
    for topic in query.topic {
        streams.push(match topic {
            EventTopic::Nodes => shared("nodes", manager.live.nodes()),
            EventTopic::Services => shared("services", manager.live.services()),
            EventTopic::Decisions => {
                let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
                decisions(&manager, last)?
            }
            EventTopic::Node => node(manager.clone(), query.node.clone())?,
        });
    }
    Ok(Sse::new(stream::select_all(streams).map(Ok)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// JSON that is made once for everybody who follows; whoever is slow gets the latest only.
fn shared(topic: &'static str, latest: crate::live::Latest) -> BoxStream<'static, Sent> {
    WatchStream::new(latest)
        .filter_map(move |json| async move { json.map(|json| Sent::default().event(topic).data(&*json)) })
        .boxed()
}

fn decisions(manager: &Manager, last: Option<i64>) -> Result<BoxStream<'static, Sent>, Refusal> {
    let news = BroadcastStream::new(manager.journal.follow()).filter_map(|decision| async move {
        match decision {
            Ok(decision) => Some(decided(&decision)),
            // The client reads them from the journal, knowing the id of its last.
            Err(BroadcastStreamRecvError::Lagged(_)) => None,
        }
    });
    let mut missed = match last {
        Some(id) => {
            let query = journal::Query { after: Some(id), limit: MOST_MISSED, ..journal::Query::default() };
            manager.journal.read(&query)?
        }
        None => Vec::new(),
    };
    missed.reverse();
    let missed: Vec<Sent> = missed.iter().map(decided).collect();
    Ok(stream::iter(missed).chain(news).boxed())
}

fn decided(decision: &Decision) -> Sent {
    let short = Decision { explanation: None, ..decision.clone() };
    Sent::default().event("decisions").id(decision.id.to_string()).data(json(&short))
}

fn node(manager: Manager, reference: Option<String>) -> Result<BoxStream<'static, Sent>, Refusal> {
    let reference = reference.ok_or_else(|| {
        Refusal::new(StatusCode::BAD_REQUEST, "topic node wants the parameter node: an id or a hostname")
    })?;
    if views::node_detail(&manager.view(), &reference).is_none() {
        return Err(Refusal::not_found("node", &reference));
    }
    let every_second = IntervalStream::new(tokio::time::interval(Duration::from_secs(1)));
    let details = every_second.filter_map(move |_| {
        let detail = views::node_detail(&manager.view(), &reference);
        async move { detail.map(|detail| Sent::default().event("node").data(json(&detail))) }
    });
    Ok(details.boxed())
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
