//! Lessons as files: `NAME.toml` is nodes and a request, `NAME.txt` what is decided and why. A new fault becomes a new
//! file. Run with `UPDATE_SCENARIOS=1` to write the answers anew, and read the difference before it is committed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what failed by panicking")]

mod answer;
mod scenario;

use std::fs;
use std::path::{Path, PathBuf};

use scenario::Scenario;

const UPDATE_VARIABLE: &str = "UPDATE_SCENARIOS";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

fn files(extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|is| is == extension)).collect();
    files.sort();
    files
}

fn answer_to(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let scenario: Scenario =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    answer::to(&scenario)
}

#[test]
fn every_scenario_is_answered_as_written() {
    let scenarios = files("toml");
    assert!(!scenarios.is_empty(), "there are no scenarios in {}", folder().display());
    let update = std::env::var_os(UPDATE_VARIABLE).is_some();
    let mut differences = String::new();
    for file in scenarios {
        let (answer, golden) = (answer_to(&file), file.with_extension("txt"));
        let written = fs::read_to_string(&golden).unwrap_or_default();
        if update {
            fs::write(&golden, answer).unwrap();
        } else if answer != written {
            differences += &format!("\n--- {}\n{written}\n+++ is now\n{answer}", golden.display());
        }
    }
    assert!(differences.is_empty(), "run with {UPDATE_VARIABLE}=1 where this is right:\n{differences}");
}

#[test]
fn every_answer_belongs_to_a_scenario() {
    for answer in files("txt") {
        assert!(answer.with_extension("toml").exists(), "{} answers nothing", answer.display());
    }
}

/// The user's page shows this one in full.
#[test]
fn the_worked_example_in_the_documentation_is_what_comes_out() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/placement.md");
    let page = fs::read_to_string(page).unwrap();
    let answer = answer_to(&folder().join("worked-example.toml"));
    assert!(page.contains(&answer), "docs/placement.md does not contain\n{answer}");
}
