//! This program's own key.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::key::safe_rng;
use russh::keys::ssh_key::LineEnding;
use russh::keys::{Algorithm, PrivateKey, decode_secret_key};

const PRIVATE: &str = "id_ed25519";
const PUBLIC: &str = "id_ed25519.pub";
/// How it is told from others in `authorized_keys`.
const COMMENT: &str = "swarmmanager";

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file cannot be read or written.
    #[error("{} cannot be read or written", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// It is no key.
    #[error("{} holds no private key; move it away, and a new one is made", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// None can be made.
    #[error("no key can be made")]
    Make(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An Ed25519 key that this program made. Cheap to clone.
#[derive(Clone)]
pub struct OwnKey(Arc<PrivateKey>);

impl std::fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnKey")
    }
}

impl OwnKey {
    /// The key in that folder; made where there is none, for its owner's eyes only.
    ///
    /// # Errors
    /// Where it cannot be read, is no key, or cannot be made.
    pub fn load_or_make(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join(PRIVATE);
        let failed = |source| KeyError::File { path: path.clone(), source };
        match fs::read_to_string(&path) {
            Ok(text) => decode_secret_key(&text, None)
                .map(|key| Self(Arc::new(key)))
                .map_err(|error| KeyError::Malformed { path: path.clone(), source: error.into() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
                Self::make(folder)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// The line that lets it in, for `authorized_keys`.
    pub fn authorized_line(&self) -> String {
        // A key that was just read or made can be written.
        self.0.public_key().to_openssh().unwrap_or_default()
    }

    pub(crate) fn key(&self) -> Arc<PrivateKey> {
        Arc::clone(&self.0)
    }

    fn make(folder: &Path) -> Result<Self, KeyError> {
        let mut key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519)
            .map_err(|error| KeyError::Make(error.into()))?;
        key.set_comment(COMMENT);
        let text = key.to_openssh(LineEnding::LF).map_err(|error| KeyError::Make(error.into()))?;
        let made = Self(Arc::new(key));
        write(&folder.join(PRIVATE), 0o600, text.as_bytes())?;
        write(&folder.join(PUBLIC), 0o644, format!("{}\n", made.authorized_line()).as_bytes())?;
        Ok(made)
    }
}

fn write(path: &Path, mode: u32, content: &[u8]) -> Result<(), KeyError> {
    let failed = |source| KeyError::File { path: path.to_owned(), source };
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("ssh");
        let key = OwnKey::load_or_make(&folder).unwrap();
        assert!(key.authorized_line().starts_with("ssh-ed25519 AAAA"), "{}", key.authorized_line());
        assert!(key.authorized_line().ends_with(" swarmmanager"));
        assert_eq!(OwnKey::load_or_make(&folder).unwrap().authorized_line(), key.authorized_line());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(PRIVATE))), (0o700, 0o600));
        fs::write(folder.join(PRIVATE), "nonsense").unwrap();
        assert!(OwnKey::load_or_make(&folder).unwrap_err().to_string().contains("id_ed25519"));
    }
}
