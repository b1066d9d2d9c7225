//! The SSH server that every node has, and those who may come in: root, by the lab's key or its password.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::layout::Layout;
use crate::network::listens;
use crate::node::Node;
use crate::place::log_end;
use crate::place::nsenter_command;
use crate::wait::{self, Look};
use crate::{LabError, program};

const DAEMON: &str = "sshd";
const START_LIMIT: Duration = Duration::from_secs(30);
/// The port of a node's SSH server.
pub(crate) const PORT: u16 = 22;
const RANDOM: &str = "/dev/urandom";
/// Long enough that nobody guesses it, for as long as a lab lives.
const PASSWORD_BYTES: usize = 12;

/// How root signs in to a lab's nodes.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    folder: PathBuf,
}

impl Keys {
    /// The lab's; made where there are none.
    pub(crate) fn of(layout: &Layout) -> Result<Self, LabError> {
        let keys = Self::in_folder(layout)?;
        if !keys.key().exists() {
            make_key(&keys.key())?;
        }
        if !keys.password_file().exists() {
            let mut random = [0; PASSWORD_BYTES];
            let read = fs::File::open(RANDOM).and_then(|mut file| file.read_exact(&mut random));
            read.map_err(LabError::file("read", RANDOM))?;
            let password: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            write_private(&keys.password_file(), &password)?;
        }
        Ok(keys)
    }

    /// Settles the password before there is one.
    pub(crate) fn set_password(layout: &Layout, password: &str) -> Result<(), LabError> {
        write_private(&Self::in_folder(layout)?.password_file(), password)
    }

    fn in_folder(layout: &Layout) -> Result<Self, LabError> {
        let folder = layout.lib().join("ssh");
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(LabError::file("make", &folder))?;
        Ok(Self { folder })
    }

    /// The private key's file.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.join("id_ed25519")
    }

    /// The password.
    pub(crate) fn password(&self) -> Result<String, LabError> {
        read(&self.password_file())
    }

    fn password_file(&self) -> PathBuf {
        self.folder.join("password")
    }

    fn line(&self) -> Result<String, LabError> {
        read(&self.folder.join("id_ed25519.pub"))
    }
}

impl Node {
    /// Stops the node's SSH server: its port refuses whoever comes.
    ///
    /// # Errors
    /// Where it does not end.
    pub fn stop_ssh(&self) -> Result<(), LabError> {
        self.place().end(DAEMON)
    }

    /// Starts the node's SSH server where it does not run.
    ///
    /// # Errors
    /// Where it does not stay.
    pub fn start_ssh(&self) -> Result<(), LabError> {
        if self.place().runs(DAEMON) {
            return Ok(());
        }
        let inside = self.inside()?;
        let keys = Keys::of(&self.site().layout)?;
        let host_key = self.host_key();
        if !host_key.exists() {
            make_key(&host_key)?;
        }
        let root = self.inside_root()?;
        let copy = |from: &Path, to: &str, mode: u32| {
            let text = read(from)?;
            fs::remove_file(root.join(to)).ok();
            write_with(&root.join(to), &text, mode)
        };
        copy(&host_key, "etc/ssh/swarmlab_host_key", 0o600)?;
        add_line(&root.join("root/.ssh/authorized_keys"), &keys.line()?)?;
        let mut chpasswd = nsenter_command(inside, &["chpasswd", "--crypt-method", "SHA256"]);
        program::output_with_input(&mut chpasswd, &format!("root:{}\n", keys.password()?))?;
        self.serve_ssh(inside)
    }

    /// Gives the node another host key, as if it had been set up anew.
    ///
    /// # Errors
    /// Where its SSH server does not end or start.
    pub fn change_host_key(&self) -> Result<(), LabError> {
        self.stop_ssh()?;
        for file in [self.host_key(), self.host_key().with_extension("host_key.pub")] {
            fs::remove_file(&file).map_err(LabError::file("remove", &file))?;
        }
        self.start_ssh()
    }

    fn host_key(&self) -> PathBuf {
        self.site().layout.lib().join("ssh").join(format!("{}.host_key", self.name()))
    }

    fn serve_ssh(&self, inside: i32) -> Result<(), LabError> {
        let log = self.site().layout.node(self.name()).join("sshd.log");
        let options = [
            "HostKey=/etc/ssh/swarmlab_host_key",
            "PermitRootLogin=yes",
            "PasswordAuthentication=yes",
            "UsePAM=no",
            "PidFile=none",
            "UseDNS=no",
            // Twenty nodes may be joined at once, each over several connections.
            "MaxStartups=100",
        ];
        let mut words: Vec<String> =
            ["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null"].map(str::to_owned).to_vec();
        words.extend(options.iter().flat_map(|option| ["-o".to_owned(), (*option).to_owned()]));
        self.place().start_daemon(inside, &words, &log)?;
        wait::until(format!("the SSH server of {}", self.name()), START_LIMIT, || {
            let table = fs::read_to_string(format!("/proc/{inside}/net/tcp")).unwrap_or_default();
            Ok(if listens(&table, PORT) { Look::Done(()) } else { Look::NotYet(log_end(&log)) })
        })
    }
}

fn make_key(path: &Path) -> Result<(), LabError> {
    let mut keygen = program::command("ssh-keygen");
    program::run(keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "swarmlab", "-f"]).arg(path))
}

fn read(path: &Path) -> Result<String, LabError> {
    fs::read_to_string(path).map_err(LabError::file("read", path))
}

fn write_private(path: &Path, text: &str) -> Result<(), LabError> {
    write_with(path, text, 0o600)
}

fn write_with(path: &Path, text: &str, mode: u32) -> Result<(), LabError> {
    let opened = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(LabError::file("write", path))
}

/// Adds a line to a file where it is not in it yet.
fn add_line(path: &Path, line: &str) -> Result<(), LabError> {
    if let Some(folder) = path.parent() {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(LabError::file("make", folder))?;
    }
    let text = fs::read_to_string(path).unwrap_or_default();
    if text.lines().any(|known| known == line.trim_end()) {
        return Ok(());
    }
    write_private(path, &format!("{text}{}\n", line.trim_end()))
}
