//! HTTP/1.1 over a connection to the engine. A further kind of connection is one more arm of [`connect`].

use std::path::Path;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use crate::EngineError;

/// A fresh connection, driven in the background until it is closed.
///
/// One for each call: the engine's socket is local, so that a connection costs microseconds, and a call that was given
/// up leaves nothing behind.
pub(crate) async fn connect(socket: &Path) -> Result<SendRequest<Full<Bytes>>, EngineError> {
    let unreachable = |source| EngineError::Unreachable { socket: socket.to_owned(), source };
    let stream = UnixStream::connect(socket).await.map_err(unreachable)?;
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|source| EngineError::Broken { call: "the handshake".into(), source })?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::trace!(%error, "connection to the engine ended");
        }
    });
    Ok(sender)
}
