//! `cargo xtask`: the one place for every chore of this repository, and all that CI runs.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who started it")]

mod agent_image;
mod bench;
mod binaries;
mod command;
mod console;
mod demo;
mod dist;
mod e2e;
mod elf;
mod lab_tests;
mod packages;
mod policy;
mod programs;
mod root;
mod test;
mod wait;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// The chores of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Chore {
    /// Install the Debian packages that the tests and the demo need.
    Packages,
    /// Build the web console, which the manager embeds.
    Console,
    /// Check everything: formatting, lints, documentation, dependencies and all tests.
    Test(test::Options),
    /// Show a real Swarm of three access points on this machine, measured and in use.
    Demo(demo::Options),
    /// Measure, and write the figures into docs/performance.md or docs/placement.md.
    Bench {
        /// What to measure.
        bench: bench::Bench,
        /// Fewer recordings and one seed (placement).
        #[arg(long)]
        quick: bool,
    },
    /// Make the README's pictures of the console, from the real thing.
    Screenshots,
    /// Build a release into dist/: static programs, the agent's image, shell completions, checksums.
    Dist,
}

fn main() -> ExitCode {
    match run(Chore::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> anyhow::Result<()> {
    match chore {
        Chore::Packages => {
            packages::install(packages::FOR_LAB)?;
            packages::install(packages::FOR_BROWSER)
        }
        Chore::Console => console::build(),
        Chore::Test(options) => test::run(&options),
        Chore::Demo(options) => demo::run(&options),
        Chore::Bench { bench, quick } => bench::run(bench, quick),
        Chore::Screenshots => e2e::run(e2e::Project::Pictures, binaries::Profile::Lab),
        Chore::Dist => dist::run(),
    }
}
