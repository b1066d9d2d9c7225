//! Which keys hosts are known by.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use russh::keys::known_hosts::known_host_keys_path;
use russh::keys::{Algorithm, HashAlg, PublicKey};

use crate::SshError;

/// Files of known hosts as OpenSSH writes them: one of its own, and others that are only read. Cheap to clone.
#[derive(Debug, Clone)]
pub struct HostKeys {
    own: Arc<Path>,
    others: Arc<[PathBuf]>,
    /// Lines are added one at a time.
    writing: Arc<Mutex<()>>,
}

/// Whether a host's key is the one that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Known,
    /// None is known.
    New,
    /// Another one is known.
    Changed {
        /// Where.
        file: PathBuf,
        /// In which line.
        line: usize,
    },
}

/// What to do with the key of a host that is not known. One that changed is always refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewHostKeys {
    /// Refuse it.
    Refuse,
    /// Accept it as it comes, and remember it.
    Accept,
    /// Accept it if its fingerprint is one of these (`SHA256:…`), and remember it.
    AcceptThese(Vec<String>),
}

impl NewHostKeys {
    pub(crate) fn takes(&self, fingerprint: &str) -> bool {
        match self {
            Self::Refuse => false,
            Self::Accept => true,
            Self::AcceptThese(accepted) => accepted.iter().any(|known| known == fingerprint),
        }
    }
}

impl HostKeys {
    /// The own file, which need not be there yet, and those that are read as well.
    pub fn new(own: PathBuf, others: Vec<PathBuf>) -> Self {
        Self { own: own.into(), others: others.into(), writing: Arc::default() }
    }

    /// Whether that host is known by that key. A host that is known, and shows none of the keys that it is known by, has
    /// changed, also where the key is of a kind that was not known.
    ///
    /// # Errors
    /// [`SshError::KnownHosts`] where a line about the host cannot be read.
    pub(crate) fn judge(&self, address: &str, port: u16, key: &PublicKey) -> Result<Verdict, SshError> {
        let mut verdict = Verdict::New;
        for (file, known) in self.known(address, port)? {
            if known.key_data() == key.key_data() {
                return Ok(Verdict::Known);
            }
            if verdict == Verdict::New || known.algorithm() == key.algorithm() {
                verdict = Verdict::Changed { line: line_of(&file, &known), file };
            }
        }
        Ok(verdict)
    }

    /// The kinds of keys that a host is known by: it is to show one of these.
    pub(crate) fn algorithms(&self, address: &str, port: u16) -> Result<Vec<Algorithm>, SshError> {
        Ok(self.known(address, port)?.into_iter().map(|(_, key)| key.algorithm()).collect())
    }

    /// The file that says of a key that nobody may trust it any more.
    pub(crate) fn revoked(&self, key: &PublicKey) -> Option<&Path> {
        let encoded = encoded(key);
        let revokes = |line: &str| line.starts_with("@revoked") && line.contains(&encoded);
        self.files().find(|file| fs::read_to_string(file).unwrap_or_default().lines().any(revokes))
    }

    /// Remembers a host's key.
    pub(crate) fn learn(&self, address: &str, port: u16, key: &PublicKey) -> Result<(), SshError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let host = if port == 22 { address.to_owned() } else { format!("[{address}]:{port}") };
        let line = key.to_openssh().map_err(|error| unusable(&self.own, error))?;
        append(&self.own, &format!("{host} {line}\n")).map_err(|error| unusable(&self.own, error))
    }

    fn known(&self, address: &str, port: u16) -> Result<Vec<(PathBuf, PublicKey)>, SshError> {
        let mut found = Vec::new();
        for file in self.files() {
            let keys = known_host_keys_path(address, port, file).map_err(|error| unusable(file, error))?;
            found.extend(keys.into_iter().map(|(_, key)| (file.to_owned(), key)));
        }
        Ok(found)
    }

    fn files(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(&*self.own).chain(self.others.iter().map(PathBuf::as_path))
    }
}

fn append(file: &Path, line: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(file)?.write_all(line.as_bytes())
}

/// In which line of the file that key stands; 0 where it does not any more.
fn line_of(file: &Path, key: &PublicKey) -> usize {
    let text = fs::read_to_string(file).unwrap_or_default();
    let encoded = encoded(key);
    text.lines().position(|line| line.contains(&encoded)).map_or(0, |before| before + 1)
}

/// A key as it stands in such files, without its kind and its comment.
fn encoded(key: &PublicKey) -> String {
    // A key that was read can be written.
    let written = key.to_openssh().unwrap_or_default();
    written.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn unusable(file: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SshError {
    SshError::KnownHosts { file: file.to_owned(), source: error.into() }
}

/// A key's fingerprint as OpenSSH shows it.
pub(crate) fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use russh::keys::PrivateKey;
    use russh::keys::key::safe_rng;
    use russh::keys::ssh_key::EcdsaCurve;
    use std::process::Command;

    fn key() -> PublicKey {
        key_of(Algorithm::Ed25519)
    }

    fn key_of(kind: Algorithm) -> PublicKey {
        PrivateKey::random(&mut safe_rng(), kind).unwrap().public_key().clone()
    }

    #[test]
    fn a_host_is_known_by_the_key_that_it_was_learned_with() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (key(), key());
        let keys = HostKeys::new(folder.path().join("deep/known_hosts"), vec![folder.path().join("none")]);
        assert_eq!(keys.judge("10.0.0.2", 22, &first).unwrap(), Verdict::New);
        keys.learn("10.0.0.2", 22, &first).unwrap();
        keys.learn("10.0.0.2", 2222, &second).unwrap();
        assert_eq!(keys.judge("10.0.0.2", 22, &first).unwrap(), Verdict::Known);
        assert_eq!(keys.judge("10.0.0.2", 2222, &second).unwrap(), Verdict::Known);
        assert_eq!(keys.judge("10.0.0.3", 22, &first).unwrap(), Verdict::New);
        let Verdict::Changed { file, line } = keys.judge("10.0.0.2", 22, &second).unwrap() else { panic!() };
        assert!(file.ends_with("deep/known_hosts") && line == 1, "{file:?} {line}");
    }

    #[test]
    fn a_known_host_with_a_key_of_another_kind_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let (known, other) = (key(), key_of(Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 }));
        let keys = HostKeys::new(folder.path().join("known_hosts"), Vec::new());
        keys.learn("ap1", 22, &known).unwrap();
        assert!(matches!(keys.judge("ap1", 22, &other).unwrap(), Verdict::Changed { line: 1, .. }));
        keys.learn("ap1", 22, &other).unwrap();
        assert_eq!(keys.judge("ap1", 22, &known).unwrap(), Verdict::Known);
        assert_eq!(keys.judge("ap1", 22, &other).unwrap(), Verdict::Known);
    }

    #[test]
    fn hosts_are_found_by_hashed_names_too_and_revoked_keys_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let (known, revoked, path) = (key(), key(), folder.path().join("known_hosts"));
        let line = |key: &PublicKey| key.to_openssh().unwrap();
        fs::write(&path, format!("ap1 {}\n@revoked * {}\n", line(&known), line(&revoked))).unwrap();
        let hashed = Command::new("ssh-keygen").args(["-H", "-f"]).arg(&path).output().unwrap();
        assert!(hashed.status.success(), "{hashed:?}");
        assert!(fs::read_to_string(&path).unwrap().starts_with("|1|"));
        let keys = HostKeys::new(path.clone(), Vec::new());
        assert_eq!(keys.judge("ap1", 22, &known).unwrap(), Verdict::Known);
        assert_eq!((keys.revoked(&known), keys.revoked(&revoked)), (None, Some(path.as_path())));
    }

    #[test]
    fn what_others_wrote_counts_and_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let (known, other) = (key(), folder.path().join("other"));
        let line = format!("# mine\nap1,10.0.0.2 {}\n", known.to_openssh().unwrap());
        std::fs::write(&other, &line).unwrap();
        let keys = HostKeys::new(folder.path().join("own"), vec![other.clone()]);
        assert_eq!(keys.judge("ap1", 22, &known).unwrap(), Verdict::Known);
        assert_eq!(keys.algorithms("10.0.0.2", 22).unwrap(), [Algorithm::Ed25519]);
        keys.learn("ap2", 22, &known).unwrap();
        assert_eq!(std::fs::read_to_string(other).unwrap(), line);
    }

    #[test]
    fn a_new_key_is_taken_only_as_somebody_said() {
        let shown = fingerprint(&key());
        assert!(shown.starts_with("SHA256:"));
        assert!(!NewHostKeys::Refuse.takes(&shown) && NewHostKeys::Accept.takes(&shown));
        assert!(NewHostKeys::AcceptThese(vec![shown.clone()]).takes(&shown));
        assert!(!NewHostKeys::AcceptThese(vec!["SHA256:x".into()]).takes(&shown));
    }
}
