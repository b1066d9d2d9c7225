//! Whose certificate a manager may show.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use swarmmanager_door::Fingerprint;

/// Whose certificate is trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Those that the system trusts.
    #[default]
    System,
    /// Those signed by a CA in this file.
    Authority(PathBuf),
    /// The one of this fingerprint.
    Fingerprint(Fingerprint),
}

/// Why a certificate cannot be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    /// The CA's file.
    #[error("the certificates in {path} cannot be read: {reason}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] Error),
}

/// The fingerprint of the certificate that was shown, for the one who is told that it is not trusted.
pub(super) type Shown = Arc<Mutex<Option<Fingerprint>>>;

/// How to speak TLS, and where to find what was shown.
pub(super) fn client_config(trust: &Trust) -> Result<(ClientConfig, Shown), TrustError> {
    let provider = Arc::new(ring::default_provider());
    let judge = match trust {
        Trust::Fingerprint(fingerprint) => Judge::Fingerprint(*fingerprint),
        Trust::System => Judge::roots(system_roots(), &provider)?,
        Trust::Authority(path) => Judge::roots(Some(roots_in(path)?), &provider)?,
    };
    let shown = Shown::default();
    let verifier = Verifier { judge, provider: Arc::clone(&provider), shown: Arc::clone(&shown) };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TrustError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok((config, shown))
}

/// What the system trusts; nothing where it has no list.
fn system_roots() -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    (!roots.is_empty()).then_some(roots)
}

fn roots_in(path: &Path) -> Result<RootCertStore, TrustError> {
    let failed = |reason: String| TrustError::Read { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_reader_iter(BufReader::new(file)) {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        roots.add(certificate).map_err(|error| failed(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(failed("there is none in it".to_owned()));
    }
    Ok(roots)
}

#[derive(Debug)]
enum Judge {
    Fingerprint(Fingerprint),
    Roots(Arc<WebPkiServerVerifier>),
    /// The system trusts nobody.
    Nobody,
}

impl Judge {
    fn roots(roots: Option<RootCertStore>, provider: &Arc<CryptoProvider>) -> Result<Self, TrustError> {
        let Some(roots) = roots else { return Ok(Self::Nobody) };
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map(Self::Roots)
            .map_err(|error| TrustError::Tls(Error::General(error.to_string())))
    }
}

#[derive(Debug)]
struct Verifier {
    judge: Judge,
    provider: Arc<CryptoProvider>,
    shown: Shown,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let fingerprint = Fingerprint::of(end_entity);
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(fingerprint);
        match &self.judge {
            Judge::Fingerprint(wanted) if *wanted == fingerprint => Ok(ServerCertVerified::assertion()),
            Judge::Fingerprint(_) | Judge::Nobody => {
                Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
            }
            Judge::Roots(roots) => {
                roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
