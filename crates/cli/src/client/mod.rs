//! The manager's API over its Unix socket or over TLS: one request, one connection.

mod api;
mod changes;
mod error;
mod events;
mod host;
mod logs;
mod swarm;
mod target;
mod transport;
mod trust;

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use swarmmanager_api::ApiError;
use tokio::time::timeout;

pub(crate) use api::DecisionQuery;
pub(crate) use error::ClientError;
pub(crate) use events::News;
pub(crate) use host::Host;
pub(crate) use logs::LogNews;
pub(crate) use target::{Target, Token};
pub(crate) use trust::Trust;

/// What is only read answers within this time, or not at all. A change may wait for a registry, and has no limit.
const READ_LIMIT: Duration = Duration::from_secs(30);

/// Carries the credentials of an image's registry.
const REGISTRY_AUTH: &str = "x-registry-auth";

/// A client of one manager.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    target: Target,
}

impl Client {
    /// A client of that manager.
    pub(crate) fn new(target: Target) -> Self {
        Self { target }
    }

    /// The manager's Unix socket, where it is reached by one.
    pub(crate) fn socket(&self) -> Option<&std::path::Path> {
        self.target.host.socket()
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let limit = READ_LIMIT;
        timeout(limit, self.ask(Method::GET, path, Bytes::new(), None))
            .await
            .map_err(|_| ClientError::TimedOut { host: self.target.host.clone(), limit })?
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        auth: Option<HeaderValue>,
    ) -> Result<T, ClientError> {
        let what = format!("POST {path}");
        let body = serde_json::to_vec(body).map_err(|source| ClientError::Answer { what, source })?;
        self.ask(Method::POST, path, body.into(), auth).await
    }

    async fn patch<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ClientError> {
        let what = format!("PATCH {path}");
        let body = serde_json::to_vec(body).map_err(|source| ClientError::Answer { what, source })?;
        self.ask(Method::PATCH, path, body.into(), None).await
    }

    /// A deletion that is answered with nothing.
    async fn delete_quietly(&self, path: &str) -> Result<(), ClientError> {
        let response = self.send(self.request(Method::DELETE, path, Bytes::new())?).await?;
        self.read(response).await.map(drop)
    }

    async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.ask(Method::DELETE, path, Bytes::new(), None).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        auth: Option<HeaderValue>,
    ) -> Result<T, ClientError> {
        let what = format!("{method} {path}");
        let mut request = self.request(method, path, body)?;
        if let Some(auth) = auth {
            request.headers_mut().insert(REGISTRY_AUTH, auth);
        }
        let response = self.send(request).await?;
        let body = self.read(response).await?;
        serde_json::from_slice(&body).map_err(|source| ClientError::Answer { what, source })
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Full<Bytes>>, ClientError> {
        let host = match &self.target.host {
            Host::Unix(_) => "swarm-manager".to_owned(),
            Host::Tcp(remote) => remote.authority(),
        };
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = &self.target.token {
            request = request.header(AUTHORIZATION, token.header());
        }
        request
            .header(HOST, host)
            .header(ACCEPT, "application/json, text/event-stream")
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(ClientError::Request)
    }

    /// Sends a request; gives the answer if it is not a refusal.
    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, ClientError> {
        let stream = transport::connect(&self.target).await?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|source| self.broken(source))?;
        // It ends with the answer's body; how it went is told there.
        tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(|source| self.broken(source))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = self.read(response).await?;
        let error = serde_json::from_slice(&body).unwrap_or_else(|_| ApiError {
            message: format!("the manager answered {status}: {}", String::from_utf8_lossy(&body).trim()),
            done: None,
        });
        Err(ClientError::Refused { status, error })
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Bytes, ClientError> {
        let body = response.into_body().collect().await.map_err(|source| self.broken(source))?;
        Ok(body.to_bytes())
    }

    fn broken(&self, source: hyper::Error) -> ClientError {
        ClientError::Broken { host: self.target.host.clone(), source }
    }
}

#[cfg(test)]
mod tests;
