//! How a node becomes a member: a key, a signing request, the token, and the certificate that the Swarm issues.

use std::fs;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use swarmmanager_identity::Identity;

use crate::channel::Dialler;
use crate::machine::Machine;
use crate::wire::issuance_status::State;
use crate::wire::node_ca_client::NodeCaClient;
use crate::wire::{IssueNodeCertificateRequest, NodeCertificateStatusRequest};
use crate::{CrowdError, Entrance, Member};

/// HTTP/2.
const ALPN: &[u8] = b"h2";

pub(crate) async fn join(machine: Machine, entrance: Entrance) -> Result<Member, CrowdError> {
    let address = entrance.addresses_after.map(|before| {
        let number = u32::from(before).wrapping_add(machine.number).wrapping_add(1);
        number.into()
    });
    let link = Dialler { tls: Arc::new(stranger(&entrance.trust_root)?), source: address };
    let key = KeyPair::generate().map_err(CrowdError::Request)?;
    let certificate = certificate(&link, &machine, &entrance, &key).await?;
    let identity = identity(&certificate, &key, &entrance.trust_root)?;
    Ok(Member { machine, identity: Arc::new(identity), address, manager: entrance.manager })
}

/// For whoever has no certificate yet.
fn stranger(trust_root: &str) -> Result<ClientConfig, CrowdError> {
    let unusable = |error: String| CrowdError::TrustRoot(error);
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(trust_root.as_bytes()) {
        let root = root.map_err(|error| unusable(error.to_string()))?;
        roots.add(root).map_err(|error| unusable(error.to_string()))?;
    }
    let mut config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| unusable(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

/// The certificate's chain, in PEM.
async fn certificate(
    link: &Dialler,
    machine: &Machine,
    entrance: &Entrance,
    key: &KeyPair,
) -> Result<Vec<u8>, CrowdError> {
    let refused = |reason: String| CrowdError::Refused { hostname: machine.hostname(), reason };
    // Whatever subject is asked for, the Swarm writes its own.
    let request = CertificateParams::default().serialize_request(key).map_err(CrowdError::Request)?;
    let csr = request.pem().map_err(CrowdError::Request)?.into_bytes();
    let mut authority = NodeCaClient::new(link.connect(entrance.manager).await.map_err(CrowdError::Connect)?);
    let ask = IssueNodeCertificateRequest { csr, token: entrance.token.clone() };
    let asked = authority.issue_node_certificate(ask).await.map_err(|status| refused(status.to_string()))?;
    let node_id = asked.into_inner().node_id;
    loop {
        let ask = NodeCertificateStatusRequest { node_id: node_id.clone() };
        let answer = authority.node_certificate_status(ask).await;
        let answer = answer.map_err(|status| refused(status.to_string()))?.into_inner();
        let status = answer.status.unwrap_or_default();
        match status.state() {
            State::Issued => return Ok(answer.certificate.unwrap_or_default().certificate),
            State::Failed => return Err(refused(status.err)),
            // Each answer comes with a change.
            _ => {}
        }
    }
}

/// As read from files like Docker's, which are gone afterwards.
fn identity(certificate: &[u8], key: &KeyPair, trust_root: &str) -> Result<Identity, CrowdError> {
    let folder = tempfile::tempdir().map_err(CrowdError::File)?;
    let key = key.serialize_pem();
    let files: [(&str, &[u8]); 3] = [
        ("swarm-node.crt", certificate),
        ("swarm-node.key", key.as_bytes()),
        ("swarm-root-ca.crt", trust_root.as_bytes()),
    ];
    for (name, content) in files {
        fs::write(folder.path().join(name), content).map_err(CrowdError::File)?;
    }
    Identity::load(folder.path()).map_err(CrowdError::Identity)
}
