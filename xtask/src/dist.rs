//! `cargo xtask dist`: what a release consists of, in `dist/`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::binaries::{self, PROGRAMS, Profile};
use crate::{agent_image, command, workspace};

/// Shells that get completions.
const SHELLS: [&str; 3] = ["bash", "fish", "zsh"];

/// What is taken from the checkout as it is.
const UNIT: &str = "swarm-manager.service";

/// Builds the static programs, the agent's image and shell completions, and their checksums.
pub(crate) fn run() -> Result<()> {
    let built = binaries::build(Profile::Release)?;
    let dist = workspace::root().join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist).with_context(|| format!("cannot remove {}", dist.display()))?;
    }
    fs::create_dir(&dist).with_context(|| format!("cannot create {}", dist.display()))?;

    let mut files = programs(&built, &dist)?;
    let archive = "swarmmanager-agent.tar";
    agent_image::write(&built.join("swarm-agent"), &dist.join(archive))?;
    files.push(archive.to_owned());
    files.extend(completions(&built.join("swarm-manager"), &dist)?);
    copy(&workspace::root().join("packaging"), &dist, UNIT)?;
    files.push(UNIT.to_owned());

    let sums = checksums(&dist, &files)?;
    fs::write(dist.join("SHA256SUMS"), &sums).context("cannot write SHA256SUMS")?;
    print!("{sums}");
    Ok(())
}

fn programs(built: &Path, dist: &Path) -> Result<Vec<String>> {
    PROGRAMS.iter().map(|program| copy(built, dist, program.name).map(|()| program.name.to_owned())).collect()
}

/// The manager writes its completions itself.
fn completions(manager: &Path, dist: &Path) -> Result<Vec<String>> {
    let write = |shell: &&str| {
        let name = format!("swarm-manager.{shell}");
        let script = command::output(Command::new(manager).args(["completion", shell]))?;
        fs::write(dist.join(&name), script).with_context(|| format!("cannot write {name}"))?;
        Ok(name)
    };
    SHELLS.iter().map(write).collect()
}

fn copy(from: &Path, to: &Path, name: &str) -> Result<()> {
    fs::copy(from.join(name), to.join(name)).with_context(|| format!("cannot copy {name}"))?;
    Ok(())
}

/// One line for each file, as `sha256sum --check` reads them.
fn checksums(folder: &Path, files: &[String]) -> Result<String> {
    let mut sums = String::new();
    for file in files {
        let content = fs::read(folder.join(file)).with_context(|| format!("cannot read {file}"))?;
        for byte in Sha256::digest(content) {
            write!(sums, "{byte:02x}")?;
        }
        writeln!(sums, "  {file}")?;
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::checksums;

    #[test]
    fn checksums_are_those_of_sha256sum() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("abc"), "abc").unwrap();
        assert_eq!(
            checksums(folder.path(), &["abc".to_owned()]).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc\n",
        );
    }
}
