//! The collector under load.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use swarmmanager_collector::{Collector, CollectorStats};
use swarmmanager_telemetry::{Clock, Fleet, Moment, Report, wire};
use swarmmanager_units::NodeId;
use tokio::time::{Instant, sleep};

use crate::dialogue::Generator;
use crate::process::{self, Figures, Window};
use crate::{Transport, load};

/// From the last connection to the beginning of what is measured.
const SETTLE: Duration = Duration::from_secs(5);
/// How long is measured.
const MEASURE: Duration = Duration::from_secs(20);
/// How long the last reports may be on their way.
const ON_THE_WAY: Duration = Duration::from_secs(10);

const DAY_MS: u64 = 86_400_000;
const MINUTE_MS: u64 = 60_000;
/// Seconds of which a history keeps every point.
const SECONDS: u64 = 600;
/// Seconds of which a history keeps containers.
const CONTAINER_SECONDS: u64 = 61;

/// Takes the reports of so many agents in.
pub(crate) async fn measure(agents: usize) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let mut generator = Generator::start(Transport::Collector, agents, folder.path()).await?;
    let collector = Collector::bind(([127, 0, 0, 1], 0).into(), folder.path()).await?;
    let (port, stats) = (collector.local_addr()?.port(), collector.stats());
    let (fleet, clock) = (collector.fleet(), collector.clock());
    let running = tokio::spawn(collector.run());

    let empty = process::memory()?;
    fill(&fleet, clock, agents)?;
    let filled = process::memory()?;

    let before = process::cpu();
    generator.connect(port).await?;
    let connected = process::cpu();
    let reports_meanwhile = stats.snapshot().accepted;
    sleep(SETTLE).await;

    let (began, generator_began) = (stats.snapshot().accepted, generator.cpu().await?);
    let window = Window::open()?;
    sleep(MEASURE).await;
    let (wall, cpu, others) = window.close()?;
    let (reports, generator_cpu) =
        (stats.snapshot().accepted - began, generator.cpu().await? - generator_began);
    let full = process::memory()?;

    let sent = generator.stop().await?.reports;
    let lost = sent.saturating_sub(wait_for(&stats, sent).await);
    generator.end().await?;
    running.abort();
    let each = cpu.div_f64(reports as f64);
    Ok(Figures {
        agents,
        reports,
        sent,
        lost,
        report_bytes: load::frame(&load::node_id(0), 1).len(),
        wall,
        cpu,
        handshake_cpu: (connected - before)
            .saturating_sub(each.mul_f64(reports_meanwhile as f64))
            .div_f64(agents as f64),
        memory: full.saturating_sub(empty),
        history: filled.saturating_sub(empty),
        generator_cpu,
        others_cpu: others.saturating_sub(generator_cpu),
    })
}

/// What was taken in, once it is all or time is up.
async fn wait_for(stats: &Arc<CollectorStats>, sent: u64) -> u64 {
    let give_up = Instant::now() + ON_THE_WAY;
    loop {
        let accepted = stats.snapshot().accepted;
        if accepted >= sent || Instant::now() >= give_up {
            return accepted;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Gives every node the history that it has after a day.
fn fill(fleet: &Fleet, clock: Clock, agents: usize) -> Result<()> {
    let day = day(clock.now())?;
    for agent in 0..agents {
        let history = fleet.enter(&NodeId::from(load::node_id(agent)));
        let mut history = history.lock().map_err(|_| anyhow::anyhow!("a history is broken"))?;
        for (at, report) in &day {
            history.record(*at, 0, report.clone());
        }
    }
    Ok(())
}

/// What was reported in a day: once a minute, and once a second at its end.
fn day(now: Moment) -> Result<Vec<(Moment, Report)>> {
    let minutes = (SECONDS / 60 + 1..=DAY_MS / MINUTE_MS).rev();
    let minutes = minutes.map(|minute| (now.before(minute * MINUTE_MS), false));
    let seconds = (1..=SECONDS).rev().map(|second| (now.before(second * 1000), second <= CONTAINER_SECONDS));
    let report = |(variant, (at, with_containers)): (usize, (Moment, bool))| {
        let mut sample: wire::NodeReport = load::sample(variant);
        sample.node_id = "n".into();
        if !with_containers {
            sample.containers.clear();
        }
        Ok((at, Report::try_from(sample)?))
    };
    minutes.chain(seconds).enumerate().map(report).collect()
}
