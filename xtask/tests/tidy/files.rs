//! Rules for the text of files.

use std::fs;
use std::process::Command;

use crate::{assert_none, root};

/// A file that git knows, or would add.
struct Source {
    path: String,
    text: String,
}

/// Every text file.
fn sources() -> Vec<Source> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let output = git.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let paths = String::from_utf8(output.stdout).unwrap();
    let read = |path: &str| {
        fs::read_to_string(root().join(path)).ok().map(|text| Source { path: path.into(), text })
    };
    paths.split_terminator('\0').filter_map(read).collect()
}

/// The lines with any of the words, as `path:line: word`.
fn lines_with(words: &[&str]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources() {
        for (number, line) in (1..).zip(source.text.lines()) {
            let found = words.iter().filter(|word| line.contains(**word));
            findings.extend(found.map(|word| format!("{}:{number}: {word}", source.path)));
        }
    }
    findings
}

#[test]
fn there_are_sources() {
    assert!(sources().iter().any(|source| source.path == "xtask/tests/tidy/files.rs"));
}

#[test]
fn no_source_file_is_longer_than_500_lines() {
    let is_code = |path: &str| [".rs", ".ts", ".svelte"].iter().any(|suffix| path.ends_with(suffix));
    let long = sources().into_iter().filter(|source| is_code(&source.path)).filter_map(|source| {
        let lines = source.text.lines().count();
        (lines > 500).then(|| format!("{}: {lines} lines", source.path))
    });
    assert_none(&long.collect::<Vec<_>>(), "split files of more than 500 lines:");
}

// The words are put together here so that this file does not contain them.

#[test]
fn nothing_is_left_for_later() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("#[ign", "ore")];
    assert_none(&lines_with(&marks), "finish it, or file an issue:");
}

#[test]
fn no_path_of_the_machine_it_was_written_on_is_left() {
    let paths = [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/.")];
    assert_none(&lines_with(&paths), "name no path of one machine:");
}

#[test]
fn no_name_of_the_place_it_was_written_in_is_left() {
    let names = [concat!("farm", "-studio"), concat!(".lib", "rary")];
    assert_none(&lines_with(&names), "name nothing of the place where it was written:");
}
