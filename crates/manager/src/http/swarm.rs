//! The Swarm as a whole.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use swarmmanager_api::{ApiError, JoinTokens, RotateToken, Swarm, SwarmCa, SwarmInit, SwarmLeave};
use swarmmanager_engine::{self as engine, EngineError};

use super::refusal::Refusal;
use crate::cluster::chain;
use crate::host::Host;
use crate::state::Manager;
use crate::swarm::{self, AuthorityError};

/// The port that Swarm's managers listen on for others.
const SWARM_PORT: u16 = 2377;

/// The Swarm, and this host's part in it.
#[utoipa::path(get, path = "/swarm", tag = "swarm", operation_id = "inspectSwarm",
    responses((status = 200, body = Swarm), (status = 503, body = ApiError)),
)]
pub(super) async fn inspect(State(manager): State<Manager>) -> Result<Json<Swarm>, Refusal> {
    swarm::described(&manager).await.map(Json).map_err(|error| unread(&error))
}

/// Starts a Swarm whose first manager is this host. As long as its engine is in none, root may, and whoever has the
/// set-up link; then it is refused.
#[utoipa::path(post, path = "/swarm", tag = "swarm", operation_id = "startSwarm", request_body = SwarmInit,
    responses(
        (status = 201, body = Swarm), (status = 400, body = ApiError), (status = 403, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn start(
    State(manager): State<Manager>,
    body: Result<Json<SwarmInit>, JsonRejection>,
) -> Result<Json<Swarm>, Refusal> {
    let Json(_) = body?;
    let swarm = swarm::described(&manager).await.map_err(|error| unread(&error))?;
    let name = swarm.name.unwrap_or_default();
    let message = format!(
        "this host is a manager of the Swarm {name} already; nothing was changed. 'swarm-manager swarm leave' or \
         'destroy' ends that, 'swarm-manager swarm join' adds nodes"
    );
    Err(Refusal::new(StatusCode::CONFLICT, message))
}

/// Takes this host's engine out of the Swarm.
#[utoipa::path(post, path = "/swarm/leave", tag = "swarm", operation_id = "leaveSwarm", request_body = SwarmLeave,
    responses(
        (status = 200, body = Swarm), (status = 400, body = ApiError), (status = 409, body = ApiError),
        (status = 415, body = ApiError), (status = 422, body = ApiError), (status = 502, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn leave(
    State(host): State<Host>,
    body: Result<Json<SwarmLeave>, JsonRejection>,
) -> Result<Json<Swarm>, Refusal> {
    let Json(SwarmLeave { force }) = body?;
    // Of its own: it ends what serves this request.
    let left = tokio::spawn(async move {
        host.engine.swarm_leave(force).await.map_err(|error| refused(&error))?;
        swarm::undescribed(&host).await.map_err(|error| unread(&error))
    });
    left.await.map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?.map(Json)
}

/// What lets nodes into the Swarm.
#[utoipa::path(get, path = "/swarm/tokens", tag = "swarm", operation_id = "inspectJoinTokens",
    responses((status = 200, body = JoinTokens), (status = 403, body = ApiError), (status = 503, body = ApiError)),
)]
pub(super) async fn tokens(State(host): State<Host>) -> Result<Json<JoinTokens>, Refusal> {
    join_tokens(&host).await.map(Json)
}

/// Makes a token anew: the old one lets nobody in any more; nodes that joined by it stay.
#[utoipa::path(post, path = "/swarm/tokens", tag = "swarm", operation_id = "rotateJoinToken", request_body = RotateToken,
    responses(
        (status = 200, body = JoinTokens), (status = 400, body = ApiError), (status = 403, body = ApiError),
        (status = 409, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError),
        (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn rotate_token(
    State(manager): State<Manager>,
    body: Result<Json<RotateToken>, JsonRejection>,
) -> Result<Json<JoinTokens>, Refusal> {
    let Json(RotateToken { role }) = body?;
    manager.check_leading().await?;
    let role = match role {
        swarmmanager_api::Role::Manager => engine::Role::Manager,
        swarmmanager_api::Role::Worker => engine::Role::Worker,
    };
    manager.host.engine.swarm_rotate_token(role).await.map_err(|error| refused(&error))?;
    join_tokens(&manager.host).await.map(Json)
}

/// The Swarm's certificate authority.
#[utoipa::path(get, path = "/swarm/ca", tag = "swarm", operation_id = "inspectSwarmCa",
    responses((status = 200, body = SwarmCa), (status = 503, body = ApiError)),
)]
pub(super) async fn ca(State(host): State<Host>) -> Result<Json<SwarmCa>, Refusal> {
    Ok(Json(swarm::authority(&host.engine).await?))
}

/// Begins to replace the Swarm's certificate authority, and with it every node's certificate. Nodes go on meanwhile.
#[utoipa::path(post, path = "/swarm/ca/rotate", tag = "swarm", operation_id = "rotateSwarmCa",
    responses(
        (status = 200, body = SwarmCa), (status = 409, body = ApiError), (status = 502, body = ApiError),
        (status = 503, body = ApiError),
    ),
)]
pub(super) async fn rotate_ca(State(manager): State<Manager>) -> Result<Json<SwarmCa>, Refusal> {
    manager.check_leading().await?;
    manager.host.engine.swarm_rotate_ca().await.map_err(|error| refused(&error))?;
    Ok(Json(swarm::authority(&manager.host.engine).await?))
}

async fn join_tokens(host: &Host) -> Result<JoinTokens, Refusal> {
    let asked = tokio::try_join!(host.engine.swarm_tokens(), host.engine.info());
    let (tokens, info) = asked.map_err(|error| unread(&error))?;
    let address = match info.swarm.node_addr.as_str() {
        ipv6 if ipv6.contains(':') => format!("[{ipv6}]:{SWARM_PORT}"),
        address => format!("{address}:{SWARM_PORT}"),
    };
    Ok(JoinTokens { worker: tokens.worker, manager: tokens.manager, address })
}

/// The engine or the Swarm cannot be asked.
pub(super) fn unread(error: &EngineError) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, chain(error))
}

/// The engine or the Swarm did not do it.
pub(super) fn refused(error: &EngineError) -> Refusal {
    let status = match error {
        EngineError::Refused { status: 400, .. } => StatusCode::UNPROCESSABLE_ENTITY,
        EngineError::Refused { .. } | EngineError::AlreadyInSwarm { .. } | EngineError::OutOfSequence => {
            StatusCode::CONFLICT
        }
        EngineError::NoLeader { .. } | EngineError::Unreachable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_GATEWAY,
    };
    Refusal::new(status, chain(error))
}

impl From<AuthorityError> for Refusal {
    fn from(error: AuthorityError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, chain(&error))
    }
}
