//! Measures both programs over the same windows of time.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use swarmmanager_collector::CollectorStats;
use swarmmanager_identity::Identity;
use swarmmanager_telemetry::Fleet;
use swarmmanager_units::NodeId;
use tokio::runtime;
use tokio::time::{Instant, sleep, sleep_until};

use crate::exporter;
use crate::node::{BenchNode, SYS};
use crate::process::Process;
use crate::receiver::{Receiver, enter, network_of};

const WINDOWS: usize = 3;
const WINDOW: Duration = Duration::from_secs(30);
/// For all containers to be reported.
const START_LIMIT: Duration = Duration::from_secs(60);
/// For what is done once: a second look at networks, Go's first collections of garbage.
const SETTLE: Duration = Duration::from_secs(15);

/// What a program costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Processor time in percent of one core, the median of the windows.
    pub(crate) cpu_percent: f64,
    /// In bytes, the most that was seen.
    pub(crate) memory: u64,
}

/// Both programs beside each other.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) containers: usize,
    pub(crate) agent: Cost,
    pub(crate) exporter: Cost,
    pub(crate) reports_per_second: f64,
}

/// Runs both programs on the node and measures them.
pub(crate) fn beside_each_other(bench: &BenchNode<'_>, agent: &Path, containers: usize) -> Result<Row> {
    let receiver = Receiver::start(bench.node)?;
    let certificates = bench.node.root()?.join("var/lib/docker/swarm/certificates");
    let id = Identity::load(&certificates)?.own().node.clone();
    let network = network_of(bench.node)?;
    let agent = Process::start(&mut agent_command(bench, agent)?)?;
    let exporter = Process::start(&mut exporter::command(bench.node)?)?;
    let measure = || -> Result<Row> {
        enter(&network)?;
        runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
            tokio::select! {
                ended = exporter::scrape() => Err(ended.err().unwrap_or_else(|| anyhow!("the exporter ended"))),
                row = async {
                    wait_for_containers(&receiver.fleet, &id, containers).await?;
                    sleep(SETTLE).await;
                    windows(&agent, &exporter, &receiver.stats, containers).await
                } => row,
            }
        })
    };
    // In a thread of its own: this one does not come back from the node's network.
    std::thread::scope(|scope| scope.spawn(measure).join()).map_err(|_| anyhow!("measuring failed"))?
}

fn agent_command(bench: &BenchNode<'_>, agent: &Path) -> Result<Command> {
    let mut command = bench.node.command(agent)?;
    command.args(["--proc", "/proc", "--sys", SYS, "--docker-root", "/var/lib/docker", "--log", "warn"]);
    Ok(command)
}

async fn wait_for_containers(fleet: &Fleet, id: &NodeId, wanted: usize) -> Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        let latest = fleet.read(id, |history| history.latest().map(|latest| latest.containers.len()));
        let seen = latest.flatten();
        if seen == Some(wanted) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{wanted} containers run, the agent reports {seen:?}");
        sleep(Duration::from_millis(200)).await;
    }
}

async fn windows(
    agent: &Process,
    exporter: &Process,
    stats: &CollectorStats,
    containers: usize,
) -> Result<Row> {
    let accepted = || stats.snapshot().accepted;
    let (mut agent_cpu, mut exporter_cpu) = (Vec::new(), Vec::new());
    let (mut agent_memory, mut exporter_memory) = (0, 0);
    let (start, accepted_before) = (Instant::now(), accepted());
    for window in 1..=WINDOWS {
        let (began, before) = (Instant::now(), (agent.cpu_time()?, exporter.cpu_time()?));
        sleep_until(start + WINDOW * u32::try_from(window)?).await;
        let percent = |used: Duration| 100.0 * used.as_secs_f64() / began.elapsed().as_secs_f64();
        agent_cpu.push(percent(agent.cpu_time()?.saturating_sub(before.0)));
        exporter_cpu.push(percent(exporter.cpu_time()?.saturating_sub(before.1)));
        agent_memory = agent_memory.max(agent.memory()?);
        exporter_memory = exporter_memory.max(exporter.memory()?);
    }
    let reports = accepted() - accepted_before;
    Ok(Row {
        containers,
        agent: Cost { cpu_percent: median(agent_cpu)?, memory: agent_memory },
        exporter: Cost { cpu_percent: median(exporter_cpu)?, memory: exporter_memory },
        reports_per_second: reports as f64 / start.elapsed().as_secs_f64(),
    })
}

fn median(mut values: Vec<f64>) -> Result<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().context("there was no window")
}
