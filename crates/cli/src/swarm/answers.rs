//! Questions to whoever sits at the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _, stderr, stdin};

use anyhow::{Context as _, Result};

/// Whether somebody can answer.
pub(crate) fn can_be_asked() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks for a line; nothing at the end of the input.
pub(crate) fn ask(question: &str) -> Result<Option<String>> {
    let show = || -> io::Result<()> {
        write!(stderr(), "{question} ")?;
        stderr().flush()
    };
    show().context("cannot ask")?;
    let mut line = String::new();
    let read = stdin().lock().read_line(&mut line).context("cannot read the answer")?;
    Ok((read > 0).then(|| line.trim().to_owned()))
}

/// Whether the answer is yes; it is not, where there is none.
pub(crate) fn agrees(question: &str) -> Result<bool> {
    let answer = ask(&format!("{question} [y/N]"))?.unwrap_or_default();
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
}
