//! The Swarm's certificate authority.

use swarmmanager_api::SwarmCa;
use swarmmanager_door::Fingerprint;
use swarmmanager_engine::{Engine, EngineError};
use x509_parser::pem::parse_x509_pem;

/// Why the certificate authority cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthorityError {
    /// Swarm does not say.
    #[error("the Swarm's certificate authority cannot be read")]
    Read(#[from] EngineError),
    /// It is no certificate.
    #[error("the Swarm's certificate authority is no certificate: {0}")]
    Malformed(String),
}

/// The one that is in force; while it is being replaced, the new one.
pub(crate) async fn authority(engine: &Engine) -> Result<SwarmCa, AuthorityError> {
    let settings = engine.swarm_inspect().await?;
    let malformed = |error: &dyn std::fmt::Display| AuthorityError::Malformed(error.to_string());
    let (_, pem) = parse_x509_pem(settings.trust_root.as_bytes()).map_err(|error| malformed(&error))?;
    let certificate = pem.parse_x509().map_err(|error| malformed(&error))?;
    Ok(SwarmCa {
        fingerprint: Fingerprint::of(&pem.contents).to_string(),
        expires_unix_ms: certificate.validity().not_after.timestamp().saturating_mul(1000),
        certificate: settings.trust_root,
        rotating: settings.root_rotation_in_progress,
    })
}
