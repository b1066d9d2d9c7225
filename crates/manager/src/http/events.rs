//! What changes, as it changes: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum_extra::extract::{Query, QueryRejection};
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use serde::{Deserialize, Serialize};
use swarmmanager_api::{ApiError, Decision, Event, EventTopic};
use tokio_stream::wrappers::WatchStream;
use utoipa::IntoParams;

use super::access::while_let_in;
use super::refusal::Refusal;
use crate::access::Caller;
use crate::journal::Feed;
use crate::live::{Frame, Subject};
use crate::state::Manager;
use crate::views;

const KEEP_ALIVE: Duration = Duration::from_secs(10);

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
    /// For the topic `service`: its name, or a unique prefix of its id.
    service: Option<String>,
    /// For the topic `job`: its id.
    job: Option<String>,
    /// For the topic `decisions`: begin with the one after this id. A `Last-Event-ID` goes before it.
    after: Option<i64>,
}

/// Follows what changes. Each event's name is its topic (the topic `fleet` has `readings` as well) and its data the JSON
/// of the same name. Decisions carry their id, so that a client that was away hears of those it missed. Whoever is too
/// slow for the rest hears the latest only.
#[utoipa::path(get, path = "/events", tag = "live", operation_id = "followEvents",
    params(Follow, ("Last-Event-ID" = Option<i64>, Header, description = "The last decision that the client heard of")),
    responses(
        (status = 200, body = Event, content_type = "text/event-stream"), (status = 400, body = ApiError),
        (status = 404, body = ApiError),
    ),
)]
pub(crate) async fn follow(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    query: Result<Query<Follow>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Refusal> {
    let Query(query) = query.map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, error.body_text()))?;
    if query.topic.is_empty() {
        let message =
            "no topic: write ?topic= with fleet, nodes, node, services, service, decisions, jobs or job";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, message));
    }
    let mut streams: Vec<BoxStream<'static, Sent>> = Vec::new();
    for topic in &query.topic {
        streams.push(match topic {
            EventTopic::Fleet => shared("fleet", &manager, Subject::Fleet),
            EventTopic::Nodes => shared("nodes", &manager, Subject::Nodes),
            EventTopic::Services => shared("services", &manager, Subject::Services),
            EventTopic::Node => shared("node", &manager, node(&manager, query.node.as_deref())?),
            EventTopic::Service => shared("service", &manager, service(&manager, query.service.as_deref())?),
            EventTopic::Jobs => manager.host.jobs.follow_all().map(|list| job("jobs", &list)).boxed(),
            EventTopic::Job => {
                let id = query.job.as_deref().ok_or_else(|| {
                    Refusal::new(StatusCode::BAD_REQUEST, "topic job wants the parameter job: a job's id")
                })?;
                let told = manager.host.jobs.follow(id).ok_or_else(|| Refusal::not_found("job", id))?;
                told.map(|latest| job("job", &latest)).boxed()
            }
            EventTopic::Decisions => {
                let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
                let feed = Feed::new(&manager.host.journal, last.or(query.after))?;
                feed.stream().map(|decision| decided(&decision)).boxed()
            }
        });
    }
    let events = while_let_in(stream::select_all(streams), manager.access.clone(), caller);
    Ok(Sse::new(events.map(Ok)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// JSON that is made once for everybody who follows; whoever is slow gets the latest only.
fn shared(topic: &'static str, manager: &Manager, subject: Subject) -> BoxStream<'static, Sent> {
    let mut told = None;
    let frames = WatchStream::new(manager.live.follow(subject)).filter_map(std::future::ready);
    frames.flat_map(move |frame| stream::iter(events(topic, &frame, &mut told))).boxed()
}

/// The events of a frame; `told` is the revision of the fleet that the client knows.
fn events(topic: &str, frame: &Frame, told: &mut Option<u64>) -> Vec<Sent> {
    let sent = |topic: &str, json: &str| Sent::default().event(topic).data(json);
    match frame {
        Frame::Whole(json) => vec![sent(topic, json)],
        Frame::Fleet { revision, fleet, readings } => {
            let news = told.replace(*revision) != Some(*revision);
            news.then(|| sent(topic, fleet)).into_iter().chain([sent("readings", readings)]).collect()
        }
    }
}

fn node(manager: &Manager, reference: Option<&str>) -> Result<Subject, Refusal> {
    let reference = reference.ok_or_else(|| {
        Refusal::new(StatusCode::BAD_REQUEST, "topic node wants the parameter node: an id or a hostname")
    })?;
    let view = manager.view();
    let found = view.cluster.find_node(reference);
    found.map(|node| Subject::Node(node.id.clone())).ok_or_else(|| Refusal::not_found("node", reference))
}

fn service(manager: &Manager, reference: Option<&str>) -> Result<Subject, Refusal> {
    let reference = reference.ok_or_else(|| {
        Refusal::new(StatusCode::BAD_REQUEST, "topic service wants the parameter service: a name or an id")
    })?;
    let found = views::service_detail(&manager.view(), reference);
    let found = found.map(|detail| Subject::Service(detail.service.name));
    found.ok_or_else(|| Refusal::not_found("service", reference))
}

fn job(topic: &str, value: &impl Serialize) -> Sent {
    Sent::default().event(topic).data(serde_json::to_string(value).unwrap_or_default())
}

fn decided(decision: &Decision) -> Sent {
    let json = serde_json::to_string(decision).unwrap_or_default();
    Sent::default().event("decisions").id(decision.id.to_string()).data(json)
}
