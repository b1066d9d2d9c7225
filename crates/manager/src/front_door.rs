//! Opens the TCP port, and says where it is and how the first account is made.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use swarmmanager_door::{Certificate, CertificateError, Door, DoorConfig, DoorError, Fingerprint};

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
    shown: Announcement,
}

/// What root is told of the console. What it says is no matter for logs.
#[derive(Clone)]
pub(crate) struct Announcement {
    /// Where browsers find it.
    pub(crate) url: Arc<str>,
    /// What the certificate has to show, where nobody else vouches for it.
    fingerprint: Option<Fingerprint>,
    say: fn(&str),
}

impl Announcement {
    fn place(&self) {
        let trust = self.fingerprint.map(|fingerprint| {
            format!("\nIts certificate is its own; compare the SHA-256 fingerprint:\n    {fingerprint}")
        });
        (self.say)(&format!("The console is at {}{}", self.url, trust.unwrap_or_default()));
    }

    /// A link that makes the first account.
    pub(crate) fn first_account(&self, path: &str) {
        (self.say)(&format!(
            "Nobody has an account yet. This link makes the first one, once, within 24 hours:\n    {}{path}",
            self.url
        ));
    }

    /// A link that starts a Swarm, and then makes the first account.
    pub(crate) fn first_swarm(&self, path: &str) {
        (self.say)(&format!(
            "This host is in no Swarm yet. This link starts one and makes the first account, once, within 24 hours:\n    \
             {}{path}",
            self.url
        ));
    }
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
        let fingerprint =
            certificate.as_ref().filter(|shown| shown.is_self_signed()).map(|shown| shown.fingerprint());
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let door_config = DoorConfig { address: config.listen, certificate, proxies: config.proxies.clone() };
        let door = Door::open(door_config).await?;
        let url: Arc<str> = format!("{scheme}://{}", host(door.address(), address, hostname)).into();
        tracing::info!(listen = %door.address(), %url, "serving the console");
        Ok(Self { door, shown: Announcement { url, fingerprint, say: config.announce } })
    }

    /// How people find it.
    pub(crate) fn shown(&self) -> Announcement {
        self.shown.clone()
    }

    /// Says where it is, and serves.
    pub(crate) async fn serve(self, router: Router) {
        self.shown.place();
        self.door.serve(router).await;
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
