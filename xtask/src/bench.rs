//! `cargo xtask bench`: measures, and writes what it measured into `docs/performance.md` or `docs/placement.md`.

mod criterion;
mod findings;
mod instructions;
mod report;

use std::fs;

use anyhow::{Context as _, Result, bail};

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
    /// What a placement decision costs, in time and in instructions.
    Decisions,
    /// What policies make of recorded loads.
    Placement,
}

/// Measures one thing.
pub(crate) fn run(bench: Bench, quick: bool) -> Result<()> {
    if quick && !matches!(bench, Bench::Placement) {
        bail!("--quick is for placement");
    }
    let table = match bench {
        Bench::Agent => agent()?,
        Bench::Console => console()?,
        Bench::Ingest => command::output(workspace::cargo("bench").args([
            "--package",
            "swarmmanager-collector",
            "--bench",
            "ingest",
        ]))?,
        Bench::Decisions => decisions()?,
        Bench::Placement => placement(quick)?,
    };
    if table.trim().is_empty() {
        println!("Nothing was measured, so {} stays as it is", bench.page());
        return Ok(());
    }
    let section = format!("{}\n\n{}", report::machine()?, table.trim());
    let page = workspace::root().join(bench.page());
    let text = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    let text = report::replace(&text, bench.name(), &section)?;
    fs::write(&page, text).with_context(|| format!("cannot write {}", page.display()))?;
    println!("{section}\n\nWritten to {}", bench.page());
    Ok(())
}

impl Bench {
    fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Console => "console",
            Self::Ingest => "ingest",
            Self::Decisions => "decisions",
            Self::Placement => "placement",
        }
    }

    /// Where its section is.
    fn page(self) -> &'static str {
        match self {
            Self::Placement => "docs/placement.md",
            Self::Agent | Self::Console | Self::Decisions | Self::Ingest => "docs/performance.md",
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

/// The bench prints its tables, and nothing where there are no recordings.
fn placement(quick: bool) -> Result<String> {
    let mut cargo = workspace::cargo("bench");
    cargo.args(["--package", "swarmmanager-simulator", "--bench", "placement"]);
    if quick {
        cargo.args(["--", "--quick"]);
    }
    command::output(&mut cargo)
}

/// The bench is criterion's, which leaves its results in files. Instructions are counted beside: their number is the
/// same on every machine, however busy.
fn decisions() -> Result<String> {
    packages::install(packages::FOR_COUNTING)?;
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
    Ok(format!("{}\n\n{}", criterion::table(&results)?, instructions::table()?))
}
