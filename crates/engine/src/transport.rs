//! How an engine is reached.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;

/// Where the engine listens.
#[derive(Debug)]
pub(crate) enum Transport {
    /// On a Unix socket of this host.
    Unix(PathBuf),
}

/// Why no connection came about.
pub(crate) enum ConnectError {
    /// Nobody answers there.
    Io(io::Error),
    /// Somebody does, but not in HTTP.
    Http(hyper::Error),
}

impl Transport {
    /// The socket, for messages.
    pub(crate) fn socket(&self) -> &Path {
        match self {
            Self::Unix(path) => path,
        }
    }

    /// A fresh connection. It ends with what is sent over it: once the sender and its answer are dropped, it is closed.
    pub(crate) async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, ConnectError> {
        match self {
            Self::Unix(path) => handshake(UnixStream::connect(path).await.map_err(ConnectError::Io)?).await,
        }
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Full<Bytes>>, ConnectError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(ConnectError::Http)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::trace!(%error, "a connection to the engine ended");
        }
    });
    Ok(sender)
}
