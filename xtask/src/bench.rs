//! `cargo xtask bench`: measures, and writes what it measured into `docs/performance.md`.

mod criterion;
mod report;

use std::fs;

use anyhow::{Context as _, Result};

use crate::binaries::{self, BINARIES_VARIABLE, Profile};
use crate::{command, e2e, packages, workspace};

/// What can be measured.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Bench {
    /// The agent's processor time and memory, beside Debian's prometheus-node-exporter.
    Agent,
    /// What the console weighs, and what it costs the browser and the manager.
    Console,
    /// What a manager spends on the reports of a thousand and of ten thousand agents.
    Ingest,
    /// What a placement decision costs.
    Placement,
}

/// Measures one thing.
pub(crate) fn run(bench: Bench) -> Result<()> {
    let table = match bench {
        Bench::Agent => agent()?,
        Bench::Console => console()?,
        Bench::Ingest => command::output(workspace::cargo("bench").args([
            "--package",
            "swarmmanager-collector",
            "--bench",
            "ingest",
        ]))?,
        Bench::Placement => placement()?,
    };
    let section = format!("{}\n\n{}", report::machine()?, table.trim());
    let page = workspace::root().join("docs/performance.md");
    let text = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    let text = report::replace(&text, bench.name(), &section)?;
    fs::write(&page, text).with_context(|| format!("cannot write {}", page.display()))?;
    println!("{section}\n\nWritten to docs/performance.md");
    Ok(())
}

impl Bench {
    fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Console => "console",
            Self::Ingest => "ingest",
            Self::Placement => "placement",
        }
    }
}

/// The bench prints its table. What is measured is another program, so the bench itself need not be fast.
fn agent() -> Result<String> {
    packages::install(packages::FOR_LAB)?;
    packages::install(packages::FOR_AGENT_BENCH)?;
    let programs = binaries::build_small()?;
    let mut cargo = workspace::cargo("bench");
    command::output(
        cargo
            .args(["--profile", "dev", "--package", "swarmmanager-agent", "--bench", "agent"])
            .env(BINARIES_VARIABLE, programs),
    )
}

/// The bench is Playwright's, and writes its table into a file.
fn console() -> Result<String> {
    let table = e2e::work().join("bench.md");
    e2e::run(e2e::Project::Bench, Profile::Release)?;
    fs::read_to_string(&table).with_context(|| format!("cannot read {}", table.display()))
}

/// The bench is criterion's, which leaves its results in files.
fn placement() -> Result<String> {
    let results = workspace::target().join("criterion");
    if results.exists() {
        fs::remove_dir_all(&results).with_context(|| format!("cannot remove {}", results.display()))?;
    }
    command::run(workspace::cargo("bench").args([
        "--package",
        "swarmmanager-placement",
        "--bench",
        "decisions",
    ]))?;
    criterion::table(&results)
}
