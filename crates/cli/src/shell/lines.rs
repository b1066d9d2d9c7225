//! Lines that somebody types, or that come from a file.

use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};
use tokio::runtime::Runtime;

use super::completion::Completion;
use crate::client::Client;
use crate::output::say;

const PROMPT: &str = "swarm-manager> ";
const LINES_REMEMBERED: usize = 1000;

/// What came.
pub(super) enum Line {
    Text(String),
    /// Ctrl-C at the prompt: the line is given up.
    Interrupted,
    End,
}

/// Where lines come from.
pub(super) enum Lines {
    Typed { editor: Box<Editor<Completion, DefaultHistory>>, history: Option<PathBuf> },
    Read,
}

impl Lines {
    /// From the terminal, with history and completion, or from wherever the standard input comes from.
    pub(super) fn open(client: Client, runtime: Runtime) -> Result<Self> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Read);
        }
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .history_ignore_space(true)
            .max_history_size(LINES_REMEMBERED)
            .context("the history cannot have that size")?
            .build();
        let mut editor = Editor::with_config(config).context("the terminal cannot be used")?;
        editor.set_helper(Some(Completion::new(client, runtime)));
        let history = history_file().filter(|file| match make_private(file) {
            Ok(()) => true,
            Err(error) => {
                say(&format!("Lines are not remembered: {} cannot be written: {error}", file.display()));
                false
            }
        });
        if let Some(file) = &history {
            // An empty one, or one of another version, is no history yet.
            let _ = editor.load_history(file);
        }
        Ok(Self::Typed { editor: Box::new(editor), history })
    }

    pub(super) fn is_interactive(&self) -> bool {
        matches!(self, Self::Typed { .. })
    }

    /// The next line.
    pub(super) fn next(&mut self) -> Result<Line> {
        match self {
            Self::Read => {
                let mut text = String::new();
                let read = io::stdin().lock().read_line(&mut text).context("cannot read the next line")?;
                Ok(if read == 0 { Line::End } else { Line::Text(text) })
            }
            Self::Typed { editor, history } => {
                let line = typed(editor, PROMPT)?;
                if let Line::Text(text) = &line
                    && editor.add_history_entry(text.as_str()).unwrap_or(false)
                    && let Some(file) = history
                {
                    let _ = editor.append_history(file);
                }
                Ok(line)
            }
        }
    }

    /// Asks for one thing; what is answered is not remembered. Nothing where nobody answers.
    pub(super) fn ask(&mut self, question: &str, default: &str) -> Result<Option<String>> {
        let Self::Typed { editor, .. } = self else { return Ok(None) };
        let prompt =
            if default.is_empty() { format!("{question}: ") } else { format!("{question} [{default}]: ") };
        Ok(match typed(editor, &prompt)? {
            Line::Text(text) if text.trim().is_empty() => Some(default.to_owned()),
            Line::Text(text) => Some(text.trim().to_owned()),
            Line::Interrupted | Line::End => None,
        })
    }
}

fn typed(editor: &mut Editor<Completion, DefaultHistory>, prompt: &str) -> Result<Line> {
    match editor.readline(prompt) {
        Ok(text) => Ok(Line::Text(text)),
        Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
        Err(ReadlineError::Eof) => Ok(Line::End),
        Err(error) => Err(error).context("cannot read the next line"),
    }
}

/// In the user's state folder, as the XDG Base Directory Specification says.
fn history_file() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state"));
    Some(state.or_else(home)?.join("swarm-manager/history"))
}

/// Makes the file for its owner's eyes only.
fn make_private(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map(drop)
}
