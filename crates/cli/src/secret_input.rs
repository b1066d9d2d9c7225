//! Secrets that whoever runs a command types, or hands in by its standard input.

use std::io::Read as _;

use anyhow::{Context as _, Result, bail};

/// More is no password.
const LONGEST: u64 = 64 << 10;

/// Reads a secret from standard input, to its end.
pub(crate) fn from_stdin(what: &str) -> Result<String> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_string(&mut text);
    read.with_context(|| format!("cannot read {what} from standard input"))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        bail!("{what} was to come from standard input, and nothing came");
    }
    Ok(secret.to_owned())
}

/// Asks for a secret without showing it.
pub(crate) fn asked(question: &str) -> Result<String> {
    rpassword::prompt_password(question).context("cannot ask for it: there is no terminal")
}
