//! How far it is, on a terminal.

use std::io::{IsTerminal as _, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on a terminal, nothing in a file or a pipe.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    pub(super) fn new(steps: u64) -> Self {
        let style = ProgressStyle::with_template("simulating [{bar:50}] {percent}%, {eta} left");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(stderr().is_terminal().then(|| ProgressBar::new(steps).with_style(style)))
    }

    pub(super) fn show(&self, done: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(done);
        }
    }

    /// Makes room for the results.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
