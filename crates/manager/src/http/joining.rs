//! Nodes that join, are drained and removed; and the Swarm's end. Each is a job.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use swarmmanager_api::{
    ApiError, DestroyPlan, Job, JoinCheck, JoinNode, NodesDrain, NodesRemove, SecretText, SwarmDestroy,
    SwarmJoin, SwarmJoinCheck,
};
use swarmmanager_inventory::{Format, InventoryError, OutsideError};

use super::access::Subject;
use super::refusal::Refusal;
use super::swarm::unread;
use crate::access::{Caller, Credential};
use crate::executor::ExecuteError;
use crate::service::check_users_labels;
use crate::state::Manager;
use crate::swarm::{self, DestroyError};

/// More nodes at once are more than one list.
const MOST_NODES: usize = 1000;

/// Looks at nodes before they join: which there are, and whose host keys are not known yet. Nobody is signed in.
#[utoipa::path(post, path = "/swarm/join/check", tag = "swarm", operation_id = "checkJoin", request_body = SwarmJoinCheck,
    responses(
        (status = 200, body = JoinCheck), (status = 400, body = ApiError), (status = 403, body = ApiError),
        (status = 415, body = ApiError), (status = 422, body = ApiError),
    ),
)]
pub(super) async fn check(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<SwarmJoinCheck>, JsonRejection>,
) -> Result<Json<JoinCheck>, Refusal> {
    let Json(request) = body?;
    let (nodes, warnings) = gathered(request.nodes, request.inventory.as_ref(), &caller)?;
    Ok(Json(JoinCheck { nodes: swarm::check(&manager, &nodes).await, warnings }))
}

/// Joins nodes over SSH. Running it again goes on where it stopped.
#[utoipa::path(post, path = "/swarm/join", tag = "swarm", operation_id = "joinNodes", request_body = SwarmJoin,
    responses(
        (status = 202, body = Job), (status = 400, body = ApiError), (status = 403, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn join(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<SwarmJoin>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(mut request) = body?;
    let (nodes, _) =
        gathered(std::mem::take(&mut request.nodes), request.inventory.take().as_ref(), &caller)?;
    let names: Vec<String> = nodes.iter().map(swarmmanager_inventory::called).collect();
    let job = swarm::join(&manager, nodes, &request, &caller.user).await?;
    Ok(begun(job, &names))
}

/// Takes the instances off nodes, each once its successor runs elsewhere, and drains them.
#[utoipa::path(post, path = "/nodes/drain", tag = "nodes", operation_id = "drainNodes", request_body = NodesDrain,
    responses(
        (status = 202, body = Job), (status = 400, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn drain(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<NodesDrain>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(request) = body?;
    let names = some(&request.nodes)?;
    Ok(begun(swarm::drain(&manager, request, &caller.user).await?, &names))
}

/// Takes nodes out of the Swarm: drains them, has them leave over SSH, and removes them. One that is down goes as it is.
#[utoipa::path(post, path = "/nodes/remove", tag = "nodes", operation_id = "removeNodes", request_body = NodesRemove,
    responses(
        (status = 202, body = Job), (status = 400, body = ApiError), (status = 403, body = ApiError),
        (status = 404, body = ApiError), (status = 409, body = ApiError), (status = 415, body = ApiError),
        (status = 422, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn remove(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<NodesRemove>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(request) = body?;
    let names = some(&request.nodes)?;
    Ok(begun(swarm::remove(&manager, request, &caller.user).await?, &names))
}

/// What ending the Swarm would do. Nothing is done.
#[utoipa::path(get, path = "/swarm/destroy", tag = "swarm", operation_id = "planDestruction",
    responses((status = 200, body = DestroyPlan), (status = 503, body = ApiError)),
)]
pub(super) async fn plan(State(manager): State<Manager>) -> Result<Json<DestroyPlan>, Refusal> {
    swarm::plan(&manager).await.map(Json).map_err(|error| unread(&error))
}

/// Ends the Swarm: every worker leaves, then every manager, then this host.
#[utoipa::path(post, path = "/swarm/destroy", tag = "swarm", operation_id = "destroySwarm", request_body = SwarmDestroy,
    responses(
        (status = 202, body = Job), (status = 400, body = ApiError), (status = 403, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn destroy(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<SwarmDestroy>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(request) = body?;
    let job = swarm::destroy(&manager, &request, &caller.user).await?;
    Ok(begun(job, std::slice::from_ref(&request.name)))
}

/// All nodes of a request, its inventory's as well, where whoever asks may name all that they name.
fn gathered(
    mut nodes: Vec<JoinNode>,
    inventory: Option<&SecretText>,
    caller: &Caller,
) -> Result<(Vec<JoinNode>, Vec<String>), Refusal> {
    let mut warnings = Vec::new();
    if let Some(text) = inventory {
        let text = text.reveal();
        let mut read = swarmmanager_inventory::parse(text, Format::of_text(text))?;
        warnings.append(&mut read.warnings);
        nodes.extend(read.self_contained()?);
    }
    let unprocessable = |message: String| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message);
    if nodes.is_empty() || nodes.len() > MOST_NODES {
        return Err(unprocessable(format!("nodes: {} given; write from 1 to {MOST_NODES}", nodes.len())));
    }
    for node in &nodes {
        if node.address.is_empty() || node.port == 0 || node.user.is_empty() {
            let name = swarmmanager_inventory::called(node);
            return Err(unprocessable(format!(
                "node {name:?}: address, port and user may not be empty or 0"
            )));
        }
        let labels = node.labels.iter().map(|(key, value)| (key, Some(value)));
        check_users_labels(labels).map_err(ExecuteError::Invalid)?;
        // A socket of the manager's host is for those who are root there.
        if node.auth.agent_socket.is_some() && caller.credential != Credential::Socket {
            let message = "auth.agent_socket: only root on the manager's host may name an SSH agent there";
            return Err(Refusal::new(StatusCode::FORBIDDEN, message));
        }
    }
    Ok((nodes, warnings))
}

fn some(nodes: &[String]) -> Result<Vec<String>, Refusal> {
    if nodes.is_empty() {
        let message = "nodes: none given; write ids, unique prefixes of them, or hostnames";
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, message));
    }
    Ok(nodes.to_vec())
}

/// A job that was begun; the audit is told what it is about.
pub(super) fn begun(job: Job, about: &[String]) -> impl IntoResponse + use<> {
    let subject = Subject { target: Some(about.join(", ")), user: None };
    (StatusCode::ACCEPTED, Extension(subject), Json(job))
}

impl From<DestroyError> for Refusal {
    fn from(error: DestroyError) -> Self {
        match error {
            DestroyError::Swarm(error) => error.into(),
            error @ DestroyError::Name { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
            }
        }
    }
}

impl From<InventoryError> for Refusal {
    fn from(error: InventoryError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("inventory: {error}"))
    }
}

impl From<OutsideError> for Refusal {
    fn from(error: OutsideError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, format!("inventory: {error}"))
    }
}
