//! API tokens: for programs that cannot sign in.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use swarmmanager_access::{NewToken, TokenName};
use swarmmanager_api::{ApiError, TokenCreate, TokenCreated, TokenList, Via};

use super::Refusal;
use crate::access::Caller;
use crate::clock::unix_ms;
use crate::http::access::Subject;
use crate::state::Manager;

/// The caller's tokens; to an admin everybody's.
#[utoipa::path(get, path = "/tokens", tag = "access", operation_id = "listTokens",
    responses((status = 200, body = TokenList), (status = 401, body = ApiError), (status = 503, body = ApiError)),
)]
pub(super) async fn list(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<TokenList>, Refusal> {
    let mut tokens = manager.access.accounts()?.tokens(unix_ms());
    tokens.retain(|token| caller.scope().is_none_or(|user| token.user == user));
    Ok(Json(TokenList { tokens }))
}

/// Makes a token; this answer is the only one that shows it.
#[utoipa::path(post, path = "/tokens", tag = "access", operation_id = "createToken", request_body = TokenCreate,
    responses(
        (status = 201, body = TokenCreated), (status = 400, body = ApiError), (status = 401, body = ApiError),
        (status = 403, body = ApiError), (status = 409, body = ApiError), (status = 415, body = ApiError),
        (status = 422, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn create(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<TokenCreate>, JsonRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Json(request) = body?;
    if caller.via() == Via::Token {
        // Or one that leaked would live for ever.
        let message = "a token cannot make tokens; sign in";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    let name: TokenName = request.name.parse()?;
    let new = NewToken {
        name,
        role: request.role,
        expires_in_s: request.expires_in_s,
        maker: caller.user.clone(),
        maker_role: caller.role,
    };
    let add = manager.access.store.change(|accounts| accounts.add_token(new.clone(), unix_ms()));
    let (secret, info) = add.await?;
    let subject = Subject { target: Some(format!("{} ({})", info.name, info.id)), user: Some(caller.user) };
    let answer = TokenCreated { token: secret.reveal().to_owned(), info };
    Ok((StatusCode::CREATED, Extension(subject), Json(answer)))
}

/// Ends a token.
#[utoipa::path(delete, path = "/tokens/{token}", tag = "access", operation_id = "removeToken",
    params(("token" = String, Path, description = "Its id")),
    responses(
        (status = 204), (status = 401, body = ApiError), (status = 403, body = ApiError), (status = 404, body = ApiError),
        (status = 409, body = ApiError), (status = 502, body = ApiError), (status = 503, body = ApiError),
    ),
)]
pub(super) async fn remove(
    State(manager): State<Manager>,
    Extension(caller): Extension<Caller>,
    Path(token): Path<String>,
) -> Result<StatusCode, Refusal> {
    manager.access.store.change(|accounts| accounts.remove_token(&token, caller.scope())).await?;
    Ok(StatusCode::NO_CONTENT)
}
