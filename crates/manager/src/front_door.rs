//! Opens the TCP port, and says where it is and how the first account is made.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use swarmmanager_door::{Certificate, CertificateError, Door, DoorConfig, DoorError};

use crate::access::Access;
use crate::config::{FrontDoor, Shown};

/// Why the TCP port cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FrontDoorError {
    /// There is no certificate to show.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The port cannot be listened on.
    #[error(transparent)]
    Door(#[from] DoorError),
}

/// The port, open.
pub(crate) struct OpenDoor {
    door: Door,
    url: Arc<str>,
    certificate: Option<Arc<Certificate>>,
    announce: fn(&str),
}

impl OpenDoor {
    /// Opens it. The node's name and address are what a certificate of its own is for.
    pub(crate) async fn open(
        config: &FrontDoor,
        state_dir: &Path,
        hostname: &str,
        address: &str,
    ) -> Result<Self, FrontDoorError> {
        let certificate = match &config.shown {
            Shown::Nothing => None,
            Shown::Certificate { certificate, key } => Some(Certificate::of_operator(certificate, key)?),
            Shown::SelfSigned => {
                let names = [hostname, address, "localhost", "127.0.0.1", "::1"];
                let names: Vec<String> =
                    names.iter().filter(|name| !name.is_empty()).map(ToString::to_string).collect();
                Some(Certificate::self_signed(state_dir, &names)?)
            }
        };
        let certificate = certificate.map(Arc::new);
        let door_config = DoorConfig {
            address: config.listen,
            certificate: certificate.clone(),
            proxies: config.proxies.clone(),
        };
        let door = Door::open(door_config).await?;
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", host(door.address(), address, hostname)).into();
        tracing::info!(listen = %door.address(), %url, "serving the console");
        Ok(Self { door, url, certificate, announce: config.announce })
    }

    /// Where browsers find it.
    pub(crate) fn url(&self) -> Arc<str> {
        Arc::clone(&self.url)
    }

    /// Serves, and says how the first account is made as long as there is none.
    pub(crate) async fn serve(self, router: Router, access: Access) {
        let Self { door, url, certificate, announce } = self;
        let trust = certificate.filter(|certificate| certificate.is_self_signed()).map(|certificate| {
            format!(
                "\nIts certificate is its own; compare the SHA-256 fingerprint:\n    {}",
                certificate.fingerprint()
            )
        });
        announce(&format!("The console is at {url}{}", trust.unwrap_or_default()));
        let set_up = async {
            let say = |link: &crate::access::Link| {
                announce(&format!(
                    "Nobody has an account yet. This link makes the first one, once, within 24 hours:\n    {url}{}",
                    link.path
                ));
            };
            access.announce_set_up(say).await;
        };
        tokio::join!(door.serve(router), set_up);
    }
}

/// What to type into a browser's address bar to get to a listening address.
fn host(listen: SocketAddr, node_address: &str, hostname: &str) -> String {
    let ip = match (listen.ip().is_unspecified(), node_address.parse::<IpAddr>()) {
        (false, _) => listen.ip(),
        (true, Ok(ip)) => ip,
        (true, Err(_)) => return format!("{hostname}:{}", listen.port()),
    };
    SocketAddr::new(ip, listen.port()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_stands_for_all_is_shown_as_the_node_s() {
        let check = |listen: &str, node: &str, shown: &str| {
            assert_eq!(host(listen.parse().unwrap(), node, "ap1"), shown);
        };
        check("0.0.0.0:6602", "10.0.0.7", "10.0.0.7:6602");
        check("[::]:6602", "fd00::7", "[fd00::7]:6602");
        check("[::]:6602", "", "ap1:6602");
        check("127.0.0.1:80", "10.0.0.7", "127.0.0.1:80");
    }
}
