//! `cargo xtask test`: every check, cheapest first, the tests last so that their summary closes the run.

use std::time::Instant;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::binaries::{self, BINARIES_VARIABLE, Profile};
use crate::workspace::cargo;
use crate::{command, console, e2e, lab_tests, packages, programs, root};

/// Tells tests that they cannot start a lab.
const WITHOUT_LAB_VARIABLE: &str = "SWARMMANAGER_WITHOUT_LAB";

/// What to check.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leave out the tests that need a lab (a real Swarm on this machine, as root).
    #[arg(long)]
    without_lab: bool,
    /// Run only this step; may be given several times.
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// Run only the tests whose names contain this, and no other check.
    filter: Option<String>,
}

/// One check, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Install missing packages and cargo tools.
    Packages,
    /// Is the code formatted?
    Format,
    /// Do dependencies keep to deny.toml?
    Dependencies,
    /// Are there no lints, in tests and benches too?
    Lints,
    /// Does the documentation build without warnings?
    Documentation,
    /// Do the examples in the documentation pass?
    Examples,
    /// Is the console's code clean, and do its tests pass?
    Console,
    /// Build the programs that lab tests start.
    Binaries,
    /// Does the console work in a browser, before a real Swarm?
    E2e,
    /// Unit, property, tidiness and lab tests.
    Tests,
}

/// Runs the checks.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(reason) = options.lab_is_wanted().then(root::why_no_lab).flatten() {
        eprintln!("These tests cannot run here, because {reason}:");
        print_lab_tests()?;
        bail!("add --without-lab to run everything else");
    }
    for step in options.steps() {
        println!("==> {}", step.name());
        let start = Instant::now();
        step.run(options)?;
        // The tests end with their runner's summary, to which nothing is added.
        if step != Step::Tests {
            println!("==> {}: {:.0?}", step.name(), start.elapsed());
        }
    }
    Ok(())
}

impl Options {
    fn steps(&self) -> Vec<Step> {
        let is_wanted = |step: &Step| match step {
            _ if !self.only.is_empty() => self.only.contains(step),
            Step::Packages | Step::Tests => true,
            Step::Binaries => !self.without_lab,
            Step::E2e => !self.without_lab && self.filter.is_none(),
            _ => self.filter.is_none(),
        };
        Step::value_variants().iter().copied().filter(is_wanted).collect()
    }

    fn lab_is_wanted(&self) -> bool {
        !self.without_lab && self.steps().iter().any(|step| matches!(step, Step::E2e | Step::Tests))
    }
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn run(self, options: &Options) -> Result<()> {
        match self {
            Self::Packages => install(options),
            Self::Format => command::run(cargo("fmt").args(["--all", "--check"])),
            Self::Dependencies => {
                let mut deny = cargo("deny");
                deny.args(["--log-level", "error", "check", "--hide-inclusion-graph"]);
                // Advisories are left out: they come from a database in the network.
                command::run(deny.args(["bans", "licenses", "sources"]))
            }
            Self::Lints => {
                let mut clippy = cargo("clippy");
                command::run(clippy.args([
                    "--workspace",
                    "--all-targets",
                    "--locked",
                    "--",
                    "-D",
                    "warnings",
                ]))
            }
            Self::Documentation => {
                let mut doc = cargo("doc");
                doc.args(["--workspace", "--no-deps", "--document-private-items", "--locked"]);
                // Its readers have the source: links to private items lead somewhere.
                command::run(doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links"))
            }
            Self::Examples => {
                command::run(cargo("test").args(["--workspace", "--doc", "--locked", "--quiet"]))
            }
            Self::Console => console::check(),
            Self::Binaries => binaries::build(Profile::Lab).map(drop),
            Self::E2e => e2e::run(e2e::Project::Tests, Profile::Lab),
            Self::Tests => test(options),
        }
    }
}

fn install(options: &Options) -> Result<()> {
    if options.lab_is_wanted() {
        packages::install(packages::FOR_LAB)?;
    }
    install_tool("cargo-nextest", &[])?;
    if options.steps().contains(&Step::Dependencies) {
        // Unoptimised: a minute less to build, a second more to run.
        install_tool("cargo-deny", &["--no-default-features", "--debug"])?;
    }
    Ok(())
}

/// Installs a cargo subcommand, unless the machine has it in any version.
fn install_tool(name: &str, flags: &[&str]) -> Result<()> {
    if programs::find(name).is_some() {
        return Ok(());
    }
    command::run(cargo("install").args(["--locked", name]).args(flags))
}

fn test(options: &Options) -> Result<()> {
    let mut nextest = cargo("nextest");
    nextest.args(["run", "--workspace", "--locked", "--profile", "ci"]);
    if options.without_lab {
        println!("Left out, because of --without-lab:");
        print_lab_tests()?;
        nextest.args(["--filterset", &format!("not ({})", lab_tests::FILTER)]);
        nextest.env(WITHOUT_LAB_VARIABLE, "1");
    } else {
        nextest.env(BINARIES_VARIABLE, binaries::folder(Profile::Lab));
    }
    nextest.args(&options.filter);
    command::run(&mut nextest)
}

fn print_lab_tests() -> Result<()> {
    for name in lab_tests::list()? {
        println!("    {name}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Options, Step};

    fn options(without_lab: bool, only: &[Step], filter: Option<&str>) -> Options {
        Options { without_lab, only: only.to_vec(), filter: filter.map(str::to_owned) }
    }

    #[test]
    fn the_tests_come_last() {
        assert_eq!(options(false, &[], None).steps().last(), Some(&Step::Tests));
    }

    #[test]
    fn a_filter_leaves_only_what_tests_need() {
        assert_eq!(options(false, &[], Some("score")).steps(), [Step::Packages, Step::Binaries, Step::Tests]);
        assert_eq!(options(true, &[], Some("score")).steps(), [Step::Packages, Step::Tests]);
    }

    #[test]
    fn chosen_steps_keep_their_order() {
        let options = options(false, &[Step::Lints, Step::Format], None);
        assert_eq!(options.steps(), [Step::Format, Step::Lints]);
        assert!(!options.lab_is_wanted());
    }

    #[test]
    fn without_a_lab_no_programs_are_built() {
        let options = options(true, &[], None);
        assert!(!options.steps().iter().any(|step| matches!(step, Step::Binaries | Step::E2e)));
        assert!(!options.lab_is_wanted());
    }
}
