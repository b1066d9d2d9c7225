//! The way to a manager: a Unix socket, TLS, or plain TCP on this host.

use std::io;
use std::sync::{Arc, PoisonError};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::host::Remote;
use super::{ClientError, Host, Target, trust};

/// Something to read from and to write to.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens a connection to a manager.
pub(super) async fn connect(target: &Target) -> Result<Box<dyn Stream>, ClientError> {
    let failed = |source| ClientError::Connect { host: target.host.clone(), source };
    match &target.host {
        Host::Unix(path) => Ok(Box::new(UnixStream::connect(path).await.map_err(failed)?)),
        Host::Tcp(remote) => {
            let stream = TcpStream::connect((remote.name.as_str(), remote.port)).await.map_err(failed)?;
            if remote.is_tls { encrypt(target, remote, stream).await } else { Ok(Box::new(stream)) }
        }
    }
}

async fn encrypt(
    target: &Target,
    remote: &Remote,
    stream: TcpStream,
) -> Result<Box<dyn Stream>, ClientError> {
    let failed = |source| ClientError::Connect { host: target.host.clone(), source };
    let (config, shown) = trust::client_config(&target.trust)?;
    let name = ServerName::try_from(remote.name.clone())
        .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => match (reason(&error), *shown.lock().unwrap_or_else(PoisonError::into_inner)) {
            (Some(reason), Some(fingerprint)) => {
                Err(ClientError::Untrusted { host: target.host.clone(), fingerprint, reason })
            }
            _ => Err(failed(error)),
        },
    }
}

/// Why the certificate is not trusted, if that is what went wrong.
fn reason(error: &io::Error) -> Option<String> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    match inner {
        rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer) => {
            Some("nobody whom this system trusts signed it".to_owned())
        }
        rustls::Error::InvalidCertificate(reason) => Some(reason.to_string()),
        _ => None,
    }
}
