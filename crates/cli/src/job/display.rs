//! A job's progress: on a terminal a line for each of its items that changes in its place, otherwise a line whenever
//! something about one changes.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stderr};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use swarmmanager_api::{ItemState, Job, JobItem, JobKind};
use swarmmanager_units::Bytes;

use super::word;
use crate::output::say;

/// More would not fit on a screen.
const MOST_LINES: usize = 40;

/// Where progress is shown.
pub(super) enum Display {
    /// Nowhere.
    Nothing,
    /// On a terminal.
    Bars { all: MultiProgress, items: BTreeMap<usize, ProgressBar> },
    /// In a file or a pipe.
    Lines { said: BTreeMap<usize, String> },
}

impl Display {
    pub(super) fn new(quiet: bool) -> Self {
        if quiet {
            Self::Nothing
        } else if stderr().is_terminal() {
            Self::Bars { all: MultiProgress::new(), items: BTreeMap::new() }
        } else {
            Self::Lines { said: BTreeMap::new() }
        }
    }

    pub(super) fn show(&mut self, job: &Job) {
        match self {
            Self::Nothing => {}
            Self::Bars { all, items } => {
                let width = job.items.iter().map(|item| title(item).chars().count()).max().unwrap_or(0);
                for (number, item) in job.items.iter().enumerate().take(MOST_LINES) {
                    let bar = items
                        .entry(number)
                        .or_insert_with(|| all.add(ProgressBar::no_length().with_style(plain())));
                    bar.set_message(format!("{:width$}  {}", title(item), told(item, job.kind)));
                }
            }
            Self::Lines { said } => {
                for (number, item) in job.items.iter().enumerate() {
                    let line = format!("{}: {}", item.name, step(item, job.kind));
                    if item.state != ItemState::Waiting && said.get(&number) != Some(&line) {
                        say(&line);
                        said.insert(number, line);
                    }
                }
            }
        }
    }

    /// Leaves what is shown as it is.
    pub(super) fn leave(&mut self) {
        if let Self::Bars { items, .. } = self {
            items.values().for_each(ProgressBar::abandon);
        }
    }
}

fn title(item: &JobItem) -> String {
    item.detail.as_ref().map_or_else(|| item.name.clone(), |detail| format!("{} ({detail})", item.name))
}

/// What there is to say of an item, with how much was sent.
fn told(item: &JobItem, kind: JobKind) -> String {
    let text = step(item, kind);
    match (item.state, item.done_bytes, item.total_bytes) {
        (ItemState::Running, Some(done), Some(total)) if total > 0 => {
            format!("{text} {}% of {}", done * 100 / total, Bytes::new(total))
        }
        _ => text,
    }
}

/// What is being done, or what came of it. The words that a result has by itself need none before them.
pub(super) fn step(item: &JobItem, kind: JobKind) -> String {
    let state = word(item.state, kind);
    match (item.state, &item.step, &item.message) {
        (ItemState::Running, Some(step), _) => step.clone(),
        (ItemState::Done, _, Some(message)) => message.clone(),
        (_, _, Some(message)) => format!("{state}: {message}"),
        _ => state.to_owned(),
    }
}

fn plain() -> ProgressStyle {
    ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}
