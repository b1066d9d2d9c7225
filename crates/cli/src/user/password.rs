//! Asks for a password: on the terminal without showing it, or from standard input for scripts.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, Result, bail};

/// More than the longest password; what is longer is a mistake.
const MOST: u64 = 4096;

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
        Source::StandardInput => {
            let mut text = String::new();
            io::stdin().take(MOST).read_to_string(&mut text).context("cannot read the password")?;
            Ok(first_line(&text).to_owned())
        }
        Source::Terminal => {
            if !io::stdin().is_terminal() {
                bail!("there is no terminal to ask for the password; add --password-stdin");
            }
            let read =
                |prompt: String| rpassword::prompt_password(prompt).context("cannot read the password");
            let password = read(format!("New password of {user}: "))?;
            if read("Once more: ".to_owned())? != password {
                bail!("the two passwords differ; nothing was changed");
            }
            Ok(password)
        }
    }
}

/// Without the end of the line, which `echo` adds.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_line_is_no_part_of_the_password() {
        assert_eq!(first_line("correct horse\n"), "correct horse");
        assert_eq!(first_line(" spaces count \r\n"), " spaces count ");
        assert_eq!(first_line(""), "");
    }
}
