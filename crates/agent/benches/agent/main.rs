//! What the agent costs a node, beside Debian's prometheus-node-exporter in the same seconds on the same node: a real
//! Docker Engine in a Swarm with running containers, the released program, mutual TLS to a real collector.
//!
//! Prints a table in Markdown. The programs are found in the folder that `SWARMMANAGER_BINARIES` names.

mod exporter;
mod measure;
mod node;
mod process;
#[path = "../../tests/receiver/mod.rs"]
mod receiver;
mod table;

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use swarmmanager_lab::{Lab, NodeSpec};
use swarmmanager_units::CpuDemand;

use node::BenchNode;

/// How many containers run while it is measured.
const CONTAINERS: [usize; 2] = [20, 100];

fn main() -> Result<()> {
    let programs = env::var_os("SWARMMANAGER_BINARIES").context(
        "SWARMMANAGER_BINARIES has to name the folder of the built programs; run `cargo xtask bench agent`",
    )?;
    let agent = PathBuf::from(programs).join("swarm-agent");
    let size = agent.metadata().with_context(|| format!("{} is missing", agent.display()))?.len();

    let mut spec = NodeSpec::manager("ap1").memory_mib(4096).disk_mib(4096);
    spec.cpu = CpuDemand::Cores(std::thread::available_parallelism()?.get() as f64);
    let lab = Lab::start(&[spec])?;
    let mut node = BenchNode::new(lab.node("ap1")?)?;
    let mut rows = Vec::new();
    for count in CONTAINERS {
        node.run_containers(count)?;
        let row = measure::beside_each_other(&node, &agent, count)?;
        ensure!(row.reports_per_second > 0.9, "the agent did not report once a second: {row:?}");
        rows.push(row);
    }
    table::print(&rows, size);
    Ok(())
}
