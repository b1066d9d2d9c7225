//! Calls: one request, one bounded answer, in bounded time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::transport::connect;
use crate::{EngineError, RegistryAuth};

/// The version that Docker 20.10 speaks; newer engines still do.
const API_VERSION: &str = "v1.41";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// More than the tasks of a very large Swarm.
const LARGEST_ANSWER: usize = 256 << 20;

/// A Docker Engine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    socket: Arc<Path>,
    timeout: Duration,
}

/// What is sent with a call.
#[derive(Default)]
pub(crate) struct Body<'a> {
    pub(crate) content: Bytes,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) auth: Option<&'a RegistryAuth>,
}

impl<'a> Body<'a> {
    /// JSON, with credentials for a registry.
    pub(crate) fn json(value: &Value, auth: Option<&'a RegistryAuth>) -> Self {
        Self { content: value.to_string().into(), content_type: Some("application/json"), auth }
    }
}

impl Engine {
    /// The engine that listens on that Unix socket. Nothing is sent yet.
    pub fn unix(socket: impl Into<PathBuf>) -> Self {
        Self { socket: socket.into().into(), timeout: DEFAULT_TIMEOUT }
    }

    /// The same engine with another time-out for each call; 10 s is the default.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The time that a call has.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Reads an object.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, EngineError> {
        let answer = self.call(Method::GET, path, Body::default()).await?;
        understood(&format!("GET {path}"), &answer)
    }

    /// Sends a change and reads the answer.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Body<'_>,
    ) -> Result<T, EngineError> {
        let answer = self.call(Method::POST, path, body).await?;
        understood(&format!("POST {path}"), &answer)
    }

    /// Sends a call and reads the whole answer.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<Bytes, EngineError> {
        let call = format!("{method} {path}");
        let exchange = async {
            let response = self.send(method, path, body).await?;
            read_whole(&call, response).await
        };
        tokio::time::timeout(self.timeout, exchange)
            .await
            .unwrap_or_else(|_| Err(EngineError::TimedOut { call: call.clone(), limit: self.timeout }))
    }

    /// Sends a call; the answer's body is still to be read, by whoever bounds the time that takes.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<Response<Incoming>, EngineError> {
        let call = format!("{method} {path}");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/{API_VERSION}{path}"))
            .header("host", "docker")
            .body(Full::new(body.content))
            .map_err(|_| EngineError::Refused {
                status: 400,
                message: format!("{call} is no valid request"),
            })?;
        if let Some(content_type) = body.content_type {
            request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        }
        if let Some(auth) = body.auth {
            request.headers_mut().insert("x-registry-auth", auth.header());
        }
        let mut sender = connect(&self.socket).await?;
        let response = sender.send_request(request).await;
        let response = response.map_err(|source| EngineError::Broken { call: call.clone(), source })?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let answer = read_whole(&call, response).await?;
        Err(EngineError::from_status(status, message(&answer)))
    }
}

async fn read_whole(call: &str, response: Response<Incoming>) -> Result<Bytes, EngineError> {
    match Limited::new(response.into_body(), LARGEST_ANSWER).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(EngineError::TooLarge { call: call.to_owned(), limit: LARGEST_ANSWER })
        }
        Err(error) => match error.downcast::<hyper::Error>() {
            Ok(source) => Err(EngineError::Broken { call: call.to_owned(), source: *source }),
            Err(other) => Err(EngineError::Refused { status: 502, message: other.to_string() }),
        },
    }
}

pub(crate) fn understood<T: DeserializeOwned>(call: &str, answer: &[u8]) -> Result<T, EngineError> {
    serde_json::from_slice(answer).map_err(|source| EngineError::Malformed { call: call.to_owned(), source })
}

/// Docker's `{"message": …}`, or what there is.
fn message(answer: &[u8]) -> String {
    let json = serde_json::from_slice::<Value>(answer).ok();
    let text = json.as_ref().and_then(|json| json["message"].as_str()).map(str::to_owned);
    text.unwrap_or_else(|| String::from_utf8_lossy(answer).trim().to_owned())
}

/// A part of a path or query, so that nothing in it is taken for syntax.
pub(crate) fn encoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
