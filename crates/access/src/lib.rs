//! Who may do what: accounts, passwords, sessions, API tokens and the limits on guessing them.
//!
//! The [`Accounts`] are one document that a manager keeps in the Swarm itself; [`Sessions`] are each manager's own.
//! What opens something is a [`Secret`], shown once; what is kept is its [`Digest`]. Moments are arguments, in
//! milliseconds since 1970. Nothing here speaks HTTP or to Docker.

mod accounts;
mod attempts;
mod name;
mod password;
mod secret;
mod sessions;
mod setup;

pub use accounts::{Accounts, AccountsError, NewToken, Token};
pub use attempts::{Attempts, TooMany};
pub use name::{NameError, TokenName, UserName};
pub use password::{Password, PasswordError, PasswordHash};
pub use secret::{Digest, Secret, SecretError};
pub use sessions::{NewSession, OpenSession, Sessions, SessionsError};
pub use setup::{SetUpLinks, SetUpRefused};
