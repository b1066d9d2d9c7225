//! Who may do what over HTTP: the gate that every request passes, and the pages about accounts.

mod accounts;
mod audit;
mod cookie;
mod gate;
mod recording;
mod rules;
mod same_site;
mod sessions;
mod set_up;
mod still;
mod tokens;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::refusal::Refusal;
use crate::access::{AccessError, StoreError};
use crate::state::Manager;

pub(crate) use gate::Entrance;
pub(super) use gate::{admit, entrance};
pub(super) use recording::{Operations, Subject, record};
pub(super) use still::while_let_in;

/// The pages about accounts.
pub(super) fn routes() -> OpenApiRouter<Manager> {
    OpenApiRouter::new()
        .routes(routes!(set_up::welcome))
        .routes(routes!(set_up::set_up))
        .routes(routes!(set_up::link))
        .routes(routes!(sessions::current, sessions::sign_in, sessions::sign_out))
        .routes(routes!(sessions::change_password))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::update, accounts::remove))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::remove))
        .routes(routes!(accounts::settings, accounts::set_settings))
        .routes(routes!(audit::list))
}

impl From<AccessError> for Refusal {
    fn from(error: AccessError) -> Self {
        use axum::http::StatusCode;
        use swarmmanager_access::AccountsError;
        let status = match &error {
            AccessError::WrongPassword => StatusCode::UNAUTHORIZED,
            AccessError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            AccessError::SetUp(_) => StatusCode::FORBIDDEN,
            AccessError::Password(swarmmanager_access::PasswordError::Hash(_))
            | AccessError::Sessions(_)
            | AccessError::Secret(_)
            | AccessError::Hashing => StatusCode::INTERNAL_SERVER_ERROR,
            AccessError::Password(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AccessError::Store(error) => match error {
                StoreError::NotRead | StoreError::Read(_) | StoreError::TimedOut | StoreError::Contended => {
                    StatusCode::SERVICE_UNAVAILABLE
                }
                StoreError::NotLeading { .. } => StatusCode::CONFLICT,
                StoreError::Write(_) => StatusCode::BAD_GATEWAY,
                StoreError::Refused(error) => match error {
                    AccountsError::UserExists { .. }
                    | AccountsError::LastAdmin { .. }
                    | AccountsError::SetUpAlready
                    | AccountsError::TooManyUsers
                    | AccountsError::TooManyTokens => StatusCode::CONFLICT,
                    AccountsError::NoSuchUser { .. } | AccountsError::NoSuchToken { .. } => {
                        StatusCode::NOT_FOUND
                    }
                    AccountsError::RoleTooHigh { .. } => StatusCode::FORBIDDEN,
                    AccountsError::TokenLifetime { .. } | AccountsError::Setting { .. } => {
                        StatusCode::UNPROCESSABLE_ENTITY
                    }
                    AccountsError::Read(_) | AccountsError::Format { .. } => StatusCode::SERVICE_UNAVAILABLE,
                    AccountsError::Secret(_) => StatusCode::INTERNAL_SERVER_ERROR,
                },
            },
        };
        let retry_after_s = match &error {
            AccessError::TooMany(too_many) => Some(too_many.wait_ms.div_euclid(1000) + 1),
            _ => None,
        };
        let refusal = Self::new(status, crate::cluster::chain(&error));
        match retry_after_s {
            Some(seconds) => refusal.retry_after(seconds),
            None => refusal,
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        AccessError::from(error).into()
    }
}

impl From<swarmmanager_access::NameError> for Refusal {
    fn from(error: swarmmanager_access::NameError) -> Self {
        Self::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
    }
}

#[cfg(test)]
mod tests;
