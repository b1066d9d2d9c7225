//! The history of one node: a point a second for 10 minutes, a point a minute for 24 hours, its containers for a
//! minute.
//!
//! Full, with 20 containers, it takes about 17 KiB of seconds, 40 KiB of minutes and 23 KiB of containers.

use swarmmanager_units::ContainerId;

use crate::containers::{ContainerHistory, Containers};
use crate::ring::Ring;
use crate::{AgentInfo, ContainerSample, Moment, NodeSample, Report, Statistics};

const SECONDS: usize = 600;
const MINUTES: usize = 1440;
const MINUTE_MS: u64 = 60_000;

/// What a node used at one moment, or on average over one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When; the beginning of the minute for an average.
    pub at: Moment,
    /// CPU in use, in MHz.
    pub cpu_mhz: f32,
    /// Memory in use, in bytes.
    pub memory_bytes: f32,
    /// Disk in use, in bytes.
    pub disk_bytes: f32,
    /// Received, in bytes per second.
    pub network_rx: f32,
    /// Sent, in bytes per second.
    pub network_tx: f32,
}

/// A resource that statistics are asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// In MHz.
    Cpu,
    /// In bytes.
    Memory,
    /// In bytes.
    Disk,
    /// Received and sent, in bytes per second.
    Network,
}

/// The latest report, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct LatestReport {
    /// When the sample was taken.
    pub at: Moment,
    /// How far the node's wall clock was ahead of the manager's.
    pub clock_skew_ms: i64,
    /// The node.
    pub node: NodeSample,
    /// Its containers.
    pub containers: Vec<ContainerSample>,
}

/// The history of one node.
#[derive(Debug, Clone)]
pub struct NodeHistory {
    latest: Option<LatestReport>,
    agent: Option<AgentInfo>,
    seconds: Ring<Point>,
    minutes: Ring<Point>,
    minute: Option<Minute>,
    containers: Containers,
}

impl Default for NodeHistory {
    fn default() -> Self {
        Self {
            latest: None,
            agent: None,
            seconds: Ring::new(SECONDS),
            minutes: Ring::new(MINUTES),
            minute: None,
            containers: Containers::default(),
        }
    }
}

impl NodeHistory {
    /// Takes a report in that was sampled at that moment; one that is not newer than the latest is ignored.
    /// `unix_ms` is the manager's wall clock at that moment.
    pub fn record(&mut self, at: Moment, unix_ms: i64, report: Report) {
        if self.latest.as_ref().is_some_and(|latest| at <= latest.at) {
            return;
        }
        let point = Point {
            at,
            cpu_mhz: report.node.cpu_used.get() as f32,
            memory_bytes: report.node.memory_used().as_f64() as f32,
            disk_bytes: report.node.disk_used.as_f64() as f32,
            network_rx: report.node.network_rx,
            network_tx: report.node.network_tx,
        };
        self.seconds.push(point);
        self.average(point);
        self.containers.record(at, &report.containers);
        if report.agent.is_some() {
            self.agent = report.agent;
        }
        let clock_skew_ms = report.clock_unix_ms.saturating_sub(unix_ms);
        self.latest =
            Some(LatestReport { at, clock_skew_ms, node: report.node, containers: report.containers });
    }

    /// The latest report.
    pub fn latest(&self) -> Option<&LatestReport> {
        self.latest.as_ref()
    }

    /// What the agent said of itself.
    pub fn agent(&self) -> Option<&AgentInfo> {
        self.agent.as_ref()
    }

    /// The last minute of a container.
    pub fn container(&self, id: &ContainerId) -> Option<ContainerHistory<'_>> {
        self.containers.get(id)
    }

    /// The last minute of every container, those of the latest report first.
    pub fn containers(&self) -> impl Iterator<Item = (ContainerId, ContainerHistory<'_>)> {
        self.containers.all()
    }

    /// Statistics of a resource over the newest `samples` seconds.
    pub fn statistics(&self, resource: Resource, samples: usize) -> Option<Statistics> {
        Statistics::of(self.seconds.last(samples).map(|point| point.of(resource)))
    }

    /// A percentile of a resource over the newest `samples` seconds; `share` from 0 to 1.
    pub fn percentile(&self, resource: Resource, samples: usize, share: f64) -> Option<f64> {
        crate::percentile(self.seconds.last(samples).map(|point| point.of(resource)), share)
    }

    /// A point a second, oldest first.
    pub fn seconds(&self) -> impl Iterator<Item = &Point> {
        self.seconds.iter()
    }

    /// A point for each full minute, oldest first.
    pub fn minutes(&self) -> impl Iterator<Item = &Point> {
        self.minutes.iter()
    }

    /// The newest `count` full minutes, oldest first.
    pub fn last_minutes(&self, count: usize) -> impl Iterator<Item = &Point> + Clone {
        self.minutes.last(count)
    }

    /// The newest `count` seconds, oldest first.
    pub fn last_seconds(&self, count: usize) -> impl Iterator<Item = &Point> + Clone {
        self.seconds.last(count)
    }

    fn average(&mut self, point: Point) {
        let begin = Moment::from_millis(point.at.as_millis() / MINUTE_MS * MINUTE_MS);
        match &mut self.minute {
            Some(minute) if minute.begin == begin => minute.add(&point),
            current => {
                if let Some(full) = current.replace(Minute::new(begin, &point)) {
                    self.minutes.push(full.mean());
                }
            }
        }
    }
}

impl Point {
    /// What was used of a resource, in its unit.
    pub fn of(&self, resource: Resource) -> f64 {
        f64::from(match resource {
            Resource::Cpu => self.cpu_mhz,
            Resource::Memory => self.memory_bytes,
            Resource::Disk => self.disk_bytes,
            Resource::Network => self.network_rx + self.network_tx,
        })
    }
}

/// The minute under way.
#[derive(Debug, Clone)]
struct Minute {
    begin: Moment,
    count: f64,
    sums: [f64; 5],
}

impl Minute {
    fn new(begin: Moment, point: &Point) -> Self {
        let mut minute = Self { begin, count: 0.0, sums: [0.0; 5] };
        minute.add(point);
        minute
    }

    fn add(&mut self, point: &Point) {
        self.count += 1.0;
        let values =
            [point.cpu_mhz, point.memory_bytes, point.disk_bytes, point.network_rx, point.network_tx];
        for (sum, value) in self.sums.iter_mut().zip(values) {
            *sum += f64::from(value);
        }
    }

    fn mean(&self) -> Point {
        let [cpu_mhz, memory_bytes, disk_bytes, network_rx, network_tx] =
            self.sums.map(|sum| (sum / self.count) as f32);
        Point { at: self.begin, cpu_mhz, memory_bytes, disk_bytes, network_rx, network_tx }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    fn report(cpu_used_mhz: f32, containers: &[u8]) -> Report {
        let container =
            |id: &u8| wire::ContainerSample { id: vec![*id; 32], cpu_used_mhz: 1.0, ..Default::default() };
        Report::try_from(wire::NodeReport {
            node_id: "n".into(),
            node: Some(wire::NodeSample { cpu_used_mhz, ..Default::default() }),
            containers: containers.iter().map(container).collect(),
            ..Default::default()
        })
        .unwrap()
    }

    fn fed(seconds: u64) -> NodeHistory {
        let mut history = NodeHistory::default();
        for second in 0..seconds {
            history.record(Moment::from_millis(second * 1000), 0, report(second as f32, &[1]));
        }
        history
    }

    #[test]
    fn seconds_are_kept_for_ten_minutes_and_minutes_as_means() {
        let history = fed(700);
        assert_eq!(history.seconds().count(), 600);
        let minutes: Vec<f32> = history.minutes().map(|point| point.cpu_mhz).collect();
        assert_eq!(minutes.len(), 11);
        assert_eq!(minutes[0], 29.5);
        assert_eq!(history.statistics(Resource::Cpu, 30).unwrap().mean, 684.5);
        assert_eq!(history.percentile(Resource::Cpu, 100, 0.5), Some(649.0));
    }

    #[test]
    fn a_report_that_is_not_newer_is_ignored() {
        let mut history = fed(10);
        history.record(Moment::from_millis(5000), 0, report(1e6, &[]));
        assert_eq!(history.latest().unwrap().node.cpu_used.get(), 9.0);
        assert_eq!(history.seconds().count(), 10);
    }

    #[test]
    fn a_container_that_is_gone_is_forgotten_after_a_minute() {
        let mut history = fed(5);
        let id = ContainerId::from_bytes([1; 32]);
        assert_eq!(history.container(&id).unwrap().samples(), 5);
        history.record(Moment::from_millis(50_000), 0, report(0.0, &[2]));
        assert!(history.container(&id).is_some());
        history.record(Moment::from_millis(70_000), 0, report(0.0, &[2]));
        assert!(history.container(&id).is_none());
    }
}
