//! How answers are written: Docker's tables, Go templates, JSON, and words for moments and amounts.

mod filter;
mod format;
mod listing;
mod moment;
mod template;
mod text;

use std::io::{self, Write};

pub(crate) use filter::{Filter, Filters};
pub(crate) use format::Format;
pub(crate) use listing::{Column, Listing, aligned};
pub(crate) use moment::{ago, iso, unix_ms, until};
pub(crate) use template::{Template, TemplateError};
pub(crate) use text::{capitalized, rate, short_id, short_image, shortened};

/// Writes to standard output.
///
/// # Errors
/// Where nobody reads any more, or the disk is full.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a line to standard error. That nobody reads it is no reason to stop.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
