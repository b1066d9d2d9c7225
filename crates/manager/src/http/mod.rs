//! The HTTP API under `/api/v1`, with `/healthz` and `/metrics` beside it.

mod access;
mod console;
mod decisions;
mod description;
mod events;
mod images;
mod jobs;
mod joining;
mod logs;
mod metrics;
mod nodes;
mod refusal;
mod services;
mod suggestions;
mod swarm;
mod waiting;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Manager;

pub(crate) use access::Entrance;
pub(crate) use refusal::Refusal;
pub(crate) use waiting::router as waiting_router;

/// A service's description is small; whatever is larger is a mistake or an attack.
const LARGEST_BODY: usize = 1 << 20;

#[derive(OpenApi)]
#[openapi(
    info(title = "SwarmManager", description = "Measures the nodes of a Docker Swarm, places services by what each node really has free, and says why."),
    tags(
        (name = "status", description = "How the manager itself is"),
        (name = "swarm", description = "The Swarm as a whole"),
        (name = "nodes", description = "Nodes and what they do"),
        (name = "services", description = "Services and their instances"),
        (name = "decisions", description = "What was decided, and why"),
        (name = "live", description = "What changes, as it changes"),
        (name = "images", description = "Images, and how they get to registries and nodes"),
        (name = "jobs", description = "Long operations"),
        (name = "access", description = "Who may do what"),
    ),
    security(("session" = []), ("token" = [])),
)]
struct Described;

fn routes() -> (Router<Manager>, Description) {
    let v1 = OpenApiRouter::new()
        .routes(routes!(nodes::status))
        .routes(routes!(nodes::list))
        .routes(routes!(nodes::inspect, nodes::update))
        .routes(routes!(nodes::history))
        .routes(routes!(nodes::containers_history))
        .routes(routes!(services::list, services::create))
        .routes(routes!(services::inspect, services::update, services::remove))
        .routes(routes!(services::scale))
        .routes(routes!(services::rollback))
        .routes(routes!(services::preview))
        .routes(routes!(logs::follow))
        .routes(routes!(suggestions::list))
        .routes(routes!(decisions::list))
        .routes(routes!(decisions::inspect))
        .routes(routes!(events::follow))
        .routes(routes!(swarm::inspect, swarm::start))
        .routes(routes!(swarm::leave))
        .routes(routes!(swarm::tokens, swarm::rotate_token))
        .routes(routes!(swarm::ca))
        .routes(routes!(swarm::rotate_ca))
        .routes(routes!(joining::check))
        .routes(routes!(joining::join))
        .routes(routes!(joining::plan, joining::destroy))
        .routes(routes!(joining::drain))
        .routes(routes!(joining::remove))
        .routes(routes!(images::list))
        .routes(routes!(images::push))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::inspect))
        .routes(routes!(jobs::cancel))
        .merge(access::routes());
    let (router, description) =
        OpenApiRouter::with_openapi(Described::openapi()).nest("/api/v1", v1).split_for_parts();
    (router, description::complete(description))
}

/// The API's description in OpenAPI.
pub fn openapi() -> Description {
    routes().1
}

/// The API and the console. Each request has to say how it came in: by its `Origin`, or its [`Entrance`].
pub(crate) fn router(manager: Manager) -> Router {
    let (router, description) = routes();
    let operations = access::Operations::of(&description);
    let description = Arc::new(description.to_json().unwrap_or_default());
    router
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics::scrape))
        .route(
            "/api/v1/openapi.json",
            get(move || async move { ([("content-type", "application/json")], description.as_str().to_owned()) }),
        )
        .fallback(console::serve)
        .method_not_allowed_fallback(|| async {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this page does not take that method")
        })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state((manager.host.audit.clone(), operations), access::record))
        .layer(from_fn_with_state(manager.clone(), access::admit))
        .layer(from_fn(console::protect))
        .with_state(manager)
}

/// 200 while the manager can read Swarm's state, 503 while it cannot.
async fn healthz(
    axum::extract::State(manager): axum::extract::State<Manager>,
) -> Result<&'static str, Refusal> {
    match &manager.view().cluster.error {
        None => Ok("ok\n"),
        Some(error) => Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error.clone())),
    }
}

#[cfg(test)]
mod tests;
