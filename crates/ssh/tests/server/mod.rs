//! An OpenSSH server of a test's own, on this host.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use swarmmanager_ssh::{HostKeys, Target};
use tempfile::TempDir;

const START_LIMIT: Duration = Duration::from_secs(20);

/// A server with a folder for its keys. It ends when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
}

impl Server {
    /// Starts one that lets in whom `authorized` names.
    pub(crate) fn start(authorized: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start_in(folder, authorized, free_port())
    }

    /// The same host set up anew: another host key at the same place.
    pub(crate) fn set_up_anew(mut self, authorized: &str) -> Self {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let folder = tempfile::tempdir().unwrap();
        Self::start_in(folder, authorized, self.port)
    }

    fn start_in(folder: TempDir, authorized: &str, port: u16) -> Self {
        let path = folder.path();
        key(&path.join("host"), "");
        fs::write(path.join("authorized_keys"), authorized).unwrap();
        fs::set_permissions(path.join("authorized_keys"), fs::Permissions::from_mode(0o600)).unwrap();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {0}/host\nPidFile none\nAuthorizedKeysFile {0}/authorized_keys\n\
             StrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\n",
            path.display()
        );
        fs::write(path.join("sshd_config"), config).unwrap();
        // It insists on this folder for those of its processes that have no rights.
        fs::create_dir_all("/run/sshd").unwrap();
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(path.join("sshd_config"))
            .stdin(Stdio::null())
            .stderr(fs::File::create(path.join("log")).unwrap())
            .spawn()
            .expect("sshd cannot be run; Debian's package openssh-server has it");
        let server = Self { child, port, folder };
        let until = Instant::now() + START_LIMIT;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < until, "sshd does not listen: {}", server.log());
            std::thread::yield_now();
        }
        server
    }

    pub(crate) fn target(&self) -> Target {
        Target { address: "127.0.0.1".into(), port: self.port, user: "root".into() }
    }

    pub(crate) fn host_keys(&self) -> HostKeys {
        HostKeys::new(self.folder.path().join("known_hosts"), Vec::new())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a key as users do; gives its public line.
pub(crate) fn key(path: &Path, passphrase: &str) -> String {
    key_of(path, passphrase, "ed25519")
}

pub(crate) fn key_of(path: &Path, passphrase: &str, kind: &str) -> String {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", kind, "-C", "test", "-N", passphrase, "-f"])
        .arg(path)
        .status()
        .expect("ssh-keygen cannot be run; Debian's package openssh-client has it");
    assert!(made.success());
    fs::read_to_string(path.with_extension("pub")).unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
