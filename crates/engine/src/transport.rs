//! How an engine is reached.

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixStream;

/// What a request carries.
pub(crate) type Content = UnsyncBoxBody<Bytes, io::Error>;

/// What HTTP can be spoken over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Another way to an engine than a Unix socket of this host.
pub trait Connect: Debug + Send + Sync {
    /// A connection of its own, each time.
    fn connect(&self) -> BoxFuture<'_, io::Result<Box<dyn Stream>>>;

    /// Where the engine is, for messages.
    fn name(&self) -> String;
}

/// Where the engine listens.
#[derive(Debug)]
pub(crate) enum Transport {
    /// On a Unix socket of this host.
    Unix(PathBuf),
    /// Elsewhere.
    Over { connect: Arc<dyn Connect>, name: PathBuf },
}

/// Why no connection came about.
pub(crate) enum ConnectError {
    /// Nobody answers there.
    Io(io::Error),
    /// Somebody does, but not in HTTP.
    Http(hyper::Error),
}

impl Transport {
    /// The socket, or another place, for messages.
    pub(crate) fn socket(&self) -> &Path {
        match self {
            Self::Unix(path) => path,
            Self::Over { name, .. } => name,
        }
    }

    /// A fresh connection. It ends with what is sent over it: once the sender and its answer are dropped, it is closed.
    pub(crate) async fn connect(&self) -> Result<SendRequest<Content>, ConnectError> {
        match self {
            Self::Unix(path) => handshake(UnixStream::connect(path).await.map_err(ConnectError::Io)?).await,
            Self::Over { connect, .. } => handshake(connect.connect().await.map_err(ConnectError::Io)?).await,
        }
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Content>, ConnectError>
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
