//! Other hosts over SSH: host keys checked, users proved by agent, key or password, commands run, files brought, and
//! Unix sockets there reached as streams.
//!
//! A library speaks SSH rather than the system's `ssh` program: that one takes no password without a terminal, is not
//! on every host that a manager runs on, and says what went wrong in words for people only. It leaves out shells,
//! terminals, port forwarding and host certificates.

mod command;
mod connection;
mod credentials;
mod error;
mod host_keys;
mod own_key;
mod session;
mod target;

pub use command::Output;
pub use connection::{Seen, host_key};
pub use credentials::{Credentials, Proof};
pub use error::SshError;
pub use host_keys::{HostKeys, NewHostKeys, Verdict};
pub use own_key::{KeyError, OwnKey};
pub use session::{Session, SshStream};
pub use target::{ParseTargetError, Target};
