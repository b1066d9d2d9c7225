//! Who a certificate says its holder is.

use rustls::pki_types::CertificateDer;
use swarmmanager_units::NodeId;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::AttributeTypeAndValue;

/// A node, as its certificate names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The subject's CN.
    pub node: NodeId,
    /// The subject's OU.
    pub role: Role,
    /// The subject's O: the Swarm's id.
    pub cluster: String,
    /// When the certificate ends, in seconds since 1970.
    pub not_after: i64,
}

/// A node's role in its Swarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `swarm-manager`.
    Manager,
    /// `swarm-worker`.
    Worker,
}

/// Why a certificate is not a node's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// There is none.
    #[error("no certificate was shown")]
    NoCertificate,
    /// It cannot be parsed.
    #[error("the certificate cannot be parsed")]
    Malformed,
    /// A part of the subject is missing.
    #[error("the certificate's subject has no {0}")]
    Missing(&'static str),
    /// The role is none of Swarm's.
    #[error("the certificate's role is {0:?}; a node's is swarm-manager or swarm-worker")]
    Role(String),
}

impl Peer {
    /// Reads the first certificate of a chain. Whether to believe it is for the TLS handshake to say.
    pub fn from_certificates(chain: &[CertificateDer<'_>]) -> Result<Self, PeerError> {
        let first = chain.first().ok_or(PeerError::NoCertificate)?;
        let (_, certificate) = X509Certificate::from_der(first).map_err(|_| PeerError::Malformed)?;
        let subject = certificate.subject();
        let node = only(subject.iter_common_name(), "common name (CN)")?;
        let cluster = only(subject.iter_organization(), "organization (O)")?;
        let role = match only(subject.iter_organizational_unit(), "organizational unit (OU)")?.as_str() {
            "swarm-manager" => Role::Manager,
            "swarm-worker" => Role::Worker,
            other => return Err(PeerError::Role(other.to_owned())),
        };
        let not_after = certificate.validity().not_after.timestamp();
        Ok(Self { node: node.into(), role, cluster, not_after })
    }
}

fn only<'a>(
    mut values: impl Iterator<Item = &'a AttributeTypeAndValue<'a>>,
    name: &'static str,
) -> Result<String, PeerError> {
    let value = values.next().and_then(|value| value.as_str().ok()).filter(|value| !value.is_empty());
    value.map(str::to_owned).ok_or(PeerError::Missing(name))
}
