//! Writes every change that somebody asks for into the audit, before it is begun and when it ends.

use std::collections::HashMap;
use std::sync::Arc;

use axum::RequestExt as _;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use swarmmanager_api::AuditEntry;
use swarmmanager_door::Origin;
use utoipa::openapi::OpenApi as Description;

use super::gate::{Denied, changes};
use crate::access::Caller;
use crate::audit::{Audit, Ending};
use crate::clock::unix_ms;
use crate::http::refusal::{Refusal, Said};

/// What a change was about and who asked, where only its handler knew: an extension of its answer.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Subject {
    /// The service, node, user … that was changed.
    pub(in crate::http) target: Option<String>,
    /// Who asked.
    pub(in crate::http) user: Option<String>,
}

/// The API's operations by method and path: what changes are called in the audit.
#[derive(Clone)]
pub(in crate::http) struct Operations(Arc<HashMap<(Method, String), String>>);

impl Operations {
    /// Those that the description names.
    pub(in crate::http) fn of(description: &Description) -> Self {
        let mut names = HashMap::new();
        for (path, item) in &description.paths.paths {
            for (method, operation) in [
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ] {
                let name = operation.as_ref().and_then(|operation| operation.operation_id.clone());
                names.extend(name.map(|name| ((method, path.clone()), name)));
            }
        }
        Self(Arc::new(names))
    }

    fn name(&self, method: &Method, path: &str) -> String {
        let known = self.0.get(&(method.clone(), path.to_owned())).cloned();
        known.unwrap_or_else(|| format!("{method} {path}"))
    }
}

/// Records a request that asks for a change. A change that cannot be recorded is not made.
pub(in crate::http) async fn record(
    State((audit, operations)): State<(Audit, Operations)>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(path) = request.extensions().get::<MatchedPath>().cloned() else {
        return next.run(request).await;
    };
    let denied = request.extensions_mut().remove::<Denied>();
    if !changes(request.method(), path.as_str()) {
        return match denied {
            Some(Denied(refusal)) => refusal.into_response(),
            None => next.run(request).await,
        };
    }
    let operation = operations.name(request.method(), path.as_str());
    let entry = AuditEntry { target: named(&mut request).await, operation, ..asked(&request) };
    let id = match audit.begin(&entry) {
        Ok(id) => id,
        Err(error) => return Refusal::from(error).into_response(),
    };
    // Of its own, so that a client that goes away does not leave the end unknown.
    let audit = audit.clone();
    let answered = tokio::spawn(async move {
        let response = match denied {
            Some(Denied(refusal)) => refusal.into_response(),
            None => next.run(request).await,
        };
        conclude(&audit, id, &response);
        response
    });
    answered.await.unwrap_or_else(|error| {
        let message = format!("the request ended unexpectedly ({error})");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
    })
}

/// What the path names: the service, the node, the user.
async fn named(request: &mut Request) -> Option<String> {
    let parameters = request.extract_parts::<RawPathParams>().await.ok()?;
    parameters.iter().last().map(|(_, value)| value.to_owned())
}

/// Who asks, and from where.
fn asked(request: &Request) -> AuditEntry {
    let caller = request.extensions().get::<Caller>();
    let origin = request.extensions().get::<Origin>();
    AuditEntry {
        id: 0,
        unix_ms: unix_ms(),
        user: caller.map(|caller| caller.user.clone()),
        role: caller.map(|caller| caller.role),
        via: caller.map(Caller::via),
        address: origin.map(|origin| origin.address.to_string()),
        operation: String::new(),
        target: None,
        status: None,
        message: None,
    }
}

fn conclude(audit: &Audit, id: i64, response: &Response) {
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        // Or whoever guesses passwords would fill the audit until nothing else is in it.
        if let Err(error) = audit.forget(id) {
            tracing::error!(%error, id, "an entry of the audit cannot be removed");
        }
        return;
    }
    let subject = response.extensions().get::<Subject>().cloned().unwrap_or_default();
    let ending = Ending {
        status: response.status().as_u16(),
        message: response.extensions().get::<Said>().map(|said| said.0.to_string()),
        target: subject.target,
        user: subject.user,
    };
    if let Err(error) = audit.end(id, &ending) {
        tracing::error!(%error, id, "the end of a change cannot be recorded");
    }
}
