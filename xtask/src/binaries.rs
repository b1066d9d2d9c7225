//! Builds the programs that are shipped: statically linked, so that they run in an image `FROM scratch` and on any
//! Linux of the same processor.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

use crate::{command, console, elf, workspace};

/// Tells tests and benches in which folder the programs are that they start.
pub(crate) const BINARIES_VARIABLE: &str = "SWARMMANAGER_BINARIES";

/// The only target whose programs are built; its C library can be linked in.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// How programs are shipped whose size counts.
const SMALL: &str = "small";

/// A program that is shipped.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    package: &'static str,
    /// Whether its size counts more than its speed.
    is_small: bool,
}

/// The programs that are shipped.
pub(crate) const PROGRAMS: [Program; 3] = [
    Program { name: "swarm-agent", package: "swarmmanager-agent", is_small: true },
    Program { name: "swarm-lab", package: "swarmmanager-lab", is_small: false },
    Program { name: "swarm-manager", package: "swarmmanager-cli", is_small: false },
];

/// How much the compiler works for small and fast programs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Profile {
    /// What is shipped.
    Release,
    /// What lab tests and the demo run: built in less time.
    Lab,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Lab => "lab",
        }
    }
}

/// Builds every program and returns the folder that holds them.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    console::build()?;
    let folder = folder(profile);
    match profile {
        Profile::Lab => compile(profile.name(), &PROGRAMS.each_ref())?,
        Profile::Release => {
            let (small, others): (Vec<_>, Vec<_>) = PROGRAMS.iter().partition(|program| program.is_small);
            compile(profile.name(), &others)?;
            let small_ones = build_small()?;
            small.iter().try_for_each(|program| replace(&small_ones, &folder, program.name))?;
        }
    }
    for program in PROGRAMS {
        if !elf::is_static(&folder.join(program.name))? {
            bail!("{} is not statically linked", program.name);
        }
    }
    Ok(folder)
}

/// Builds the programs whose size counts, as they are shipped, and returns the folder that holds them.
pub(crate) fn build_small() -> Result<PathBuf> {
    PROGRAMS.iter().filter(|program| program.is_small).try_for_each(compile_small)?;
    Ok(output(SMALL))
}

fn compile(profile: &str, programs: &[&Program]) -> Result<()> {
    let mut cargo = cargo("build", profile);
    for program in programs {
        cargo.args(["--package", program.package, "--bin", program.name]);
    }
    command::run(&mut cargo)
}

/// By itself, so that what only other programs ask of a library is not in it.
fn compile_small(program: &Program) -> Result<()> {
    let mut cargo = cargo("rustc", SMALL);
    cargo.args(["--package", program.package, "--bin", program.name, "--features", "lean"]);
    // The table of what has to be moved to where the program is loaded takes a hundredth of the room this way.
    command::run(cargo.args(["--", "-C", "link-arg=-Wl,-z,pack-relative-relocs"]))
}

fn cargo(subcommand: &str, profile: &str) -> Command {
    let mut cargo = workspace::cargo(subcommand);
    cargo.args(["--locked", "--target", TARGET, "--profile", profile]);
    // With --target these flags reach no build script and no procedural macro, which cannot be static.
    cargo.env("RUSTFLAGS", rustflags());
    cargo
}

/// Copies a program from one folder to another. What is there is another name of a file of cargo's, which stays.
fn replace(from: &Path, to: &Path, name: &str) -> Result<()> {
    let target = to.join(name);
    if target.exists() {
        fs::remove_file(&target).with_context(|| format!("cannot remove {}", target.display()))?;
    }
    fs::copy(from.join(name), &target).with_context(|| format!("cannot write {}", target.display()))?;
    Ok(())
}

/// Where the programs of a profile are once they are built.
pub(crate) fn folder(profile: Profile) -> PathBuf {
    output(profile.name())
}

/// Where cargo leaves programs.
fn output(profile: &str) -> PathBuf {
    workspace::target().join(TARGET).join(profile)
}

/// The caller's flags, and static linking of the C library.
fn rustflags() -> String {
    let callers = env::var("RUSTFLAGS").unwrap_or_default();
    format!("{callers} -C target-feature=+crt-static").trim_start().to_owned()
}
