//! Why a crowd cannot join.

use std::io;

use swarmmanager_identity::IdentityError;

/// Why a crowd is not in the Swarm, named after the step that failed.
#[derive(Debug, thiserror::Error)]
pub enum CrowdError {
    /// The crowd's network cannot be entered, or nothing can run there.
    #[error("cannot run in the crowd's network")]
    Network(#[source] io::Error),
    /// The Swarm's root CA cannot be used.
    #[error("the Swarm's root CA cannot be used: {0}")]
    TrustRoot(String),
    /// No key or signing request could be made.
    #[error("cannot make a key and a signing request")]
    Request(#[source] rcgen::Error),
    /// A manager cannot be reached.
    #[error("cannot connect to the manager")]
    Connect(#[source] tonic::transport::Error),
    /// The Swarm refused to issue a certificate.
    #[error("the Swarm gives {hostname} no certificate: {reason}")]
    Refused {
        /// The node.
        hostname: String,
        /// The Swarm's word.
        reason: String,
    },
    /// The certificate could not be put into a file.
    #[error("cannot keep a certificate in a file")]
    File(#[source] io::Error),
    /// What was issued is no identity.
    #[error("the issued certificate cannot be used")]
    Identity(#[source] IdentityError),
    /// A node's task ended by itself.
    #[error("a node ended")]
    Task(#[source] tokio::task::JoinError),
}
