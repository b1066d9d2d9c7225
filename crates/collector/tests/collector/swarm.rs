//! A Swarm's certificates, laid out as Docker lays them out.
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "what cannot be made here is a broken test; tests and benches each use a part"
)]

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

pub(crate) const MANAGER: &str = "swarm-manager";
pub(crate) const WORKER: &str = "swarm-worker";

/// A root CA and the id of its Swarm.
pub(crate) struct Swarm {
    id: String,
    root: CertificateDer<'static>,
    pub(crate) root_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub(crate) struct Leaf {
    pem: String,
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
}

impl Swarm {
    pub(crate) fn new(id: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.distinguished_name.push(DnType::CommonName, "swarm-ca");
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        Self { id: id.into(), root: root.der().clone(), root_pem: root.pem(), issuer }
    }

    pub(crate) fn subject(&self, role: &str, node: &str) -> CertificateParams {
        let mut params = CertificateParams::new([role.to_owned(), node.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::OrganizationName, self.id.as_str());
        params.distinguished_name.push(DnType::OrganizationalUnitName, role);
        params.distinguished_name.push(DnType::CommonName, node);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        params
    }

    pub(crate) fn sign(&self, params: &CertificateParams) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf { pem: certificate.pem(), chain: vec![certificate.der().clone()], key }
    }

    /// As if the node were its own authority.
    pub(crate) fn self_signed(&self, params: &CertificateParams) -> Leaf {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Leaf { pem: certificate.pem(), chain: vec![certificate.der().clone()], key }
    }

    pub(crate) fn leaf(&self, role: &str, node: &str) -> Leaf {
        self.sign(&self.subject(role, node))
    }

    /// A node as an agent on it connects.
    pub(crate) fn client(&self, node: &str) -> Arc<ClientConfig> {
        self.client_with(Some(&self.leaf(WORKER, node)))
    }

    /// Whoever trusts this Swarm and shows that certificate.
    pub(crate) fn client_with(&self, leaf: Option<&Leaf>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match leaf {
            None => builder.with_no_client_auth(),
            Some(leaf) => {
                let key = PrivateKeyDer::Pkcs8(leaf.key.serialize_der().into());
                builder.with_client_auth_cert(leaf.chain.clone(), key).unwrap()
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.resumption = Resumption::disabled();
        Arc::new(config)
    }

    /// Writes what Docker keeps of that node.
    pub(crate) fn write_node(&self, folder: &Path, role: &str, node: &str) {
        let leaf = self.leaf(role, node);
        let key = leaf.key.serialize_pem();
        let (begin, rest) = key.split_once('\n').unwrap();
        let key = format!("{}\nkek-version: 0\nraft-dek: EAEaIA==\n\n{rest}", begin.trim());
        // Docker puts each file in place at once.
        for (name, text) in [("swarm-node.key", key), ("swarm-node.crt", leaf.pem)] {
            replace(folder, name, &text);
        }
        self.write_roots(folder, &[]);
    }

    /// Writes the root CA, and others that are trusted beside it.
    pub(crate) fn write_roots(&self, folder: &Path, others: &[&Self]) {
        let others: String = others.iter().map(|other| other.root_pem.as_str()).collect();
        replace(folder, "swarm-root-ca.crt", &format!("{}{others}", self.root_pem));
    }
}

fn replace(folder: &Path, name: &str, text: &str) {
    let new = folder.join(format!(".{name}"));
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, folder.join(name)).unwrap();
}
