//! The API as far as it goes without a Docker Engine: nothing listens on the engine's socket here.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use swarmmanager_api::{Action, Decision, Outcome};
use swarmmanager_collector::CollectorStats;
use swarmmanager_engine::Engine;
use swarmmanager_placement::Availability;
use swarmmanager_telemetry::{Clock, Fleet};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::access::{Access, AccountStore};
use crate::cluster::watch_cluster;
use crate::executor::Executor;
use crate::host::{Host, Kept};
use crate::live::Live;
use crate::measurements::Measurements;
use crate::state::Manager;

/// A host whose engine is not there, and its folder.
pub(super) fn host() -> (Host, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::unix(folder.path().join("docker.sock"));
    (
        Host::open(
            engine,
            "ap1",
            Kept { state_dir: folder.path(), shown: None, agent_archive: None, options: Vec::new() },
        )
        .unwrap(),
        folder,
    )
}

/// A manager without an engine, and its folder.
pub(super) fn manager() -> (Manager, TempDir) {
    let (host, folder) = host();
    let engine = host.engine.clone();
    let measurements = Measurements::new(Fleet::default(), Clock::start());
    let (cluster, _keep_fresh) = watch_cluster(engine.clone());
    let store = AccountStore::new(engine.clone(), "n1".into(), cluster.clone());
    let executor = Executor::new(
        engine,
        "n1".into(),
        cluster.clone(),
        measurements.clone(),
        host.journal.clone(),
        Arc::new(Availability),
    );
    let manager = Manager {
        access: Access::new(store, host.sessions.clone(), host.threshold.clone()),
        host,
        node: "n1".into(),
        agent_image: "agent:1".into(),
        swarm_id: "s1".into(),
        cluster,
        measurements,
        executor: Arc::new(executor),
        live: Live::new(),
        collector: Arc::new(CollectorStats::default()),
    };
    (manager, folder)
}

/// An entry of the journal.
fn placed() -> Decision {
    Decision {
        id: 0,
        unix_ms: 5,
        action: Action::Place,
        outcome: Outcome::Done,
        service: "web".into(),
        instance: Some(0),
        node: Some("n1".into()),
        hostname: Some("ap1".into()),
        summary: "web-0 placed on ap1".into(),
        by: Some("ann".into()),
        explanation: Some(json!({"policy": "availability"})),
    }
}

async fn call(manager: &Manager, method: &str, path: &str, body: &str) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let answer = super::router(manager.clone())
        .layer(Extension(super::Entrance::Socket))
        .oneshot(request)
        .await
        .unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Checks that a call is refused in words that say what is wrong.
async fn check(method: &str, path: &str, body: &str, status: StatusCode, words: &str) {
    let (manager, _folder) = manager();
    let (answered, body) = call(&manager, method, path, body).await;
    let message = serde_json::from_str::<Value>(&body).unwrap()["message"].as_str().unwrap().to_owned();
    assert_eq!(answered, status, "{method} {path}: {message}");
    assert!(message.contains(words), "{method} {path}: {message:?} does not say {words:?}");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    check("GET", "/api/v1/nothing", "", StatusCode::NOT_FOUND, "openapi.json").await;
    check("GET", "/api/v1/nodes/ap9", "", StatusCode::NOT_FOUND, "no such node: ap9").await;
    check("GET", "/api/v1/nodes/ap9/containers/history", "", StatusCode::NOT_FOUND, "no such node: ap9")
        .await;
    check("GET", "/api/v1/services/web", "", StatusCode::NOT_FOUND, "no such service: web").await;
    check("GET", "/api/v1/services/web/logs", "", StatusCode::NOT_FOUND, "no such service: web").await;
    check("GET", "/api/v1/decisions/x", "", StatusCode::NOT_FOUND, "no such decision: x").await;
    check("PUT", "/api/v1/services", "", StatusCode::METHOD_NOT_ALLOWED, "method").await;
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused_with_the_field() {
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let create = "/api/v1/services";
    check("POST", create, "{", StatusCode::BAD_REQUEST, "EOF").await;
    check("POST", create, r#"{"name":"web"}"#, unprocessable, "image").await;
    check("POST", create, r#"{"name":"web","image":"a","replica":3}"#, unprocessable, "replica").await;
    check("POST", create, r#"{"name":"-","image":"a"}"#, unprocessable, "invalid name").await;
    check("POST", create, r#"{"name":"web","image":"a","demand":{"cpu":"fast"}}"#, unprocessable, "fast")
        .await;
    let node = "/api/v1/nodes/ap1";
    let own = r#"{"labels_add":{"swarmmanager.ssh":"root@elsewhere:22"}}"#;
    check("PATCH", node, own, unprocessable, "SwarmManager's own").await;
    let rate = r#"{"labels_add":{"swarmmanager.network-rate":"fast"}}"#;
    check("PATCH", node, rate, unprocessable, "network-rate is a size per second").await;
    let join = "/api/v1/swarm/join";
    check("POST", join, r#"{"nodes":[]}"#, unprocessable, "nodes: 0 given").await;
    check(
        "POST",
        join,
        r#"{"nodes":[{"address":"a","labels":{"swarmmanager.x":""}}]}"#,
        unprocessable,
        "own",
    )
    .await;
    check("POST", join, r#"{"inventory":"nodes:\n  - adress: x\n"}"#, unprocessable, "line 2").await;
    check(
        "POST",
        join,
        r#"{"inventory":"nodes:\n  - address: x\n    key_file: k\n"}"#,
        unprocessable,
        "key_file",
    )
    .await;
    check("POST", "/api/v1/nodes/remove", r#"{"nodes":[]}"#, unprocessable, "nodes: none given").await;
    let web = "/api/v1/services/web";
    check("PATCH", web, r#"{"replicas":3}"#, unprocessable, "replicas").await;
    check("PATCH", web, r#"{"image":"a b"}"#, unprocessable, "invalid image").await;
    check("PATCH", web, r#"{"env_remove":["A=1"]}"#, unprocessable, "invalid env_remove").await;
    check("PATCH", web, r#"{"constraints_add":["node.role"]}"#, unprocessable, "constraints_add").await;
    check("POST", "/api/v1/services/web/scale", r#"{"replicas":1001}"#, unprocessable, "0 to 1000").await;
    check("PATCH", "/api/v1/nodes/ap1", r#"{"availability":"off"}"#, unprocessable, "off").await;
    check("PATCH", "/api/v1/nodes/ap1", r#"{"labels_add":{"":"x"}}"#, unprocessable, "no name").await;
    check("GET", "/api/v1/decisions?limit=many", "", StatusCode::BAD_REQUEST, "limit").await;
    check("GET", "/api/v1/services/web/logs?tail=few", "", StatusCode::BAD_REQUEST, "few").await;
    check("GET", "/api/v1/events", "", StatusCode::BAD_REQUEST, "topic").await;
    check("GET", "/api/v1/events?topic=weather", "", StatusCode::BAD_REQUEST, "weather").await;
    check("GET", "/api/v1/events?topic=node", "", StatusCode::BAD_REQUEST, "parameter node").await;
    check("GET", "/api/v1/events?topic=service", "", StatusCode::BAD_REQUEST, "parameter service").await;
    check("GET", "/api/v1/events?topic=service&service=web", "", StatusCode::NOT_FOUND, "service: web").await;
    check("GET", "/api/v1/decisions?outcome=maybe", "", StatusCode::BAD_REQUEST, "maybe").await;
    let (web, preview) = (r#"{"name":"web","image":"a"}"#, "/api/v1/placements/preview");
    check("POST", &format!("{preview}?policy=best"), web, unprocessable, "invalid policy: there is no").await;
    check("POST", &format!("{preview}?policy=seed-original"), web, unprocessable, "simulator only").await;
    check("POST", &format!("{preview}?polic=spread"), web, StatusCode::BAD_REQUEST, "polic").await;
}

#[tokio::test]
async fn a_body_without_end_is_refused() {
    let (manager, _folder) = manager();
    let (status, _) = call(&manager, "POST", "/api/v1/services", &"x".repeat(2 << 20)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_agent_s_service_is_not_removed_by_users() {
    check("DELETE", "/api/v1/services/swarmmanager-agent", "", StatusCode::FORBIDDEN, "SwarmManager's own")
        .await;
}

#[tokio::test]
async fn without_an_engine_the_manager_says_so_and_what_was_not_done() {
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    check("GET", "/healthz", "", unavailable, "not been read yet").await;
    check("POST", "/api/v1/services", r#"{"name":"web","image":"a"}"#, unavailable, "nothing was changed")
        .await;
    check("DELETE", "/api/v1/services/web", "", unavailable, "cannot be reached").await;
    check("PATCH", "/api/v1/services/web", r#"{"force":true}"#, unavailable, "nothing was changed").await;
    check("POST", "/api/v1/services/web/rollback", "", unavailable, "nothing was changed").await;
    check("GET", "/api/v1/suggestions", "", unavailable, "cannot be reached").await;
    check("PATCH", "/api/v1/nodes/ap1", r#"{"role":"worker"}"#, unavailable, "nothing was changed").await;
}

#[tokio::test]
async fn decisions_are_listed_without_and_shown_with_their_numbers() {
    let (manager, _folder) = manager();
    let id = manager.host.journal.record(placed()).unwrap().id;
    let (_, list) = call(&manager, "GET", "/api/v1/decisions?service=web", "").await;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["decisions"][0]["summary"], "web-0 placed on ap1");
    assert_eq!(list["decisions"][0].get("explanation"), None);
    let (_, one) = call(&manager, "GET", &format!("/api/v1/decisions/{id}"), "").await;
    assert_eq!(serde_json::from_str::<Value>(&one).unwrap()["explanation"]["policy"], "availability");
}

#[tokio::test]
async fn whoever_watches_the_fleet_is_told_at_once_of_the_nodes_and_then_of_their_readings() {
    let (manager, _folder) = manager();
    let running = tokio::spawn(manager.live.clone().run(manager.clone()));
    let request = Request::builder().uri("/api/v1/events?topic=fleet").body(Body::empty()).unwrap();
    let mut events = super::router(manager)
        .layer(Extension(super::Entrance::Socket))
        .oneshot(request)
        .await
        .unwrap()
        .into_body();
    let mut text = String::new();
    while text.matches("event: readings").count() < 2 {
        text += std::str::from_utf8(&events.frame().await.unwrap().unwrap().into_data().unwrap()).unwrap();
    }
    assert!(text.starts_with("event: fleet\ndata: {\"revision\":1,\"nodes\":[]"), "{text}");
    assert_eq!(text.matches("event: fleet").count(), 1, "it did not change: {text}");
    running.abort();
}

#[tokio::test]
async fn decisions_are_followed_from_the_one_that_the_client_knows() {
    let (manager, _folder) = manager();
    for number in 0..3 {
        let decision = Decision { instance: Some(number), ..placed() };
        manager.host.journal.record(decision).unwrap();
    }
    for (query, header, first) in [("&after=1", None, 2), ("&after=0", Some("2"), 3)] {
        let uri = format!("/api/v1/events?topic=decisions{query}");
        let mut request = Request::builder().uri(uri);
        if let Some(id) = header {
            request = request.header("last-event-id", id);
        }
        let request = request.body(Body::empty()).unwrap();
        let mut events = super::router(manager.clone())
            .layer(Extension(super::Entrance::Socket))
            .oneshot(request)
            .await
            .unwrap()
            .into_body();
        let event = events.frame().await.unwrap().unwrap().into_data().unwrap();
        let text = String::from_utf8(event.to_vec()).unwrap();
        assert!(text.contains(&format!("id: {first}\n")), "{text}");
        assert!(!text.contains("policy"), "without its numbers: {text}");
    }
}

#[tokio::test]
async fn metrics_are_open_metrics() {
    let (manager, _folder) = manager();
    let (status, text) = call(&manager, "GET", "/metrics", "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("swarmmanager_reports_refused_total{cause=\"wrong-node\"} 0\n"), "{text}");
    assert!(text.contains("swarmmanager_leading 0\n"), "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
}
