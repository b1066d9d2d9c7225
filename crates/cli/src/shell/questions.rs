//! Asks for what a command needs and was not given, as the original's shell did.

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::lines::Lines;
use crate::command::Cli;

/// One thing to ask for.
struct Question {
    /// What is asked.
    words: &'static str,
    /// What it is where nothing is answered. A question without one is asked again, and a flag with an empty answer
    /// is left out.
    default: &'static str,
    /// The flag that the answer belongs to; none for what stands by itself.
    flag: Option<&'static str>,
}

const fn flag(flag: &'static str, words: &'static str, default: &'static str) -> Question {
    Question { words, default, flag: Some(flag) }
}

/// What the original asked when a service was created, with its defaults as far as they fit access points: it wanted
/// 1000 MHz and 1 GB of memory and of disk for each instance, which few of them have.
const CREATE: [Question; 8] = [
    Question { words: "Image", default: "", flag: None },
    Question { words: "Command", default: "tail -f /dev/null", flag: None },
    flag("--name", "Name (empty: chosen by its image)", ""),
    flag("--mode", "Mode (replicated or global)", "replicated"),
    flag("--replicas", "Number of instances", "1"),
    flag("--constraint", "Constraint (such as node.role==worker)", ""),
    flag("--cpu", "CPU demand of an instance", "100MHz"),
    flag("--memory", "Memory demand of an instance", "64MiB"),
];

/// The words of a command, completed by answers where it lacks something. What is answered is taken as it is.
pub(super) fn completed(mut words: Vec<String>, lines: &mut Lines) -> Result<Vec<String>> {
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["service", "create"] => return created(words, lines),
        ["swarm", "init"] => {
            let question = "Address or interface for other nodes (empty: Docker's choice)";
            let address = answer(lines, question, "")?;
            if !address.is_empty() {
                words.extend(["--advertise-addr".to_owned(), address]);
            }
            return Ok(words);
        }
        ["swarm", "join"] => {
            words.extend(["--nodes".to_owned(), answer(lines, "File of nodes", "remote_nodes.json")?]);
            return Ok(words);
        }
        _ => {}
    }
    let Err(error) = Cli::try_parse_from(super::line(&words)) else { return Ok(words) };
    if error.kind() == ErrorKind::MissingRequiredArgument {
        for argument in missing(&error) {
            let text = answer(lines, argument.trim_matches(['<', '>', '.']), "")?;
            words.extend(shlex::split(&text).context("a quote is not closed")?);
        }
    }
    Ok(words)
}

/// The arguments that a command lacks and that stand by themselves.
fn missing(error: &clap::Error) -> Vec<String> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => {
            names.iter().filter(|name| name.starts_with('<')).cloned().collect()
        }
        Some(ContextValue::String(name)) if name.starts_with('<') => vec![name.clone()],
        _ => Vec::new(),
    }
}

fn created(mut words: Vec<String>, lines: &mut Lines) -> Result<Vec<String>> {
    let (mut standing, mut is_global) = (Vec::new(), false);
    for question in CREATE {
        if question.flag == Some("--replicas") && is_global {
            continue;
        }
        let text = answer(lines, question.words, question.default)?;
        match question.flag {
            None => standing.extend(shlex::split(&text).context("a quote is not closed")?),
            Some(_) if text.is_empty() => {}
            Some(flag) => {
                is_global |= flag == "--mode" && text == "global";
                words.extend([flag.to_owned(), text]);
            }
        }
    }
    words.extend(standing);
    Ok(words)
}

/// An answer; the first of a question without a default has to be one.
fn answer(lines: &mut Lines, question: &str, default: &str) -> Result<String> {
    let may_be_empty =
        !default.is_empty() || question.contains("empty") || question.starts_with("Constraint");
    loop {
        let Some(text) = lines.ask(question, default)? else { bail!("given up; nothing was done") };
        if may_be_empty || !text.is_empty() {
            return Ok(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_lacks_is_known() {
        let lacks = |line: &str| {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument, "{error}");
            missing(&error)
        };
        assert_eq!(lacks("swarm-manager node drain"), ["<NODE>..."]);
        assert_eq!(lacks("swarm-manager image push"), ["<NAME[:TAG]>"]);
        assert_eq!(lacks("swarm-manager swarm token"), ["<ROLE>"]);
    }
}
