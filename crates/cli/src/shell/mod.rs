//! `swarm-manager shell`: the same commands, one after the other.
//!
//! Each runs as a process of its own, so that whatever it does to its terminal, its signals or itself ends with it.

mod completion;
mod lines;
mod questions;

use std::process::{Command as Process, ExitStatus};

use anyhow::{Context as _, Result};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::client::Client;
use crate::command::{Cli, Command};
use crate::exit::{AlreadySaid, say_error};
use crate::output::{print, say};
use crate::target;
use lines::{Line, Lines};

/// What `shell` is told.
#[derive(Debug, clap::Args)]
#[command(after_help = "Commands are those of swarm-manager, without its name, and:
  list          nodes and services
  help          what there is; 'help COMMAND' tells of one
  exit          ends the shell, as the end of the input does

What a command needs and was not given is asked for. Ctrl-C ends a command, not the shell. Lines may also come from a \
                        file: swarm-manager shell <commands.txt ends as the last command that failed.")]
pub(crate) struct Args {}

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    Nothing,
    Exit,
    List,
    Help(Vec<String>),
    Command(Vec<String>),
}

/// Reads commands and runs them until the end.
pub(crate) fn run(target: &target::Args, client: Client) -> Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    // Whoever presses Ctrl-C means the command that runs: from now on the signal does nothing to this process.
    let _interrupts = {
        let _inside = runtime.enter();
        signal(SignalKind::interrupt()).context("cannot take Ctrl-C")?
    };
    let shell = Shell { words: target.words() };
    let mut lines = Lines::open(client, runtime)?;
    if lines.is_interactive() {
        say("Type 'help' for the commands, 'exit' to leave.");
    }
    let mut failed = false;
    loop {
        match lines.next()? {
            Line::Text(text) => match shell.obey(&text, &mut lines) {
                Ok(Some(succeeded)) => failed |= !succeeded,
                Ok(None) => break,
                Err(error) => {
                    failed = true;
                    if !error.is::<AlreadySaid>() {
                        say_error(&error);
                    }
                }
            },
            Line::Interrupted => {}
            Line::End => break,
        }
    }
    // A script has to know; whoever typed has seen it.
    if failed && !lines.is_interactive() { Err(AlreadySaid.into()) } else { Ok(()) }
}

struct Shell {
    /// The flags that say which manager is meant.
    words: Vec<String>,
}

impl Shell {
    /// Does what a line says; gives whether it succeeded, or nothing at the end.
    fn obey(&self, text: &str, lines: &mut Lines) -> Result<Option<bool>> {
        match wish(text)? {
            Wish::Nothing => Ok(Some(true)),
            Wish::Exit => Ok(None),
            Wish::List => {
                say("Nodes");
                let nodes = self.execute(&["node".to_owned(), "ls".to_owned()])?;
                say("\nServices");
                let services = self.execute(&["service".to_owned(), "ls".to_owned()])?;
                Ok(Some(nodes.success() && services.success()))
            }
            Wish::Help(words) => {
                print(&help(&words)?)?;
                Ok(Some(true))
            }
            Wish::Command(words) => {
                let words = if lines.is_interactive() { questions::completed(words, lines)? } else { words };
                if !is_for_here(&words)? {
                    return Ok(Some(false));
                }
                self.execute(&words).map(|status| Some(status.success()))
            }
        }
    }

    fn execute(&self, words: &[String]) -> Result<ExitStatus> {
        let program = std::env::current_exe().context("cannot find this program")?;
        let mut command = Process::new(program);
        command.args(&self.words).args(words);
        command.status().context("cannot run the command")
    }
}

fn wish(text: &str) -> Result<Wish> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(Wish::Nothing);
    }
    let mut words = shlex::split(text).context("a quote is not closed")?;
    // Whoever pastes a command with the program's name means the same.
    if words.first().is_some_and(|word| word == "swarm-manager") {
        words.remove(0);
    }
    Ok(match words.first().map(String::as_str) {
        None => Wish::Nothing,
        Some("exit" | "quit") => Wish::Exit,
        Some("list" | "ls") if words.len() == 1 => Wish::List,
        Some("help" | "?") => Wish::Help(words.split_off(1)),
        Some(_) => Wish::Command(words),
    })
}

/// Whether a command makes sense here; says why not.
fn is_for_here(words: &[String]) -> Result<bool> {
    match Cli::try_parse_from(line(words)) {
        Ok(Cli { command: Command::Serve(_) | Command::Shell(_), .. }) => {
            anyhow::bail!("this is not for the shell; run it as a command of its own")
        }
        Ok(_) => Ok(true),
        Err(error) => {
            let is_help = matches!(
                error.kind(),
                ErrorKind::DisplayHelp
                    | ErrorKind::DisplayVersion
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            );
            error.print()?;
            // To look at a command's help is no failure.
            if is_help { Ok(false) } else { Err(AlreadySaid.into()) }
        }
    }
}

fn line(words: &[String]) -> impl Iterator<Item = String> {
    std::iter::once("swarm-manager".to_owned()).chain(words.iter().cloned())
}

/// The help of the command that those words name.
fn help(words: &[String]) -> Result<String> {
    let mut command = Cli::command();
    command.build();
    let mut found = &mut command;
    for word in words {
        found = found
            .find_subcommand_mut(word)
            .with_context(|| format!("there is no command {word:?}; 'help' shows those that there are"))?;
    }
    let mut text = found.render_help().to_string();
    if words.is_empty() {
        text.push_str("\nIn the shell also: list, help, exit\n");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn lines_are_commands_or_the_shells_own_words() {
        assert_eq!(wish("  ").unwrap(), Wish::Nothing);
        assert_eq!(wish("# a comment").unwrap(), Wish::Nothing);
        assert_eq!(wish("exit").unwrap(), Wish::Exit);
        assert_eq!(wish("list").unwrap(), Wish::List);
        assert_eq!(wish("help node rm").unwrap(), Wish::Help(words("node rm")));
        assert_eq!(wish("swarm-manager node ls").unwrap(), Wish::Command(words("node ls")));
        let quoted = vec!["service".to_owned(), "create".to_owned(), "a b".to_owned()];
        assert_eq!(wish("service create 'a b'").unwrap(), Wish::Command(quoted));
        assert!(wish("service create 'a").unwrap_err().to_string().contains("quote"));
    }

    #[test]
    fn a_manager_and_a_shell_are_not_run_inside_of_a_shell() {
        assert!(is_for_here(&words("node ls")).unwrap());
        assert!(is_for_here(&words("shell")).is_err());
        assert!(is_for_here(&words("serve")).is_err());
    }

    #[test]
    fn help_tells_of_what_it_is_asked() {
        assert!(help(&[]).unwrap().contains("In the shell also: list, help, exit"));
        assert!(help(&words("node drain")).unwrap().contains("--wait"));
        assert!(help(&words("nonsense")).unwrap_err().to_string().contains("nonsense"));
    }
}
