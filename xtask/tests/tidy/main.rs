//! What a linter cannot see: sizes of files, left-over marks, and who depends on whom.

#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

mod dependencies;
mod files;

use std::path::Path;

/// The workspace's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Fails with every finding, one a line.
#[track_caller]
fn assert_none(findings: &[String], rule: &str) {
    assert!(findings.is_empty(), "{rule}\n{}", findings.join("\n"));
}
