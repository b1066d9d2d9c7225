//! What is served while the host's engine is no manager of a Swarm: how it stands, a way to start one, and the console.

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Json, Router};
use swarmmanager_api::{SetUpLink, Swarm, SwarmInit, Welcome};
use swarmmanager_door::Origin;

use super::access::{self, Entrance, Operations, Subject, entrance};
use super::refusal::Refusal;
use super::{LARGEST_BODY, console, jobs, routes, swarm as pages};
use crate::access::Caller;
use crate::host::{Host, in_the_way, standing};
use crate::swarm;

/// The pages that make sense without a Swarm.
pub(crate) fn router(host: Host) -> Router {
    let operations = Operations::of(&routes().1);
    let for_root = Router::new()
        .route("/swarm", get(inspect))
        .route("/swarm/leave", post(pages::leave))
        .route("/setup-link", post(set_up_link))
        .route("/jobs", get(jobs::list))
        .route("/jobs/{job}", get(jobs::inspect))
        .layer(from_fn(only_root));
    let api = Router::new()
        .route("/welcome", get(welcome))
        .route("/swarm", post(start))
        .merge(for_root)
        .fallback(any(not_yet));
    Router::new()
        .route("/healthz", get(not_yet))
        .route("/metrics", get(not_yet))
        .nest("/api/v1", api)
        .fallback(console::serve)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state((host.audit.clone(), operations), access::record))
        .layer(from_fn(introduce))
        .layer(from_fn(console::protect))
        .with_state(host)
}

/// Root is known by the socket; there are no accounts yet by which anybody else could be.
async fn introduce(mut request: Request, next: Next) -> Response {
    match entrance(&request) {
        Ok(Entrance::Socket) => drop(request.extensions_mut().insert(Caller::root())),
        Ok(Entrance::Door(_)) => {}
        Err(refusal) => return refusal.into_response(),
    }
    next.run(request).await
}

async fn only_root(request: Request, next: Next) -> Response {
    if request.extensions().get::<Caller>().is_some() {
        return next.run(request).await;
    }
    let message =
        "this host serves no Swarm, so there are no accounts to sign in with; root on the host may ask";
    Refusal::new(StatusCode::UNAUTHORIZED, message).into_response()
}

async fn welcome(State(host): State<Host>) -> Result<Json<Welcome>, Refusal> {
    let info = host.engine.info().await.map_err(|error| pages::unread(&error))?;
    Ok(Json(Welcome { set_up: false, swarm: standing(&info) }))
}

async fn inspect(State(host): State<Host>) -> Result<Json<Swarm>, Refusal> {
    swarm::undescribed(&host).await.map(Json).map_err(|error| pages::unread(&error))
}

/// Starts a Swarm; answers once it is served.
async fn start(
    State(host): State<Host>,
    caller: Option<Extension<Caller>>,
    origin: Option<Extension<Origin>>,
    body: Result<Json<SwarmInit>, JsonRejection>,
) -> Result<Response, Refusal> {
    let Json(wanted) = body?;
    let subject = Subject { target: wanted.name.clone(), user: None };
    if let (None, Some(Extension(origin))) = (caller, origin) {
        let token = wanted.setup_token.as_ref().map(|token| token.reveal()).unwrap_or_default();
        host.threshold.check(token, origin.address)?;
    }
    // Of its own, so that whoever goes away leaves no Swarm that nobody serves.
    let started = tokio::spawn(async move {
        swarm::start(&host, &wanted).await.map_err(|error| pages::refused(&error))?;
        host.serves_swarm().await;
        swarm::undescribed(&host).await.map_err(|error| pages::unread(&error))
    });
    let swarm = started
        .await
        .map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))??;
    Ok((StatusCode::CREATED, Extension(subject), Json(swarm)).into_response())
}

async fn set_up_link(State(host): State<Host>) -> Result<Response, Refusal> {
    let link = host.threshold.issue()?;
    let url = host.url().map(|base| format!("{base}{}", link.path));
    let answer = SetUpLink { path: link.path, url, expires_unix_ms: link.expires_unix_ms };
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Everything else needs a Swarm.
async fn not_yet(State(host): State<Host>) -> Refusal {
    match host.engine.info().await {
        Ok(info) => Refusal::new(StatusCode::CONFLICT, in_the_way(standing(&info))),
        Err(error) => pages::unread(&error),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use super::super::tests::host;
    use super::*;

    async fn ask(host: &Host, is_root: bool, method: &str, path: &str, body: Value) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let mut request = request.body(Body::from(body.to_string())).unwrap();
        if is_root {
            request.extensions_mut().insert(Entrance::Socket);
        } else {
            request.extensions_mut().insert(Origin { address: "10.0.0.9".parse().unwrap(), is_secure: true });
        }
        let answer = router(host.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn a_stranger_starts_nothing_and_sees_nothing() {
        let (host, _folder) = host();
        for body in [json!({}), json!({"setup_token": "guess"})] {
            let (status, said) = ask(&host, false, "POST", "/api/v1/swarm", body).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
        }
        for path in ["/api/v1/swarm", "/api/v1/jobs"] {
            assert_eq!(ask(&host, false, "GET", path, json!({})).await.0, StatusCode::UNAUTHORIZED, "{path}");
        }
        let (status, _) = ask(&host, false, "POST", "/api/v1/swarm/leave", json!({})).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        let (status, _) = ask(&host, false, "POST", "/api/v1/setup-link", json!({})).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn who_guesses_set_up_links_has_to_wait() {
        let (host, _folder) = host();
        let mut answers = Vec::new();
        for _ in 0..20 {
            let guess = json!({"setup_token": "guess"});
            answers.push(ask(&host, false, "POST", "/api/v1/swarm", guess).await.0);
        }
        assert_eq!(answers.first(), Some(&StatusCode::FORBIDDEN));
        assert_eq!(answers.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
    }

    #[tokio::test]
    async fn the_set_up_link_is_proof_enough() {
        let (host, _folder) = host();
        let (status, link) = ask(&host, true, "POST", "/api/v1/setup-link", json!({})).await;
        assert_eq!(status, StatusCode::CREATED, "{link}");
        let link: SetUpLink = serde_json::from_str(&link).unwrap();
        let token = link.path.rsplit_once('#').unwrap().1;
        // No engine is there: what counts is that it was asked.
        let (status, said) = ask(&host, false, "POST", "/api/v1/swarm", json!({"setup_token": token})).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
        assert!(!said.contains(token));
    }

    #[tokio::test]
    async fn what_needs_a_swarm_says_what_is_missing_and_the_console_is_there() {
        let (host, _folder) = host();
        let (status, said) = ask(&host, true, "GET", "/api/v1/nodes", json!({})).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(said.contains("Docker Engine cannot be reached"), "{said}");
        assert_eq!(
            ask(&host, false, "GET", "/setup", json!({})).await.0 == StatusCode::OK,
            swarmmanager_console::is_built()
        );
        assert_eq!(
            ask(&host, true, "GET", "/api/v1/jobs", json!({})).await,
            (StatusCode::OK, r#"{"jobs":[]}"#.into())
        );
    }
}
