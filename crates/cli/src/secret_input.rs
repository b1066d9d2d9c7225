//! Secrets that whoever runs a command types, or hands in by its standard input.

use std::io::Read as _;

use anyhow::{Context as _, Result, bail};

/// More than the longest password; what is longer is a mistake.
const MOST: u64 = 4096;

/// Reads a secret from standard input: its first line.
pub(crate) fn from_stdin(what: &str) -> Result<String> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(MOST).read_to_string(&mut text);
    read.with_context(|| format!("cannot read {what} from standard input"))?;
    match first_line(&text) {
        "" => bail!("{what} was to come from standard input, and nothing came"),
        secret => Ok(secret.to_owned()),
    }
}

/// Asks for a secret without showing it.
pub(crate) fn asked(question: &str) -> Result<String> {
    rpassword::prompt_password(question).context("cannot ask for it: there is no terminal")
}

/// Without the end of the line, which `echo` adds.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_line_is_no_part_of_a_secret() {
        assert_eq!(first_line("correct horse\n"), "correct horse");
        assert_eq!(first_line(" spaces count \r\n"), " spaces count ");
        assert_eq!(first_line(""), "");
    }
}
