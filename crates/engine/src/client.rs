//! The client: sends a request, bounds the time that its answer takes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use hyper::body::Incoming;
use serde::de::DeserializeOwned;

use crate::EngineError;
use crate::answer::{LARGEST_ANSWER, read_refusal, read_whole, understood};
use crate::api_version::{ApiVersion, LastAnnounced};
use crate::request::Request;
use crate::transport::{Connect, ConnectError, Content, Transport};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// A Docker Engine. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    peer: Arc<Peer>,
    timeout: Duration,
}

#[derive(Debug)]
struct Peer {
    transport: Transport,
    version: LastAnnounced,
}

impl Engine {
    /// The engine that listens on that Unix socket. Nothing is sent yet.
    pub fn unix(socket: impl Into<PathBuf>) -> Self {
        let peer = Peer { transport: Transport::Unix(socket.into()), version: LastAnnounced::default() };
        Self { peer: Arc::new(peer), timeout: DEFAULT_TIMEOUT }
    }

    /// The engine that is reached in another way. Nothing is sent yet.
    pub fn over(connect: Arc<dyn Connect>) -> Self {
        let name = connect.name().into();
        let peer = Peer { transport: Transport::Over { connect, name }, version: LastAnnounced::default() };
        Self { peer: Arc::new(peer), timeout: DEFAULT_TIMEOUT }
    }

    /// The same engine with another time-out for each call; 10 s is the default. Calls that move images or start a
    /// Swarm have longer ones of their own.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Whether the engine answers at all.
    ///
    /// # Errors
    /// [`EngineError::TooOld`] for an engine before Docker 20.10, [`EngineError::NotAnEngine`] for something else.
    pub async fn ping(&self) -> Result<(), EngineError> {
        self.within(self.timeout, "GET /_ping", self.learn_version()).await.map(drop)
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn call<T: DeserializeOwned>(&self, request: &Request<'_>) -> Result<T, EngineError> {
        understood(&request.call(), &self.call_raw(request).await?)
    }

    /// Sends a request and reads its answer, whatever it is.
    pub(crate) async fn call_raw(&self, request: &Request<'_>) -> Result<Vec<u8>, EngineError> {
        let call = request.call();
        let exchange = async {
            let response = self.send(request).await?;
            read_whole(&call, response.into_body(), LARGEST_ANSWER).await
        };
        self.within(self.timeout, &call, exchange).await
    }

    /// Sends a request whose answer has no end; only its beginning is waited for.
    pub(crate) async fn open(&self, request: &Request<'_>) -> Result<Response<Incoming>, EngineError> {
        self.within(self.timeout, &request.call(), self.send(request)).await
    }

    /// Bounds the time that `work` takes.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        call: &str,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let in_time = tokio::time::timeout(limit, work).await;
        in_time.unwrap_or_else(|_| Err(EngineError::TimedOut { call: call.to_owned(), limit }))
    }

    /// Sends a request in the engine's own API version; gives its answer once that has begun and is no refusal.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Response<Incoming>, EngineError> {
        let version = match self.peer.version.get() {
            Some(version) => version,
            None => self.learn_version().await?,
        };
        let mut response = self.exchange(request, Some(version)).await?;
        if let Some(now) = ApiVersion::announced(response.headers()).filter(|now| *now != version) {
            self.peer.version.set(now);
            // The engine was replaced by another version. One that does not speak the old version any more, or not yet,
            // has done nothing and says 400.
            if response.status() == StatusCode::BAD_REQUEST {
                response = self.exchange(request, Some(now)).await?;
            }
        }
        match response.status().is_success() {
            true => Ok(response),
            false => Err(read_refusal(&request.call(), response).await),
        }
    }

    async fn learn_version(&self) -> Result<ApiVersion, EngineError> {
        let request = Request::get("/_ping");
        let response = self.exchange(&request, None).await?;
        let Some(version) = ApiVersion::announced(response.headers()) else {
            return Err(EngineError::NotAnEngine { socket: self.peer.transport.socket().to_owned() });
        };
        if version < ApiVersion::OLDEST {
            return Err(EngineError::TooOld { version: version.to_string() });
        }
        self.peer.version.set(version);
        if !response.status().is_success() {
            return Err(read_refusal(&request.call(), response).await);
        }
        Ok(version)
    }

    /// Sends a request with content that is made while it is sent, once: it cannot be sent again.
    pub(crate) async fn send_with(
        &self,
        request: &Request<'_>,
        content: Content,
    ) -> Result<Response<Incoming>, EngineError> {
        let version = match self.peer.version.get() {
            Some(version) => version,
            None => self.learn_version().await?,
        };
        let call = request.call();
        let http = match request.to_http(Some(version)) {
            Ok(http) => http.map(|_| content),
            Err(source) => return Err(EngineError::NoRequest { call, source }),
        };
        let response = self.carry(&call, http).await?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(read_refusal(&call, response).await),
        }
    }

    async fn exchange(
        &self,
        request: &Request<'_>,
        version: Option<ApiVersion>,
    ) -> Result<Response<Incoming>, EngineError> {
        let call = request.call();
        match request.to_http(version) {
            Ok(http) => self.carry(&call, http).await,
            Err(source) => Err(EngineError::NoRequest { call, source }),
        }
    }

    async fn carry(
        &self,
        call: &str,
        http: http::Request<Content>,
    ) -> Result<Response<Incoming>, EngineError> {
        let mut sender = self.peer.transport.connect().await.map_err(|error| match error {
            ConnectError::Io(source) => {
                EngineError::Unreachable { socket: self.peer.transport.socket().to_owned(), source }
            }
            ConnectError::Http(source) => EngineError::interrupted(call, source),
        })?;
        let response = sender.send_request(http).await;
        response.map_err(|source| EngineError::interrupted(call, source))
    }
}
