//! Builds the programs that are shipped: statically linked, so that they run in an image `FROM scratch` and on any
//! Linux of the same processor.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{command, elf, workspace};

/// Tells tests and benches in which folder the programs are that they start.
pub(crate) const BINARIES_VARIABLE: &str = "SWARMMANAGER_BINARIES";

/// The only target whose programs are built; its C library can be linked in.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// A program that is shipped.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    package: &'static str,
}

/// The programs that are shipped.
pub(crate) const PROGRAMS: [Program; 3] = [
    Program { name: "swarm-agent", package: "swarmmanager-agent" },
    Program { name: "swarm-lab", package: "swarmmanager-lab" },
    Program { name: "swarm-manager", package: "swarmmanager-cli" },
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
    let mut cargo = workspace::cargo("build");
    cargo.args(["--locked", "--target", TARGET, "--profile", profile.name()]);
    // With --target these flags reach no build script and no procedural macro, which cannot be static.
    cargo.env("RUSTFLAGS", rustflags());
    for program in PROGRAMS {
        cargo.args(["--package", program.package, "--bin", program.name]);
    }
    command::run(&mut cargo)?;

    let folder = folder(profile);
    for program in PROGRAMS {
        if !elf::is_static(&folder.join(program.name))? {
            bail!("{} is not statically linked", program.name);
        }
    }
    Ok(folder)
}

/// Where the programs of a profile are once they are built.
pub(crate) fn folder(profile: Profile) -> PathBuf {
    workspace::target().join(TARGET).join(profile.name())
}

/// The caller's flags, and static linking of the C library.
fn rustflags() -> String {
    let callers = env::var("RUSTFLAGS").unwrap_or_default();
    format!("{callers} -C target-feature=+crt-static").trim_start().to_owned()
}
