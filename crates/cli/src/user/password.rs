//! Asks for a password: on the terminal without showing it, or from standard input for scripts.

use std::io::{self, IsTerminal as _};

use anyhow::{Result, bail};

use crate::secret_input;

/// Where a password comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Typed in, twice.
    Terminal,
    /// One line.
    StandardInput,
}

/// The new password of that user.
pub(super) fn ask(user: &str, source: Source) -> Result<String> {
    match source {
        Source::StandardInput => secret_input::from_stdin("the password"),
        Source::Terminal => {
            if !io::stdin().is_terminal() {
                bail!("there is no terminal to ask for the password; add --password-stdin");
            }
            let password = secret_input::asked(&format!("New password of {user}: "))?;
            if secret_input::asked("Once more: ")? != password {
                bail!("the two passwords differ; nothing was changed");
            }
            Ok(password)
        }
    }
}
