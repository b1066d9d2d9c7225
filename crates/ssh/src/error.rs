//! Why a host was not reached.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a session was not opened, or ended.
#[derive(Debug, thiserror::Error)]
pub enum SshError {
    /// The name has no address.
    #[error("the name {address} has no address")]
    Resolve {
        /// The name.
        address: String,
        /// The system's word.
        source: io::Error,
    },
    /// Nobody listens there, or no packet gets there.
    #[error("no SSH server answers at {server}")]
    Connect {
        /// Address and port.
        server: String,
        /// The system's word.
        source: io::Error,
    },
    /// Nothing came back in time.
    #[error("{server} did not answer within {} s; is the host on, and the address right?", .limit.as_secs())]
    TimedOut {
        /// Address and port.
        server: String,
        /// The time it had.
        limit: Duration,
    },
    /// Nothing is known of the host, and nobody accepted its key.
    #[error(
        "the host key of {server} is not known: {algorithm} {fingerprint}; compare it with the host's own \
         (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub there), then accept it"
    )]
    HostKeyUnknown {
        /// Address and port.
        server: String,
        /// The key's kind.
        algorithm: String,
        /// Its fingerprint.
        fingerprint: String,
    },
    /// The host shows another key than the known one.
    #[error(
        "THE HOST KEY OF {server} HAS CHANGED to {algorithm} {fingerprint}: somebody may stand between, or the host was \
         set up anew. If that is so, remove line {line} of {} and try again", .file.display()
    )]
    HostKeyChanged {
        /// Address and port.
        server: String,
        /// The kind of the key that it shows.
        algorithm: String,
        /// The fingerprint of the key that it shows.
        fingerprint: String,
        /// Where the known key is.
        file: PathBuf,
        /// In which line.
        line: usize,
    },
    /// The host shows a key that must not be trusted any more.
    #[error("the host key of {server}, {fingerprint}, is revoked in {}: whoever has it may pose as the host", .file.display())]
    HostKeyRevoked {
        /// Address and port.
        server: String,
        /// Its fingerprint.
        fingerprint: String,
        /// Where that stands.
        file: PathBuf,
    },
    /// The host shows a certificate instead of a key.
    #[error("{server} shows a host certificate, which is not supported; a host key is")]
    HostCertificate {
        /// Address and port.
        server: String,
    },
    /// A file of known hosts cannot be used.
    #[error("the known hosts in {} cannot be used", .file.display())]
    KnownHosts {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The private key cannot be used.
    #[error(
        "the private key cannot be used; it is no OpenSSH or PEM key, or its passphrase is missing or wrong"
    )]
    PrivateKey(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The agent cannot be asked.
    #[error("the SSH agent at {} cannot be asked", .socket.display())]
    Agent {
        /// Its socket.
        socket: PathBuf,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server took nothing of what there was.
    #[error("{user} was not let in at {server}: {}", .tried.iter().map(|what| format!("{what} {} refused", if what.ends_with("keys") { "were" } else { "was" })).collect::<Vec<_>>().join(", "))]
    Rejected {
        /// The user.
        user: String,
        /// Address and port.
        server: String,
        /// What was tried.
        tried: Vec<&'static str>,
    },
    /// There was nothing to try.
    #[error(
        "there is nothing to prove by that {user} may come in at {server}: give a key, an agent or a password"
    )]
    NoProof {
        /// The user.
        user: String,
        /// Address and port.
        server: String,
    },
    /// The server does not open the socket.
    #[error("{socket} cannot be reached over SSH at {server}")]
    Socket {
        /// The socket there.
        socket: String,
        /// Address and port.
        server: String,
        /// What the server said.
        source: Box<russh::Error>,
    },
    /// A command took too long.
    #[error("a command on {server} did not end within {} s", .limit.as_secs())]
    CommandTimedOut {
        /// Address and port.
        server: String,
        /// The time it had.
        limit: Duration,
    },
    /// The connection ended before the command did.
    #[error("the connection to {server} was lost while a command ran there")]
    Lost {
        /// Address and port.
        server: String,
    },
    /// A command wrote more than makes sense.
    #[error("a command on {server} wrote more than {limit} bytes")]
    TooMuch {
        /// Address and port.
        server: String,
        /// The most that is read.
        limit: usize,
    },
    /// A file was not written there.
    #[error("{path} cannot be written on {server}: {said}")]
    Upload {
        /// The file there.
        path: String,
        /// Address and port.
        server: String,
        /// What the host said.
        said: String,
    },
    /// What is to be brought cannot be read.
    #[error("what is to be sent for {what} cannot be read")]
    Read {
        /// The file there, or another word for it.
        what: String,
        /// The system's word.
        source: io::Error,
    },
    /// The connection broke, or the two sides do not understand each other.
    #[error("the SSH connection failed")]
    Protocol(#[source] Box<russh::Error>),
}

impl From<russh::Error> for SshError {
    fn from(error: russh::Error) -> Self {
        Self::Protocol(Box::new(error))
    }
}
