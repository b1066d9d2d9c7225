//! `swarm-manager simulate --record`: writes down what containers use, in the form of a user's own trace.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use csv::Writer;
use swarmmanager_api::ContainerUsage;
use tokio::signal::ctrl_c;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use crate::client::{Client, ClientError};
use crate::output::say;

const HEADER: [&str; 7] = [
    "instance",
    "service",
    "second",
    "cpu_mhz",
    "memory_bytes",
    "disk_io_bytes_per_s",
    "network_bytes_per_s",
];

/// How long, and how often.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) length: Duration,
    pub(super) every: Duration,
}

/// Asks for all containers every so often until the time is up or Ctrl-C ends it. What was written until then is whole.
pub(super) async fn record(client: &Client, file: &Path, times: Times) -> Result<()> {
    // Nothing is written where there is no manager to ask.
    containers(client).await?;
    let name = || format!("cannot write {}", file.display());
    let mut out = Writer::from_path(file).with_context(name)?;
    out.write_record(HEADER).with_context(name)?;
    let begin = Instant::now();
    tokio::select! {
        result = sample(client, &mut out, begin, times) => result.with_context(name)?,
        _ = ctrl_c() => {}
    }
    out.flush().with_context(name)?;
    say(&format!("Written to {}; compare with `swarm-manager simulate {0}`", file.display()));
    Ok(())
}

async fn sample(client: &Client, out: &mut Writer<File>, begin: Instant, times: Times) -> csv::Result<()> {
    let mut ticks = interval(times.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while let Ok(now) = timeout_at(begin + times.length, ticks.tick()).await {
        let second = (now - begin).as_secs();
        match containers(client).await {
            Ok(containers) => {
                for row in containers.iter().filter_map(|container| row(container, second)) {
                    out.write_record(row)?;
                }
                out.flush()?;
            }
            // A manager that starts anew is no reason to lose the rest of a day.
            Err(error) => say(&format!("Nothing was recorded at {second} s: {error}")),
        }
    }
    Ok(())
}

async fn containers(client: &Client) -> Result<Vec<ContainerUsage>, ClientError> {
    let mut containers = Vec::new();
    for node in client.nodes().await?.nodes {
        containers.extend(client.node(&node.id).await?.containers);
    }
    Ok(containers)
}

/// A line of the trace; none for a container that is no task of a service.
fn row(container: &ContainerUsage, second: u64) -> Option<[String; 7]> {
    let (task, service) = (container.task.as_ref()?, container.service.as_ref()?);
    Some([
        instance(task).to_owned(),
        service.clone(),
        second.to_string(),
        format!("{:.1}", container.cpu_used_mhz),
        container.memory_working_set_bytes.to_string(),
        format!("{:.0}", container.block_read_bytes_per_s + container.block_write_bytes_per_s),
        format!("{:.0}", container.network_rx_bytes_per_s + container.network_tx_bytes_per_s),
    ])
}

/// What stays the same when a task is replaced: `web-0.1` of `web-0.1.u5c9`.
fn instance(task: &str) -> &str {
    match task.match_indices('.').nth(1) {
        Some((end, _)) => &task[..end],
        None => task,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_a_trace_has() {
        let container = ContainerUsage {
            id: "1".into(),
            task: Some("web-0.1.u5c9".into()),
            service: Some("web".into()),
            cpu_used_mhz: 112.54,
            memory_working_set_bytes: 4096,
            network_rx_bytes_per_s: 1.0,
            network_tx_bytes_per_s: 2.0,
            block_read_bytes_per_s: 3.0,
            block_write_bytes_per_s: 4.0,
            writable_layer_bytes: None,
        };
        let expected = ["web-0.1", "web", "30", "112.5", "4096", "7", "3"].map(str::to_owned);
        assert_eq!(row(&container, 30), Some(expected));
        assert_eq!(row(&ContainerUsage { task: None, ..container }, 30), None);
        assert_eq!(instance("agent.n1.t1"), "agent.n1");
        assert_eq!(instance("web-0.1"), "web-0.1");
    }
}
