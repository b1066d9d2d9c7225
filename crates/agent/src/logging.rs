//! Log lines on standard error, in one line each.

use std::collections::BTreeSet;

use tracing::level_filters::LevelFilter;
use tracing::warn;

/// Starts logging up to `level`.
pub fn start(level: LevelFilter) {
    tracing_subscriber::fmt()
        .compact()
        .with_max_level(level)
        .with_target(false)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
}

/// An error and what led to it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Failures that may repeat every second, of which each cause is logged once.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    logged: BTreeSet<String>,
}

/// More causes than this are forgotten, and logged anew when they come back.
const MAX_CAUSES: usize = 64;

impl Repeats {
    /// Logs `error` and what is done about it, unless it was logged before.
    pub(crate) fn warn(&mut self, error: &dyn std::error::Error, consequence: &str) {
        if self.logged.len() == MAX_CAUSES {
            self.logged.clear();
        }
        let text = chain(error);
        if !self.logged.contains(&text) {
            warn!("{text}; {consequence}");
            self.logged.insert(text);
        }
    }
}
