//! Builds the web console, which the manager embeds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};

use crate::{command, e2e, programs, workspace};

/// What npm leaves behind once it has installed everything.
const INSTALLED: &str = "node_modules/.package-lock.json";

/// Where the console's sources are.
pub(crate) fn folder() -> PathBuf {
    workspace::root().join("console")
}

/// Builds the console into `console/dist`, unless what is there is of the present sources.
pub(crate) fn build() -> Result<()> {
    install()?;
    let folder = folder();
    if is_built(&folder)? {
        return Ok(());
    }
    command::run(npm().args(["run", "--silent", "build"]))?;
    command::run(Command::new("node").current_dir(&folder).arg("scripts/compress.mjs"))
}

/// Installs what the console is built and tested with, as its lock file says.
pub(crate) fn install() -> Result<()> {
    for program in ["node", "npm"] {
        if programs::find(program).is_none() {
            bail!("{program} is missing: the console is built with Node.js 20.19 or newer and npm");
        }
    }
    install_in(&folder())
}

/// Installs what a folder's lock file says, where that is not done yet.
pub(crate) fn install_in(folder: &Path) -> Result<()> {
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified()).ok();
    if changed(INSTALLED) >= changed("package-lock.json") {
        return Ok(());
    }
    command::run(Command::new("npm").current_dir(folder).args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]))
}

/// Checks the console's code and runs its tests.
pub(crate) fn check() -> Result<()> {
    install()?;
    for script in ["check", "lint", "test"] {
        command::run(npm().args(["run", "--silent", script]))?;
    }
    let tests = e2e::folder();
    install_in(&tests)?;
    command::run(Command::new("npm").current_dir(tests).args(["run", "--silent", "check"]))
}

/// npm in the console's folder.
pub(crate) fn npm() -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(folder());
    npm
}

/// Whether nothing that the console is built from is newer than what was built.
fn is_built(folder: &Path) -> Result<bool> {
    let Ok(built) = fs::metadata(folder.join("dist/index.html.br")).and_then(|file| file.modified()) else {
        return Ok(false);
    };
    Ok(newest(folder)? < built)
}

/// When anything below the folder was last changed, but for what is installed and built.
fn newest(folder: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        if matches!(entry.file_name().to_str(), Some("dist" | "node_modules" | "e2e" | "tests")) {
            continue;
        }
        let metadata = entry.metadata()?;
        // A folder changes when something in it is removed.
        newest = newest.max(metadata.modified()?);
        if metadata.is_dir() {
            newest = newest.max(self::newest(&entry.path())?);
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_is_built_again_when_a_source_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let write = |name: &str, age_s: u64| {
            let file = path.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "x").unwrap();
            let when = SystemTime::now() - std::time::Duration::from_secs(age_s);
            for touched in [&file, &file.parent().unwrap().to_owned()] {
                fs::File::open(touched).unwrap().set_modified(when).unwrap();
            }
        };
        write("src/main.ts", 100);
        assert!(!is_built(path).unwrap());
        write("dist/index.html.br", 50);
        assert!(is_built(path).unwrap());
        write("src/main.ts", 10);
        assert!(!is_built(path).unwrap());
    }
}
