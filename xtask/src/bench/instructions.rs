//! Counts the instructions of placement decisions with Debian's valgrind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::findings::{Finding, render, thousands};
use crate::{command, workspace};

/// The policies, and the bare arithmetic that they are compared with.
const COUNTED: [&str; 12] = [
    "headroom",
    "availability",
    "spread",
    "least-allocated",
    "balanced-allocation",
    "kubernetes",
    "target-load-packing",
    "risk-balancing",
    "load-aware",
    "binpack",
    "seed-original",
    "floor",
];
const SIZES: [u32; 4] = [10, 100, 1_000, 10_000];
/// A run of so many decisions is taken from one of more, so that what is left is decisions alone.
const BEFORE: u32 = 2;
const MORE: u32 = 20;

/// A row for each policy, a column for each number of nodes.
pub(super) fn table() -> Result<String> {
    let bench = build()?;
    let counts = workspace::target().join("instructions.out");
    let mut findings = Vec::new();
    for name in COUNTED {
        println!("Counting instructions of {name}");
        for size in SIZES {
            let count = |decisions: u32| count(&bench, &counts, name, size, decisions);
            let instructions = (count(BEFORE + MORE)? - count(BEFORE)?) / f64::from(MORE);
            findings.push(Finding {
                name: format!("one decision, {name}"),
                size: size.to_string(),
                value: instructions,
            });
        }
    }
    Ok(render(&findings, "instructions", |count| thousands(&format!("{count:.0}"))))
}

/// Builds the bench and says where it is.
fn build() -> Result<PathBuf> {
    let mut cargo = workspace::cargo("bench");
    cargo.args(["--package", "swarmmanager-placement", "--bench", "decisions", "--no-run"]);
    let messages = command::output(cargo.arg("--message-format=json"))?;
    executable(&messages).context("cargo does not say where it left the bench")
}

/// The last program that cargo's messages name.
fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.into_iter().find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

fn count(bench: &Path, counts: &Path, name: &str, nodes: u32, decisions: u32) -> Result<f64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=cachegrind", "--cache-sim=no"]);
    valgrind.arg(format!("--cachegrind-out-file={}", counts.display()));
    valgrind.arg(bench).args(["count", name, &nodes.to_string(), &decisions.to_string()]);
    let output = valgrind.stdin(Stdio::null()).output().context("cannot start valgrind")?;
    if !output.status.success() {
        bail!("valgrind failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = fs::read_to_string(counts).with_context(|| format!("cannot read {}", counts.display()))?;
    summary(&text).with_context(|| format!("{} has no summary", counts.display()))
}

/// The number of instructions in what cachegrind writes.
fn summary(text: &str) -> Option<f64> {
    let words = text.lines().find_map(|line| line.strip_prefix("summary:"))?;
    words.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{executable, summary};

    #[test]
    fn the_summary_is_the_number_of_instructions() {
        assert_eq!(summary("events: Ir\nfn=main\n1 12\nsummary: 123456\n"), Some(123_456.0));
        assert_eq!(summary("events: Ir\n"), None);
    }

    #[test]
    fn the_bench_is_the_program_that_is_named_last() {
        let messages = "{\"executable\":null}\n{\"executable\":\"/a/decisions-1\"}\n{\"success\":true}\n";
        assert_eq!(executable(messages).as_deref(), Some(Path::new("/a/decisions-1")));
        assert_eq!(executable("{\"success\":true}\n"), None);
    }
}
