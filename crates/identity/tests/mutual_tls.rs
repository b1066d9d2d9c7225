//! Handshakes between nodes with certificates in the shape of Swarm's.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{ClientConnection, ServerConnection};
use swarmmanager_identity::{Identity, IdentityError, Peer, Revision, Role};

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn authority() -> Authority {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.distinguished_name.push(DnType::CommonName, "swarm-ca");
    let pem = params.self_signed(&key).unwrap().pem();
    Authority { pem, issuer: Issuer::new(params, key) }
}

fn write_node(folder: &Path, authority: &Authority, role: &str, node: &str) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([role.to_owned(), node.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::OrganizationName, "cluster");
    params.distinguished_name.push(DnType::OrganizationalUnitName, role);
    params.distinguished_name.push(DnType::CommonName, node);
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(&key, &authority.issuer).unwrap();
    let headers = "-----BEGIN PRIVATE KEY-----\nkek-version: 0\nraft-dek: EAEaIA==\n\n";
    let key = key.serialize_pem().replace("\r\n", "\n").replace("-----BEGIN PRIVATE KEY-----\n", headers);
    std::fs::write(folder.join("swarm-node.crt"), certificate.pem()).unwrap();
    std::fs::write(folder.join("swarm-node.key"), key).unwrap();
    std::fs::write(folder.join("swarm-root-ca.crt"), &authority.pem).unwrap();
}

fn identity(authority: &Authority, role: &str, node: &str) -> Identity {
    let folder = tempfile::tempdir().unwrap();
    write_node(folder.path(), authority, role, node);
    Identity::load(folder.path()).unwrap()
}

/// Who the server sees, or the first error of either side.
fn handshake(server: &Identity, client: &Identity) -> Result<Peer, rustls::Error> {
    let mut server = ServerConnection::new(Arc::new(server.server_config().unwrap())).unwrap();
    let config = Arc::new(client.client_config().unwrap());
    let mut client = ClientConnection::new(config, Identity::manager_name()).unwrap();
    while server.is_handshaking() || client.is_handshaking() {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets()?;
        let mut wire = Vec::new();
        server.write_tls(&mut wire).unwrap();
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok(Peer::from_certificates(server.peer_certificates().unwrap()).unwrap())
}

#[test]
fn a_manager_learns_from_a_handshake_who_the_worker_is() {
    let swarm = authority();
    let peer =
        handshake(&identity(&swarm, "swarm-manager", "m1"), &identity(&swarm, "swarm-worker", "w1")).unwrap();
    assert_eq!((peer.node.as_str(), peer.role, peer.cluster.as_str()), ("w1", Role::Worker, "cluster"));
}

#[test]
fn a_worker_cannot_pose_as_a_manager() {
    let swarm = authority();
    let error = handshake(&identity(&swarm, "swarm-worker", "w1"), &identity(&swarm, "swarm-worker", "w2"));
    assert!(matches!(error, Err(rustls::Error::InvalidCertificate(_))), "{error:?}");
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let (swarm, forger) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    write_node(folder.path(), &forger, "swarm-worker", "w1");
    // The forger trusts the real Swarm, so that only its own certificate is at fault.
    std::fs::write(folder.path().join("swarm-root-ca.crt"), &swarm.pem).unwrap();
    let forged = Identity::load(folder.path()).unwrap();
    let error = handshake(&identity(&swarm, "swarm-manager", "m1"), &forged);
    assert!(matches!(error, Err(rustls::Error::InvalidCertificate(_))), "{error:?}");
}

#[test]
fn during_a_rotation_of_the_root_both_are_trusted() {
    let (old, new) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    write_node(folder.path(), &old, "swarm-manager", "m1");
    std::fs::write(folder.path().join("swarm-root-ca.crt"), format!("{}{}", old.pem, new.pem)).unwrap();
    let server = Identity::load(folder.path()).unwrap();
    assert!(handshake(&server, &identity(&old, "swarm-worker", "w1")).is_ok());
}

#[test]
fn a_rotation_changes_the_revision() {
    let folder = tempfile::tempdir().unwrap();
    let swarm = authority();
    write_node(folder.path(), &swarm, "swarm-worker", "w1");
    let identity = Identity::load(folder.path()).unwrap();
    assert_eq!(*identity.revision(), Revision::of(folder.path()));
    let replacement = tempfile::tempdir().unwrap();
    write_node(replacement.path(), &swarm, "swarm-worker", "w1");
    std::fs::rename(replacement.path().join("swarm-node.crt"), folder.path().join("swarm-node.crt")).unwrap();
    assert_ne!(*identity.revision(), Revision::of(folder.path()));
}

#[test]
fn what_cannot_be_used_is_told_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let error = Identity::load(folder.path()).err().unwrap();
    assert!(matches!(error, IdentityError::NotInSwarm { .. }), "{error}");

    write_node(folder.path(), &authority(), "swarm-manager", "m1");
    // PKCS #8, and the form that Docker before 18.09 wrote.
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nkek-version: 42\nraft-dek: EAEaIA==\n\nMIH=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let locked_before = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\nkek-version: 42\n\nMIH=\n-----END EC PRIVATE KEY-----\n";
    for locked in [locked, locked_before] {
        std::fs::write(folder.path().join("swarm-node.key"), locked).unwrap();
        let error = Identity::load(folder.path()).err().unwrap();
        assert!(matches!(error, IdentityError::Encrypted { .. }), "{error}");
        assert!(error.to_string().contains("--autolock=false"), "{error}");
    }

    write_node(folder.path(), &authority(), "swarm-gateway", "x1");
    let error = Identity::load(folder.path()).err().unwrap();
    assert!(matches!(error, IdentityError::Subject(_)), "{error}");
}

/// Docker replaces one file after the other: whoever reads in between has a pair that does not fit.
#[test]
fn a_key_of_another_certificate_is_refused_until_its_certificate_is_there_too() {
    let (swarm, old, new) = (authority(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_node(old.path(), &swarm, "swarm-manager", "m1");
    write_node(new.path(), &swarm, "swarm-manager", "m1");
    std::fs::rename(new.path().join("swarm-node.key"), old.path().join("swarm-node.key")).unwrap();
    let between = Identity::load(old.path()).unwrap();
    for error in [between.server_config().err().unwrap(), between.client_config().err().unwrap()] {
        assert!(matches!(error, IdentityError::Tls(_)), "{error}");
    }
    std::fs::rename(new.path().join("swarm-node.crt"), old.path().join("swarm-node.crt")).unwrap();
    assert_ne!(*between.revision(), Revision::of(old.path()), "whoever looks again sees that there is more");
    let after = Identity::load(old.path()).unwrap();
    assert!(handshake(&after, &identity(&swarm, "swarm-worker", "w1")).is_ok());
}

/// Wherever a file ends, it is refused or it is whole.
#[test]
fn half_written_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write_node(folder.path(), &authority(), "swarm-manager", "m1");
    for name in ["swarm-node.crt", "swarm-node.key", "swarm-root-ca.crt"] {
        let path = folder.path().join(name);
        let whole = std::fs::read(&path).unwrap();
        let end = whole.trim_ascii_end().len();
        for length in (0..end).step_by(7) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let error = Identity::load(folder.path()).err();
            assert!(error.is_some(), "{name} with {length} of {} bytes", whole.len());
        }
        std::fs::write(&path, &whole).unwrap();
        assert!(Identity::load(folder.path()).unwrap().server_config().is_ok());
    }
}

#[test]
fn files_that_are_no_text_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["swarm-node.crt", "swarm-node.key", "swarm-root-ca.crt"] {
        write_node(folder.path(), &authority(), "swarm-manager", "m1");
        std::fs::write(folder.path().join(name), [0xff, 0, 0x80, b'\n'].repeat(1000)).unwrap();
        let error = Identity::load(folder.path()).err().unwrap();
        assert!(matches!(error, IdentityError::Malformed { .. }), "{name}: {error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn the_same_roots_are_known_again_whatever_the_leaf() {
    let (swarm, other) = (authority(), authority());
    let first = identity(&swarm, "swarm-manager", "m1");
    assert!(first.trusts_the_same(&identity(&swarm, "swarm-manager", "m1")));
    assert!(!first.trusts_the_same(&identity(&other, "swarm-manager", "m1")));
}
