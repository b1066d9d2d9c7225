//! Takes connections, as many as are good for the manager.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::certificate::Certificate;
use crate::connection;
use crate::origin::TrustedProxies;

/// Connections at once: far more than there are people.
const MOST: usize = 1024;
/// Connections at once from one address, so that one client cannot shut all others out.
const MOST_FROM_ONE: usize = 256;
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Certificates are renewed in the night; a minute later is soon enough.
const RELOAD_EVERY: Duration = Duration::from_secs(60);
/// When the system has no more descriptors, asking again at once would only burn time.
const AFTER_FAILURE: Duration = Duration::from_millis(200);

/// Why the door cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's word.
        source: io::Error,
    },
    /// Plain HTTP where others could listen in.
    #[error(
        "plain HTTP on {address} would send passwords in clear; listen on 127.0.0.1, or name the reverse proxy that \
         does TLS in front of it"
    )]
    Plain {
        /// The address.
        address: SocketAddr,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

/// How a door is made.
#[derive(Debug)]
pub struct DoorConfig {
    /// Where to listen.
    pub address: SocketAddr,
    /// What to show; plain HTTP without it.
    pub certificate: Option<Arc<Certificate>>,
    /// Whose word to take for where a request comes from. With plain HTTP only they and this host may come in.
    pub proxies: TrustedProxies,
}

/// A port that is listened on.
pub struct Door {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    certificate: Option<Arc<Certificate>>,
    proxies: Arc<TrustedProxies>,
}

impl Door {
    /// Listens.
    ///
    /// # Errors
    /// [`DoorError::Plain`] for plain HTTP on an address that others reach, unless a proxy is declared;
    /// [`DoorError::Listen`] and [`DoorError::Tls`].
    pub async fn open(config: DoorConfig) -> Result<Self, DoorError> {
        let DoorConfig { address, certificate, proxies } = config;
        if certificate.is_none() && !address.ip().is_loopback() && proxies.is_empty() {
            return Err(DoorError::Plain { address });
        }
        let tls = certificate.as_ref().map(|certificate| tls(Arc::clone(certificate))).transpose();
        let tls = tls.map_err(DoorError::Tls)?;
        let failed = |source| DoorError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, tls, certificate, proxies: Arc::new(proxies) })
    }

    /// Where it listens; with the port that the system chose, where it was left to it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until dropped. Requests carry their [`Origin`](crate::Origin) as an extension.
    pub async fn serve(self, router: Router) {
        let all = Arc::new(Semaphore::new(MOST));
        let guests = Guests::default();
        let renewing = keep_fresh(self.certificate.clone());
        let taking = async {
            loop {
                let Ok(permit) = Arc::clone(&all).acquire_owned().await else { return };
                let (stream, peer) = match self.listener.accept().await {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "a connection to the console could not be taken");
                        sleep(AFTER_FAILURE).await;
                        continue;
                    }
                };
                let Some(guest) = self.admit(&guests, peer) else { continue };
                let (tls, proxies, router) = (self.tls.clone(), Arc::clone(&self.proxies), router.clone());
                tokio::spawn(async move {
                    take(stream, peer, tls, proxies, router).await;
                    drop((guest, permit));
                });
            }
        };
        tokio::join!(taking, renewing);
    }

    /// Whether somebody from that address may come in.
    fn admit(&self, guests: &Guests, peer: SocketAddr) -> Option<Guest> {
        let address = peer.ip().to_canonical();
        let is_proxy = self.proxies.contains(address);
        if self.tls.is_none() && !is_proxy && !address.is_loopback() {
            return None;
        }
        // All who come through a proxy have its address.
        guests.admit(address, if is_proxy { MOST } else { MOST_FROM_ONE })
    }
}

async fn take(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    proxies: Arc<TrustedProxies>,
    router: Router,
) {
    // Events are small and wanted at once.
    let _ = stream.set_nodelay(true);
    match tls {
        None => connection::serve(stream, peer, false, proxies, router).await,
        Some(tls) => match timeout(HANDSHAKE_LIMIT, tls.accept(stream)).await {
            Ok(Ok(stream)) => connection::serve(stream, peer, true, proxies, router).await,
            // Scanners, and browsers that ask their user about the certificate first: not worth a line.
            Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS"),
            Err(_) => tracing::debug!(%peer, "no TLS in time"),
        },
    }
}

fn tls(certificate: Arc<Certificate>) -> Result<TlsAcceptor, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn keep_fresh(certificate: Option<Arc<Certificate>>) {
    let Some(certificate) = certificate else { return };
    let mut ticks = interval(RELOAD_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match certificate.reload() {
            Ok(false) => {}
            Ok(true) => {
                tracing::info!(fingerprint = %certificate.fingerprint(), "took the renewed certificate")
            }
            Err(error) => tracing::warn!(%error, "the changed certificate cannot be used; the old one stays"),
        }
    }
}

/// How many connections each address has.
#[derive(Clone, Default)]
struct Guests(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection; leaves when dropped.
struct Guest {
    guests: Guests,
    address: IpAddr,
}

impl Guests {
    fn admit(&self, address: IpAddr, most: usize) -> Option<Guest> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Guest { guests: self.clone(), address })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut counts = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all_places_and_gives_them_back() {
        let guests = Guests::default();
        let (one, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let inside: Vec<Guest> = (0..3).map_while(|_| guests.admit(one, 2)).collect();
        assert_eq!(inside.len(), 2);
        assert!(guests.admit(other, 2).is_some());
        drop(inside);
        assert!(guests.0.lock().unwrap().is_empty());
        assert!(guests.admit(one, 2).is_some());
    }
}
