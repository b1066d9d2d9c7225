//! Who a node is: the certificate that Swarm gave it, used for mutual TLS between agents and managers.
//!
//! No second public-key infrastructure and nothing to hand out: every node of a Swarm has a certificate whose subject
//! holds its id (CN), its role (OU) and the Swarm's id (O), signed by the Swarm's root CA, and Docker rotates it. A
//! server is asked for by the name `swarm-manager`, which only managers' certificates have.

mod files;
mod peer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

pub use files::Revision;
pub use peer::{Peer, PeerError, Role};

/// The name that only managers' certificates have.
const MANAGER_NAME: &str = "swarm-manager";
/// HTTP/2.
const ALPN: &[u8] = b"h2";

/// Why a node's identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There is no certificate.
    #[error("{folder} has no Swarm certificate: this node is in no Swarm")]
    NotInSwarm {
        /// Docker's folder of certificates.
        folder: PathBuf,
    },
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// A file is not what Docker writes.
    #[error("{path} is not in the form that Docker writes: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The key is locked away.
    #[error(
        "{path} is encrypted because this Swarm is autolocked; \
         'docker swarm update --autolock=false' on a manager lets SwarmManager use it"
    )]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// The certificate's subject is not a node's.
    #[error("this node's certificate cannot be used")]
    Subject(#[source] PeerError),
    /// The parts do not fit together.
    #[error("this node's certificate, its key and the Swarm's root CA cannot be used together")]
    Tls(#[source] rustls::Error),
}

/// A node's certificate, its key, and the Swarm's root CA.
pub struct Identity {
    own: Peer,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    roots: Arc<RootCertStore>,
    revision: Revision,
}

impl Identity {
    /// Reads what Docker keeps in its folder `swarm/certificates`.
    pub fn load(folder: &Path) -> Result<Self, IdentityError> {
        // Before the files, so that a change while they are read is noticed afterwards.
        let revision = Revision::of(folder);
        let chain = files::certificates(folder, files::NODE_CERTIFICATE)?;
        let key = files::private_key(folder)?;
        let mut roots = RootCertStore::empty();
        for root in files::certificates(folder, files::ROOT_CA)? {
            roots.add(root).map_err(IdentityError::Tls)?;
        }
        let own = Peer::from_certificates(&chain).map_err(IdentityError::Subject)?;
        Ok(Self { own, chain, key, roots: Arc::new(roots), revision })
    }

    /// The node that this identity is of.
    pub fn own(&self) -> &Peer {
        &self.own
    }

    /// What was read: differs from [`Revision::of`] the folder once Docker has rotated anything.
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// Whether both trust the same root CAs.
    pub fn trusts_the_same(&self, other: &Self) -> bool {
        self.roots.roots == other.roots.roots
    }

    /// For connecting to a manager: shows this node's certificate, accepts only managers of the same Swarm.
    pub fn client_config(&self) -> Result<ClientConfig, IdentityError> {
        let mut config = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(IdentityError::Tls)?
            .with_root_certificates(Arc::clone(&self.roots))
            .with_client_auth_cert(self.chain.clone(), self.key.clone_key())
            .map_err(IdentityError::Tls)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(config)
    }

    /// The server name to connect with.
    pub fn manager_name() -> ServerName<'static> {
        // The constant is a valid DNS name; the address is only there because the type wants an answer.
        ServerName::try_from(MANAGER_NAME)
            .unwrap_or(ServerName::IpAddress(std::net::Ipv4Addr::UNSPECIFIED.into()))
    }

    /// For listening: shows this node's certificate, accepts only nodes of the same Swarm.
    pub fn server_config(&self) -> Result<ServerConfig, IdentityError> {
        let provider = Arc::new(ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&self.roots), Arc::clone(&provider))
                .build()
                .map_err(|error| IdentityError::Tls(rustls::Error::General(error.to_string())))?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(IdentityError::Tls)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(self.chain.clone(), self.key.clone_key())
            .map_err(IdentityError::Tls)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        // Agents stay connected; what resuming a session needs would only cost memory.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        Ok(config)
    }
}
