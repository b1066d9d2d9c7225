//! What a manager spends on the reports of a thousand and of ten thousand agents.
//!
//! The agents live in a process of their own and report over real TLS on the loopback address; so the figures are of
//! the process that takes the reports in, and of nothing else. The floor takes the same bytes over plain TCP into a
//! ring. The bench runs itself again for each part: `receive` takes in, `generate` reports.

#![allow(
    clippy::print_stdout,
    reason = "the table is what the bench is for, and lines are how its parts talk"
)]

mod dialogue;
mod floor;
mod generator;
mod load;
mod process;
mod receiver;
#[path = "../../tests/collector/swarm.rs"]
mod swarm;
mod table;

use anyhow::{Context as _, Result, bail};
use tokio::runtime::Builder;

/// Agents, in the order of the table's columns.
const SIZES: [usize; 2] = [1_000, 10_000];

/// How reports come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    /// To the collector, over mutual TLS.
    Collector,
    /// To the floor, over plain TCP.
    Floor,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Floor => "floor",
        }
    }

    fn from_name(name: &str) -> Result<Self> {
        [Self::Collector, Self::Floor]
            .into_iter()
            .find(|transport| transport.name() == name)
            .with_context(|| format!("no transport {name}"))
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    process::raise_file_limit();
    match arguments[..] {
        ["receive", transport, agents] => {
            // What is refused spoils the figures, and says so here.
            tracing_subscriber::fmt().with_writer(std::io::stderr).init();
            let (transport, agents) = (Transport::from_name(transport)?, agents.parse()?);
            let figures = Builder::new_multi_thread().enable_all().build()?.block_on(async {
                match transport {
                    Transport::Collector => receiver::measure(agents).await,
                    Transport::Floor => floor::measure(agents).await,
                }
            })?;
            println!("{}", figures.line());
            Ok(())
        }
        ["generate", transport, agents, folder] => {
            let (transport, agents) = (Transport::from_name(transport)?, agents.parse()?);
            let generator = generator::run(transport, agents, folder.as_ref());
            Builder::new_current_thread().enable_all().build()?.block_on(generator)
        }
        ref flags if flags.contains(&"--bench") => {
            let runs: Result<Vec<_>> = SIZES.into_iter().map(beside_the_floor).collect();
            println!("{}", table::render(&runs?));
            Ok(())
        }
        // A test runner that looks whether there are tests in here.
        _ => Ok(()),
    }
}

/// One right after the other, so that the machine is as busy with other things for both.
fn beside_the_floor(agents: usize) -> Result<(process::Figures, process::Figures)> {
    Ok((measure(Transport::Collector, agents)?, measure(Transport::Floor, agents)?))
}

/// Measures in a fresh process, whose memory holds nothing from before.
fn measure(transport: Transport, agents: usize) -> Result<process::Figures> {
    let output = process::this_program()?
        .args(["receive", transport.name(), &agents.to_string()])
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        bail!("taking reports in ({transport:?}, {agents} agents) failed: {}", output.status);
    }
    process::Figures::from_line(std::str::from_utf8(&output.stdout)?)
}
