//! The TCP port that people and remote programs come to: TLS, bounds on who waits, and where a request comes from.
//!
//! A [`Door`] serves a router and tells it, with each request, the [`Origin`] of it. Who the caller is and what they may
//! do is the router's to find out.

mod certificate;
mod connection;
mod fingerprint;
mod listener;
mod origin;

pub use certificate::{Certificate, CertificateError};
pub use fingerprint::{Fingerprint, ParseFingerprintError};
pub use listener::{Door, DoorConfig, DoorError};
pub use origin::{Origin, TrustedProxies};
