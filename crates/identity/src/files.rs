//! Docker's files.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::IdentityError;

pub(crate) const NODE_CERTIFICATE: &str = "swarm-node.crt";
const NODE_KEY: &str = "swarm-node.key";
pub(crate) const ROOT_CA: &str = "swarm-root-ca.crt";

/// Which files there were: cheap to take, different after a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision([Option<(u64, i64, i64, u64)>; 3]);

impl Revision {
    /// The files that are there now.
    pub fn of(folder: &Path) -> Self {
        Self([NODE_CERTIFICATE, NODE_KEY, ROOT_CA].map(|name| {
            let file = fs::metadata(folder.join(name)).ok()?;
            Some((file.ino(), file.mtime(), file.mtime_nsec(), file.size()))
        }))
    }
}

pub(crate) fn certificates(folder: &Path, name: &str) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let pem = read(folder, name)?;
    let malformed = |reason: String| IdentityError::Malformed { path: folder.join(name), reason };
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let all = all.map_err(|error| malformed(error.to_string()))?;
    if all.is_empty() { Err(malformed("it holds no certificate".into())) } else { Ok(all) }
}

pub(crate) fn private_key(folder: &Path) -> Result<PrivateKeyDer<'static>, IdentityError> {
    let path = folder.join(NODE_KEY);
    let pem = String::from_utf8_lossy(&read(folder, NODE_KEY)?).into_owned();
    if pem.contains("ENCRYPTED") {
        return Err(IdentityError::Encrypted { path });
    }
    PrivateKeyDer::from_pem_slice(without_headers(&pem).as_bytes())
        .map_err(|error| IdentityError::Malformed { path, reason: error.to_string() })
}

/// PEM without the headers that Swarm writes into it (`kek-version: 0`, `raft-dek: …`) and the empty line behind them,
/// which today's PEM does not have.
fn without_headers(pem: &str) -> String {
    let lines = pem.lines().filter(|line| !line.trim().is_empty() && !line.contains(": "));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, IdentityError> {
    let path = folder.join(name);
    fs::read(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => IdentityError::NotInSwarm { folder: folder.to_owned() },
        _ => IdentityError::Read { path, source },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swarm_s_own_headers_are_dropped() {
        let pem = "-----BEGIN EC PRIVATE KEY-----\nkek-version: 0\nraft-dek: EAEaIA==\n\nMHcCAQEE\nIB==\n-----END EC PRIVATE KEY-----\n";
        assert_eq!(
            without_headers(pem),
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\nIB==\n-----END EC PRIVATE KEY-----\n"
        );
    }
}
