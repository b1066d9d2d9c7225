//! What agents last reported, with its age: the collector's histories as views and snapshots want to read them.

mod minute;
mod usage;

use std::time::Duration;

use swarmmanager_api::{ContainerHistory, HistoryResolution, NodeHistory};
use swarmmanager_telemetry::{self as telemetry, Clock, ContainerSample, Fleet, NodeSample, Point};
use swarmmanager_units::{ContainerId, Megahertz, NodeId};

use crate::clock::unix_ms;
use crate::profiles::Profiles;
#[cfg(test)]
pub(crate) use minute::ContainerMinute;
pub(crate) use minute::{Minute, SECONDS_OF_A_MINUTE};

/// Seconds that a mean is taken over, as in the original.
pub(crate) const MEAN_SECONDS: usize = 30;
/// How far back containers are shown.
const MINUTE: Duration = Duration::from_secs(60);

/// The measurements. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Measurements {
    fleet: Fleet,
    clock: Clock,
    profiles: Profiles,
}

/// A node's latest report.
pub(crate) struct Latest {
    /// How old it is.
    pub(crate) age: Duration,
    pub(crate) node: NodeSample,
    pub(crate) containers: Vec<ContainerSample>,
    pub(crate) clock_skew_ms: i64,
    pub(crate) agent_version: Option<String>,
    pub(crate) agent_scope: Option<String>,
}

/// A node's latest report in whole numbers, as far as it is about the node as a whole.
pub(crate) struct Gauges {
    pub(crate) age_ms: u64,
    pub(crate) cpu_capacity_mhz: u64,
    pub(crate) cpu_capacity_nominal: bool,
    pub(crate) cpu_used_mhz: u64,
    pub(crate) memory_total_bytes: u64,
    pub(crate) memory_used_bytes: u64,
    pub(crate) disk_total_bytes: u64,
    pub(crate) disk_used_bytes: u64,
    pub(crate) network_rx_bytes_per_s: u64,
    pub(crate) network_tx_bytes_per_s: u64,
}

impl Measurements {
    /// What is in those histories, whose moments are of that clock.
    pub(crate) fn new(fleet: Fleet, clock: Clock) -> Self {
        Self { fleet, clock, profiles: Profiles::default() }
    }

    /// What was learned from them.
    pub(crate) fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// The latest report of a node, however old.
    pub(crate) fn latest(&self, node: &NodeId) -> Option<Latest> {
        let now = self.clock.now();
        self.read(node, |history| {
            let latest = history.latest()?;
            let agent = history.agent();
            Some(Latest {
                age: now.since(latest.at),
                node: latest.node.clone(),
                containers: latest.containers.clone(),
                clock_skew_ms: latest.clock_skew_ms,
                agent_version: agent.map(|agent| agent.version.clone()),
                agent_scope: agent.map(|agent| agent.node_scope.clone()),
            })
        })
    }

    /// The numbers of a node's latest report, however old.
    pub(crate) fn gauges(&self, node: &NodeId) -> Option<Gauges> {
        let now = self.clock.now();
        let whole = |rate: f32| f64::from(rate).round() as u64;
        self.read(node, |history| {
            let latest = history.latest()?;
            let sample = &latest.node;
            Some(Gauges {
                age_ms: u64::try_from(now.since(latest.at).as_millis()).unwrap_or(u64::MAX),
                cpu_capacity_mhz: sample.cpu_capacity.get().round() as u64,
                cpu_capacity_nominal: sample.cpu_capacity_nominal,
                cpu_used_mhz: sample.cpu_used.get().round() as u64,
                memory_total_bytes: sample.memory_total.get(),
                memory_used_bytes: sample.memory_used().get(),
                disk_total_bytes: sample.disk_total.get(),
                disk_used_bytes: sample.disk_used.get(),
                network_rx_bytes_per_s: whole(sample.network_rx),
                network_tx_bytes_per_s: whole(sample.network_tx),
            })
        })
    }

    /// The latest sample of a container, and how old it is.
    pub(crate) fn container(&self, node: &NodeId, id: &ContainerId) -> Option<(ContainerSample, Duration)> {
        let now = self.clock.now();
        self.read(node, |history| {
            let latest = history.latest()?;
            let sample = latest.containers.iter().find(|sample| sample.id == *id)?;
            Some((sample.clone(), now.since(latest.at)))
        })
    }

    /// What one core of a node gives; nothing where it never reported.
    pub(crate) fn per_core(&self, node: &NodeId) -> Megahertz {
        let cores_and_capacity = self.read(node, |history| {
            let sample = &history.latest()?.node;
            Some((f64::from(sample.cores), sample.cpu_capacity))
        });
        match cores_and_capacity {
            Some((cores, capacity)) if cores > 0.0 => Megahertz::new(capacity.get() / cores),
            _ => Megahertz::ZERO,
        }
    }

    /// How much of a container the means of its node contain already: 0 for one that was never seen, 1 for one that
    /// was seen in each of the seconds that means are taken over.
    pub(crate) fn share_seen(&self, node: &NodeId, id: &ContainerId) -> f64 {
        let samples = self.read(node, |history| Some(history.container(id)?.samples())).unwrap_or(0);
        samples.min(MEAN_SECONDS) as f64 / MEAN_SECONDS as f64
    }

    /// What a node did over time; empty where it never reported.
    pub(crate) fn history(&self, node: &NodeId, resolution: HistoryResolution) -> NodeHistory {
        let (now, now_unix_ms) = (self.clock.now(), unix_ms());
        let mut columns = NodeHistory::default();
        let mut push = |point: &Point| {
            let age_ms = i64::try_from(now.since(point.at).as_millis()).unwrap_or(i64::MAX);
            columns.unix_ms.push(now_unix_ms.saturating_sub(age_ms));
            columns.cpu_used_mhz.push(point.cpu_mhz.into());
            columns.memory_used_bytes.push(point.memory_bytes.into());
            columns.disk_used_bytes.push(point.disk_bytes.into());
            columns.network_rx_bytes_per_s.push(point.network_rx.into());
            columns.network_tx_bytes_per_s.push(point.network_tx.into());
        };
        self.fleet.read(node, |history| match resolution {
            HistoryResolution::Second => history.seconds().for_each(&mut push),
            HistoryResolution::Minute => history.minutes().for_each(&mut push),
        });
        columns
    }

    /// What each container of a node used over the last minute; none where it never reported.
    pub(crate) fn containers(&self, node: &NodeId) -> Vec<ContainerHistory> {
        let (now, now_unix_ms) = (self.clock.now(), unix_ms());
        let columns = |(id, history): (ContainerId, telemetry::ContainerHistory<'_>)| {
            let mut columns = ContainerHistory { id: id.to_string(), ..ContainerHistory::default() };
            for (at, point) in history.points().filter(|(at, _)| now.since(*at) <= MINUTE) {
                let age_ms = i64::try_from(now.since(at).as_millis()).unwrap_or(i64::MAX);
                columns.unix_ms.push(now_unix_ms.saturating_sub(age_ms));
                columns.cpu_used_mhz.push(point.cpu_mhz.into());
                columns.memory_working_set_bytes.push(point.memory_bytes.into());
                columns.network_rx_bytes_per_s.push(point.network_rx.into());
                columns.network_tx_bytes_per_s.push(point.network_tx.into());
            }
            columns
        };
        let all = self.fleet.read(node, |history| history.containers().map(columns).collect::<Vec<_>>());
        let mut all = all.unwrap_or_default();
        all.retain(|columns| !columns.unix_ms.is_empty());
        all
    }

    /// Forgets every node but those that are in the Swarm.
    pub(crate) fn retain(&self, is_member: impl Fn(&NodeId) -> bool) {
        self.fleet.retain(is_member);
    }

    fn read<T>(&self, node: &NodeId, read: impl FnOnce(&telemetry::NodeHistory) -> Option<T>) -> Option<T> {
        self.fleet.read(node, read).flatten()
    }
}
