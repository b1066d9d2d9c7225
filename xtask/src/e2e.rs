//! The console in a real browser before the real manager on a real Swarm: what `console/e2e` holds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::binaries::{self, BINARIES_VARIABLE, Profile};
use crate::packages::{self, FOR_BROWSER, FOR_LAB};
use crate::{agent_image, command, console, programs, root, workspace};

/// The generator of requests from an OpenAPI description, and its version.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// What to do in the browser: a project of `console/e2e/playwright.config.ts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Project {
    /// The tests.
    Tests,
    /// The README's pictures.
    Pictures,
    /// What the console costs.
    Bench,
}

impl Project {
    fn name(self) -> &'static str {
        match self {
            Self::Tests => "e2e",
            Self::Pictures => "pictures",
            Self::Bench => "bench",
        }
    }
}

/// Runs one project with programs of that profile.
pub(crate) fn run(project: Project, profile: Profile) -> Result<()> {
    if let Some(reason) = root::why_no_lab() {
        bail!("{reason}");
    }
    packages::install(FOR_LAB)?;
    packages::install(FOR_BROWSER)?;
    console::install_in(&folder())?;
    let programs = binaries::build(profile)?;
    let work = work();
    fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    let archive = work.join("agent.tar");
    agent_image::write(&programs.join("swarm-agent"), &archive)?;
    let chromium = programs::find("chromium").context("chromium is missing")?;
    let mut playwright = Command::new("npx");
    playwright.current_dir(folder()).args(["--no", "--", "playwright", "test"]);
    playwright.arg(format!("--project={}", project.name()));
    playwright.env("SWARMMANAGER_E2E_OUTPUT", &work);
    playwright.env(BINARIES_VARIABLE, programs).env("CHROMIUM", chromium);
    playwright.env("SWARMMANAGER_AGENT_ARCHIVE", archive).env("SWARMMANAGER_AGENT_IMAGE", agent_image::NAME);
    if project == Project::Tests {
        playwright.env("SCHEMATHESIS", schemathesis()?);
    }
    command::run(&mut playwright)
}

/// Where they leave what they make.
pub(crate) fn work() -> PathBuf {
    workspace::target().join("e2e")
}

/// Where the tests are.
pub(crate) fn folder() -> PathBuf {
    console::folder().join("e2e")
}

/// The program, in a Python environment of its own, made where it is missing.
fn schemathesis() -> Result<PathBuf> {
    let environment = workspace::target().join("schemathesis");
    let program = environment.join("bin/st");
    if is_there(&environment, &program)? {
        return Ok(program);
    }
    command::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))
        .context("Debian's python3-venv makes the environment that schemathesis runs in")?;
    let mut pip = Command::new(environment.join("bin/pip"));
    command::run(pip.args(["install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS]))?;
    fs::write(environment.join("installed"), SCHEMATHESIS).context("cannot note what was installed")?;
    Ok(program)
}

/// Whether the version that is wanted is installed as a whole.
fn is_there(environment: &Path, program: &Path) -> Result<bool> {
    let note = environment.join("installed");
    if !program.exists() || !note.exists() {
        return Ok(false);
    }
    let installed = fs::read_to_string(&note).with_context(|| format!("cannot read {}", note.display()))?;
    Ok(installed == SCHEMATHESIS)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Project, SCHEMATHESIS, folder, is_there};

    #[test]
    fn every_project_is_one_of_playwrights() {
        let config = fs::read_to_string(folder().join("playwright.config.ts")).unwrap();
        for project in [Project::Tests, Project::Pictures, Project::Bench] {
            assert!(config.contains(&format!("name: '{}'", project.name())), "{project:?}");
        }
    }

    #[test]
    fn an_environment_counts_when_it_holds_the_version_that_is_wanted() {
        let environment = tempfile::tempdir().unwrap();
        let (program, note) = (environment.path().join("st"), environment.path().join("installed"));
        let there = || is_there(environment.path(), &program).unwrap();
        assert!(!there());
        fs::write(&program, "").unwrap();
        assert!(!there());
        fs::write(&note, "schemathesis==0").unwrap();
        assert!(!there());
        fs::write(&note, SCHEMATHESIS).unwrap();
        assert!(there());
    }
}
