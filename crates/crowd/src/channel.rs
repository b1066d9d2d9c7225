//! Connections to managers: gRPC over TLS, from a node's own address.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use swarmmanager_identity::Identity;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint, Error};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A manager that vanished without a word is noticed after both.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// How a node connects.
#[derive(Clone)]
pub(crate) struct Dialler {
    pub(crate) tls: Arc<ClientConfig>,
    /// The node's own address, where it has one.
    pub(crate) source: Option<Ipv4Addr>,
}

impl Dialler {
    pub(crate) async fn connect(&self, manager: SocketAddr) -> Result<Channel, Error> {
        let dialler = self.clone();
        // Tonic's own TLS is left out: this is the Swarm's. To tonic the connection is one without.
        Endpoint::from_static("http://swarm-manager")
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
            .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
            .keep_alive_while_idle(true)
            .connect_with_connector(tower::service_fn(move |_| {
                let dialler = dialler.clone();
                async move { dialler.dial(manager).await.map(TokioIo::new) }
            }))
            .await
    }

    async fn dial(&self, manager: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        let socket = TcpSocket::new_v4()?;
        if let Some(source) = self.source {
            socket.bind((source, 0).into())?;
        }
        let stream = socket.connect(manager).await?;
        stream.set_nodelay(true)?;
        TlsConnector::from(Arc::clone(&self.tls)).connect(Identity::manager_name(), stream).await
    }
}
