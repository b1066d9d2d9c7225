//! What a line may go on with: commands, flags, and the names of nodes and services.

use std::cell::RefCell;
use std::time::Duration;

use clap::{Command, CommandFactory as _};
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout};

use crate::client::Client;
use crate::command::Cli;

/// Whoever presses Tab does not wait longer.
const ASK_LIMIT: Duration = Duration::from_millis(500);
/// Names are asked for again after this time.
const KNOWN_FOR: Duration = Duration::from_secs(5);
const OWN: [&str; 3] = ["exit", "help", "list"];

/// Completes lines.
pub(super) struct Completion {
    tree: Command,
    names: Names,
}

struct Names {
    client: Client,
    runtime: Runtime,
    nodes: RefCell<Known>,
    services: RefCell<Known>,
}

#[derive(Default)]
struct Known {
    names: Vec<String>,
    at: Option<Instant>,
}

/// What the names of something are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nodes,
    Services,
}

impl Completion {
    pub(super) fn new(client: Client, runtime: Runtime) -> Self {
        let mut tree = Cli::command();
        tree.build();
        let names = Names { client, runtime, nodes: RefCell::default(), services: RefCell::default() };
        Self { tree, names }
    }
}

impl Completer for Completion {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = line.get(..position).unwrap_or(line);
        let start = typed.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let (before, part) = typed.split_at(start);
        let words: Vec<&str> = before.split_whitespace().collect();
        let mut found = candidates(&self.tree, &words, part);
        if let Some(kind) = named(&words).filter(|_| !part.starts_with('-')) {
            found.extend(self.names.of(kind).into_iter().filter(|name| name.starts_with(part)));
        }
        found.sort();
        found.dedup();
        Ok((start, found.into_iter().map(|word| word + " ").collect()))
    }
}

impl Helper for Completion {}
impl Highlighter for Completion {}
impl Hinter for Completion {
    type Hint = String;
}
impl Validator for Completion {}

/// Commands and flags that begin with `part`, after those words.
fn candidates(tree: &Command, words: &[&str], part: &str) -> Vec<String> {
    let mut command = tree;
    let skipped = usize::from(words.first() == Some(&"help"));
    for word in words.iter().skip(skipped).filter(|word| !word.starts_with('-')) {
        match command.find_subcommand(word) {
            Some(found) => command = found,
            None => break,
        }
    }
    let mut found: Vec<String> = Vec::new();
    if part.starts_with('-') {
        let flags = command.get_arguments().filter(|argument| !argument.is_hide_set());
        found.extend(flags.filter_map(|argument| argument.get_long()).map(|long| format!("--{long}")));
    } else {
        found.extend(command.get_subcommands().map(|below| below.get_name().to_owned()));
        if words.is_empty() {
            found.extend(OWN.map(str::to_owned));
        }
    }
    found.retain(|word| word.starts_with(part));
    found
}

/// Whose names come after those words.
fn named(words: &[&str]) -> Option<Kind> {
    match words {
        ["node", verb, ..] if !matches!(*verb, "ls" | "list" | "add" | "top") => Some(Kind::Nodes),
        ["service", verb, ..] if !matches!(*verb, "ls" | "list" | "create") => Some(Kind::Services),
        _ => None,
    }
}

impl Names {
    fn of(&self, kind: Kind) -> Vec<String> {
        let mut known = match kind {
            Kind::Nodes => self.nodes.borrow_mut(),
            Kind::Services => self.services.borrow_mut(),
        };
        if known.at.is_none_or(|at| at.elapsed() > KNOWN_FOR) {
            // A manager that does not answer has nothing to complete with; the last names are better than none.
            if let Some(names) =
                self.runtime.block_on(async { timeout(ASK_LIMIT, self.asked(kind)).await.ok().flatten() })
            {
                known.names = names;
            }
            known.at = Some(Instant::now());
        }
        known.names.clone()
    }

    async fn asked(&self, kind: Kind) -> Option<Vec<String>> {
        Some(match kind {
            Kind::Nodes => {
                self.client.nodes().await.ok()?.nodes.into_iter().map(|node| node.hostname).collect()
            }
            Kind::Services => {
                self.client.services().await.ok()?.services.into_iter().map(|service| service.name).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(words: &[&str], part: &str) -> Vec<String> {
        let mut tree = Cli::command();
        tree.build();
        candidates(&tree, words, part)
    }

    #[test]
    fn commands_and_flags_are_completed_where_they_belong() {
        assert_eq!(after(&[], "sw"), ["swarm"]);
        assert_eq!(after(&[], "ex"), ["exit"]);
        assert_eq!(after(&["swarm"], "de"), ["destroy"]);
        assert_eq!(after(&["node", "drain"], "--w"), ["--wait"]);
        assert_eq!(after(&["help", "node"], "dr"), ["drain"]);
        assert!(after(&["node", "drain"], "ap").is_empty());
    }

    #[test]
    fn names_are_those_of_what_the_command_is_about() {
        assert_eq!(named(&["node", "rm"]), Some(Kind::Nodes));
        assert_eq!(named(&["service", "scale", "web=3"]), Some(Kind::Services));
        for words in [&["node", "ls"][..], &["service", "create"], &["swarm", "join"], &[]] {
            assert_eq!(named(words), None, "{words:?}");
        }
    }
}
