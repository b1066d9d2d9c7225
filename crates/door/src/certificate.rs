//! The certificate that the door shows: the operator's, or one that it made itself.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::fingerprint::Fingerprint;

const SELF_SIGNED: &str = "console-certificate.pem";
const SELF_SIGNED_KEY: &str = "console-key.pem";
/// As long as systems accept that let users trust a certificate by hand.
const VALID: Duration = Duration::from_secs(800 * 24 * 3600);
/// A certificate with less time left is replaced at the next start.
const RENEW_BEFORE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} holds no {what} in PEM form: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// They do not belong together.
    #[error("the certificate in {certificate} and the key in {key} cannot be used together")]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why not.
        source: rustls::Error,
    },
    /// None can be made.
    #[error("a self-signed certificate cannot be made")]
    Make(#[source] rcgen::Error),
    /// What was made cannot be kept.
    #[error("{path} cannot be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
}

/// A certificate with its key, read again when its files change.
#[derive(Debug)]
pub struct Certificate {
    files: Files,
    current: ArcSwap<Loaded>,
    is_self_signed: bool,
}

#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Debug)]
struct Loaded {
    key: Arc<CertifiedKey>,
    fingerprint: Fingerprint,
    changed: [Option<SystemTime>; 2],
}

impl Certificate {
    /// The operator's: a chain and its key, in PEM.
    ///
    /// # Errors
    /// Where a file cannot be read, holds something else, or they do not belong together.
    pub fn of_operator(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        Self::load(Files { certificate: certificate.to_owned(), key: key.to_owned() }, false)
    }

    /// The one that was made in that folder, or a new one for those names and addresses where there is none or it ends
    /// soon.
    ///
    /// # Errors
    /// Where none can be made or kept.
    pub fn self_signed(folder: &Path, names: &[String]) -> Result<Self, CertificateError> {
        let files = || Files { certificate: folder.join(SELF_SIGNED), key: folder.join(SELF_SIGNED_KEY) };
        if let Ok(kept) = Self::load(files(), true)
            && kept.is_valid_for(RENEW_BEFORE)
        {
            return Ok(kept);
        }
        make(&files(), names)?;
        Self::load(files(), true)
    }

    /// What people compare.
    pub fn fingerprint(&self) -> Fingerprint {
        self.current.load().fingerprint
    }

    /// Whether it was made by [`Self::self_signed`].
    pub fn is_self_signed(&self) -> bool {
        self.is_self_signed
    }

    /// Reads the files again if they changed; says whether they did.
    ///
    /// # Errors
    /// As [`Self::of_operator`]; the certificate that was read before stays in use.
    pub fn reload(&self) -> Result<bool, CertificateError> {
        if self.current.load().changed == self.files.changed() {
            return Ok(false);
        }
        self.current.store(Arc::new(self.files.load()?));
        Ok(true)
    }

    fn load(files: Files, is_self_signed: bool) -> Result<Self, CertificateError> {
        let current = ArcSwap::from_pointee(files.load()?);
        Ok(Self { files, current, is_self_signed })
    }

    fn is_valid_for(&self, time: Duration) -> bool {
        let current = self.current.load();
        let end = current.key.cert.first().and_then(|der| {
            let (_, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
            u64::try_from(parsed.validity().not_after.timestamp()).ok()
        });
        let needed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() + time;
        end.is_some_and(|end| end > needed.as_secs())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.load().key))
    }
}

impl Files {
    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.certificate, &self.key].map(|path| fs::metadata(path).ok()?.modified().ok())
    }

    fn load(&self) -> Result<Loaded, CertificateError> {
        // Before the files, so that a change while they are read is noticed afterwards.
        let changed = self.changed();
        let chain = self.chain()?;
        let key_pem = read(&self.key)?;
        let key = PrivateKeyDer::from_pem_slice(&key_pem)
            .map_err(|error| malformed(&self.key, "private key", error))?;
        let fingerprint = Fingerprint::of(&chain[0]);
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|source| {
            CertificateError::Mismatch {
                certificate: self.certificate.clone(),
                key: self.key.clone(),
                source,
            }
        })?;
        Ok(Loaded { key: Arc::new(key), fingerprint, changed })
    }

    /// At least one certificate.
    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
        let pem = read(&self.certificate)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        match chain {
            Ok(chain) if !chain.is_empty() => Ok(chain),
            Ok(_) => Err(malformed(&self.certificate, "certificate", "there is none in it")),
            Err(error) => Err(malformed(&self.certificate, "certificate", error)),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|source| CertificateError::Read { path: path.to_owned(), source })
}

fn malformed(path: &Path, what: &'static str, reason: impl ToString) -> CertificateError {
    CertificateError::Malformed { path: path.to_owned(), what, reason: reason.to_string() }
}

fn make(files: &Files, names: &[String]) -> Result<(), CertificateError> {
    let key = KeyPair::generate().map_err(CertificateError::Make)?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(CertificateError::Make)?;
    params.distinguished_name.push(DnType::OrganizationName, "SwarmManager");
    let name = names.first().map_or("swarm-manager", String::as_str);
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // A clock that is a little behind must not refuse it.
    let now = SystemTime::now();
    params.not_before = (now - Duration::from_secs(24 * 3600)).into();
    params.not_after = (now + VALID).into();
    let certificate = params.self_signed(&key).map_err(CertificateError::Make)?;
    write_private(&files.key, key.serialize_pem().as_bytes())?;
    write_private(&files.certificate, certificate.pem().as_bytes())
}

/// Writes a file that only its owner may read, in one step: whoever reads it sees all of it or none.
fn write_private(path: &Path, contents: &[u8]) -> Result<(), CertificateError> {
    let new = path.with_extension("new");
    let write = || -> io::Result<()> {
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        file.write_all(contents)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(|source| CertificateError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn names() -> Vec<String> {
        vec!["ap1".into(), "10.0.0.1".into()]
    }

    #[test]
    fn what_was_made_is_kept_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let made = Certificate::self_signed(folder.path(), &names()).unwrap();
        let again = Certificate::self_signed(folder.path(), &names()).unwrap();
        assert_eq!(made.fingerprint(), again.fingerprint());
        let mode = fs::metadata(folder.path().join(SELF_SIGNED_KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_certificate_that_cannot_be_read_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let made = Certificate::self_signed(folder.path(), &names()).unwrap();
        fs::write(folder.path().join(SELF_SIGNED), "half of it").unwrap();
        let again = Certificate::self_signed(folder.path(), &names()).unwrap();
        assert_ne!(made.fingerprint(), again.fingerprint());
    }

    #[test]
    fn an_operator_s_certificate_is_read_again_when_it_changes() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = Certificate::self_signed(one.path(), &names()).unwrap();
        let second = Certificate::self_signed(other.path(), &names()).unwrap();
        let path = |folder: &tempfile::TempDir, name| folder.path().join(name);
        let (file, key) = (path(&one, SELF_SIGNED), path(&one, SELF_SIGNED_KEY));
        let operators = Certificate::of_operator(&file, &key).unwrap();
        assert!(!operators.reload().unwrap());
        fs::write(&file, "nonsense").unwrap();
        assert!(matches!(operators.reload(), Err(CertificateError::Malformed { .. })));
        assert_eq!(operators.fingerprint(), first.fingerprint());
        fs::copy(path(&other, SELF_SIGNED), &file).unwrap();
        fs::copy(path(&other, SELF_SIGNED_KEY), &key).unwrap();
        assert!(operators.reload().unwrap());
        assert_eq!(operators.fingerprint(), second.fingerprint());
    }

    #[test]
    fn files_that_do_not_belong_together_are_named() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        Certificate::self_signed(one.path(), &names()).unwrap();
        Certificate::self_signed(other.path(), &names()).unwrap();
        let error =
            Certificate::of_operator(&one.path().join(SELF_SIGNED), &other.path().join(SELF_SIGNED_KEY));
        assert!(matches!(error, Err(CertificateError::Mismatch { .. })));
        let missing = Certificate::of_operator(Path::new("/no/cert.pem"), Path::new("/no/key.pem"));
        assert_eq!(missing.unwrap_err().to_string(), "/no/cert.pem cannot be read");
    }
}
