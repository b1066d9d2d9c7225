//! How the program ends.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::client::ClientError;
use crate::output::{capitalized, print, say};

/// What Docker ends with when it cannot understand its command line.
const USAGE: u8 = 125;
/// What shells say of a command that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// What was said already, one by one; the program only has to fail.
#[derive(Debug, thiserror::Error)]
#[error("some of it failed")]
pub(crate) struct AlreadySaid;

/// A command line that cannot be understood, found after clap had no complaint.
#[derive(Debug, thiserror::Error)]
#[error("{0}\nSee '--help' for what there is.")]
pub(crate) struct Usage(pub(crate) String);

/// Broken off by whoever ran it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Interrupted(pub(crate) String);

/// Ends after a command.
pub(crate) fn code(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    if !error.is::<AlreadySaid>() {
        say_error(&error);
    }
    if error.is::<Interrupted>() {
        return ExitCode::from(INTERRUPTED);
    }
    if error.is::<Usage>() {
        return ExitCode::from(USAGE);
    }
    ExitCode::FAILURE
}

/// Ends after a command line that asks for help or cannot be understood.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // That nobody reads it is no reason to end in another way.
    match error.kind() {
        // A noun without a verb: Docker shows its help, too.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = print(&error.render().to_string());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            let _ = error.print();
            ExitCode::from(USAGE)
        }
    }
}

/// Says what went wrong and what led to it, on standard error.
pub(crate) fn say_error(error: &anyhow::Error) {
    say(&told(error));
}

fn told(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    // What a connection failed for is part of that message already.
    let complete = matches!(
        error.downcast_ref::<ClientError>(),
        Some(ClientError::Connect { .. } | ClientError::Refused { .. })
    );
    if !complete {
        for cause in error.chain().skip(1) {
            let separator = if text.ends_with('?') { " " } else { ": " };
            let _ = write!(text, "{separator}{cause}");
        }
    }
    format!("Error: {}", sentence(&text))
}

/// Begins a sentence with a capital, but leaves names as they are.
fn sentence(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    let is_word = word.len() < text.len() && word.chars().all(|letter| letter.is_ascii_lowercase());
    if is_word { capitalized(text) } else { text.to_owned() }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.downcast_ref::<io::Error>().is_some_and(broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Context as _, anyhow};

    #[test]
    fn errors_begin_as_docker_s_do() {
        for (message, expected) in [
            ("no such service: web", "Error: No such service: web"),
            ("web-0: no suitable node", "Error: web-0: no suitable node"),
            ("Swarm did not take it", "Error: Swarm did not take it"),
            ("failed", "Error: failed"),
        ] {
            assert_eq!(told(&anyhow!(message)), expected);
        }
        let caused = Err::<(), _>(anyhow!("permission denied")).context("cannot read a.env").unwrap_err();
        assert_eq!(told(&caused), "Error: Cannot read a.env: permission denied");
    }
}
