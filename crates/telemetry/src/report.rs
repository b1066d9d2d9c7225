//! One second of one node, made sound.

use swarmmanager_units::{Bytes, ContainerId, Megahertz, NodeId};

use crate::wire;

/// Containers in one report; more than any access point runs.
const MOST_CONTAINERS: usize = 1000;
/// Cores in one report.
const MOST_CORES: usize = 4096;
/// A report that waited longer says nothing any more.
const OLDEST_MS: i64 = 600_000;
/// Beyond any machine: an exbibyte, or ten million MHz.
const MOST_BYTES: u64 = 1 << 60;
const MOST_MHZ: f32 = 1e7;
const LONGEST_TEXT: usize = 256;

/// Why a report is refused: the field, its value, and what would be right.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReportError {
    /// A part is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A number makes no sense.
    #[error("{field} is {value}; {right}")]
    Value {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
        /// What would be right.
        right: &'static str,
    },
    /// The report claims to be from the future.
    #[error("age_ms is {age_ms}: the report is from the future")]
    FromTheFuture {
        /// The age that it claims.
        age_ms: i64,
    },
    /// The report is too old to be of use.
    #[error("age_ms is {age_ms}; a report may wait 600000 ms at the most")]
    TooOld {
        /// The age that it claims.
        age_ms: i64,
    },
}

/// One second of one node.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The node that it says it is of; whether it may, is for the collector to check.
    pub node_id: NodeId,
    /// Grows from report to report of one agent.
    pub sequence: u64,
    /// Milliseconds between the sample and its sending, at most ten minutes.
    pub age_ms: u64,
    /// The node's wall clock when the sample was taken, in milliseconds since 1970.
    pub clock_unix_ms: i64,
    /// The node.
    pub node: NodeSample,
    /// Its containers.
    pub containers: Vec<ContainerSample>,
    /// In the first report of a stream.
    pub agent: Option<AgentInfo>,
}

/// What an agent says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentInfo {
    /// Its version.
    pub version: String,
    /// `host` or `cgroup:/path`.
    pub node_scope: String,
}

/// One second of a node.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeSample {
    /// CPU that the node has.
    pub cpu_capacity: Megahertz,
    /// True where the frequency is assumed.
    pub cpu_capacity_nominal: bool,
    /// CPU in use.
    pub cpu_used: Megahertz,
    /// CPU in use, each core; empty in a cgroup scope.
    pub core_used: Box<[Megahertz]>,
    /// Cores that the capacity is made of; a fraction in a cgroup scope.
    pub cores: f32,
    /// Load averages over 1, 5 and 15 minutes.
    pub load: [f32; 3],
    /// Waiting for CPU, where the kernel tells.
    pub cpu_pressure: Option<Pressure>,
    /// Waiting for memory, where the kernel tells.
    pub memory_pressure: Option<Pressure>,
    /// Waiting for disks, where the kernel tells.
    pub io_pressure: Option<Pressure>,
    /// Memory that the node has.
    pub memory_total: Bytes,
    /// Memory that can be used without swapping.
    pub memory_available: Bytes,
    /// Swap that the node has.
    pub swap_total: Bytes,
    /// Swap in use.
    pub swap_used: Bytes,
    /// The file system of Docker's data root.
    pub disk_total: Bytes,
    /// In use there.
    pub disk_used: Bytes,
    /// Received, in bytes per second.
    pub network_rx: f32,
    /// Sent, in bytes per second.
    pub network_tx: f32,
    /// The hottest sensor, in degrees Celsius.
    pub temperature: Option<f32>,
    /// Reports that the agent dropped.
    pub dropped_reports: u64,
}

impl NodeSample {
    /// Memory in use: total less available.
    pub fn memory_used(&self) -> Bytes {
        self.memory_total.saturating_sub(self.memory_available)
    }
}

/// Share of the last 10 seconds, in percent, in which something waited.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pressure {
    /// At least one task waited.
    pub some_percent: f32,
    /// All tasks waited.
    pub full_percent: f32,
}

/// One second of a container.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerSample {
    /// Docker's id.
    pub id: ContainerId,
    /// CPU in use.
    pub cpu_used: Megahertz,
    /// Memory in use less the page cache that can be dropped at once.
    pub memory_working_set: Bytes,
    /// Received, in bytes per second.
    pub network_rx: f32,
    /// Sent, in bytes per second.
    pub network_tx: f32,
    /// Read, in bytes per second.
    pub block_read: f32,
    /// Written, in bytes per second.
    pub block_write: f32,
    /// Size of the writable layer, once it was measured.
    pub writable_layer: Option<Bytes>,
}

impl TryFrom<wire::NodeReport> for Report {
    type Error = ReportError;

    fn try_from(raw: wire::NodeReport) -> Result<Self, ReportError> {
        let age_ms = match raw.age_ms {
            age if age < 0 => return Err(ReportError::FromTheFuture { age_ms: age }),
            age if age > OLDEST_MS => return Err(ReportError::TooOld { age_ms: age }),
            age => age.unsigned_abs(),
        };
        if raw.node_id.is_empty() {
            return Err(ReportError::Missing("node_id"));
        }
        at_most("containers", raw.containers.len(), MOST_CONTAINERS, "a report has at most 1000 of them")?;
        let containers = raw.containers.iter().map(container).collect::<Result<_, _>>()?;
        Ok(Self {
            node_id: raw.node_id.into(),
            sequence: raw.sequence,
            age_ms,
            clock_unix_ms: raw.clock_unix_ms,
            node: node(raw.node.ok_or(ReportError::Missing("node"))?)?,
            containers,
            agent: raw.agent.map(agent).transpose()?,
        })
    }
}

fn agent(raw: wire::AgentInfo) -> Result<AgentInfo, ReportError> {
    at_most("agent.version", raw.version.len(), LONGEST_TEXT, "it is too long")?;
    at_most("agent.node_scope", raw.node_scope.len(), LONGEST_TEXT, "it is too long")?;
    Ok(AgentInfo { version: raw.version, node_scope: raw.node_scope })
}

fn node(raw: wire::NodeSample) -> Result<NodeSample, ReportError> {
    at_most("core_used_mhz", raw.core_used_mhz.len(), MOST_CORES, "a node has at most 4096 cores")?;
    let core_used =
        raw.core_used_mhz.iter().map(|used| mhz("core_used_mhz", *used)).collect::<Result<_, _>>()?;
    let temperature = match raw.temperature_celsius {
        Some(celsius) if !celsius.is_finite() => return Err(no_number("temperature_celsius", celsius)),
        celsius => celsius,
    };
    Ok(NodeSample {
        cpu_capacity: mhz("cpu_capacity_mhz", raw.cpu_capacity_mhz)?,
        cpu_capacity_nominal: raw.cpu_capacity_nominal,
        cpu_used: mhz("cpu_used_mhz", raw.cpu_used_mhz)?,
        core_used,
        cores: positive("cores", raw.cores)?,
        load: [positive("load1", raw.load1)?, positive("load5", raw.load5)?, positive("load15", raw.load15)?],
        cpu_pressure: pressure("cpu_pressure", raw.cpu_pressure)?,
        memory_pressure: pressure("memory_pressure", raw.memory_pressure)?,
        io_pressure: pressure("io_pressure", raw.io_pressure)?,
        memory_total: bytes("memory_total_bytes", raw.memory_total_bytes)?,
        memory_available: bytes("memory_available_bytes", raw.memory_available_bytes)?,
        swap_total: bytes("swap_total_bytes", raw.swap_total_bytes)?,
        swap_used: bytes("swap_used_bytes", raw.swap_used_bytes)?,
        disk_total: bytes("disk_total_bytes", raw.disk_total_bytes)?,
        disk_used: bytes("disk_used_bytes", raw.disk_used_bytes)?,
        network_rx: positive("network_rx_bytes_per_s", raw.network_rx_bytes_per_s)?,
        network_tx: positive("network_tx_bytes_per_s", raw.network_tx_bytes_per_s)?,
        temperature,
        dropped_reports: raw.dropped_reports,
    })
}

fn container(raw: &wire::ContainerSample) -> Result<ContainerSample, ReportError> {
    let id = <[u8; 32]>::try_from(raw.id.as_slice()).map_err(|_| ReportError::Value {
        field: "containers.id",
        value: format!("{} bytes long", raw.id.len()),
        right: "a container's id has 32 bytes",
    })?;
    Ok(ContainerSample {
        id: ContainerId::from_bytes(id),
        cpu_used: mhz("containers.cpu_used_mhz", raw.cpu_used_mhz)?,
        memory_working_set: bytes("containers.memory_working_set_bytes", raw.memory_working_set_bytes)?,
        network_rx: positive("containers.network_rx_bytes_per_s", raw.network_rx_bytes_per_s)?,
        network_tx: positive("containers.network_tx_bytes_per_s", raw.network_tx_bytes_per_s)?,
        block_read: positive("containers.block_read_bytes_per_s", raw.block_read_bytes_per_s)?,
        block_write: positive("containers.block_write_bytes_per_s", raw.block_write_bytes_per_s)?,
        writable_layer: raw
            .writable_layer_bytes
            .map(|size| bytes("containers.writable_layer_bytes", size))
            .transpose()?,
    })
}

fn pressure(field: &'static str, raw: Option<wire::Pressure>) -> Result<Option<Pressure>, ReportError> {
    let Some(raw) = raw else { return Ok(None) };
    let (some_percent, full_percent) = (positive(field, raw.some_avg10)?, positive(field, raw.full_avg10)?);
    Ok(Some(Pressure { some_percent, full_percent }))
}

fn at_most(field: &'static str, actual: usize, most: usize, right: &'static str) -> Result<(), ReportError> {
    if actual <= most { Ok(()) } else { Err(ReportError::Value { field, value: actual.to_string(), right }) }
}

fn positive(field: &'static str, value: f32) -> Result<f32, ReportError> {
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(no_number(field, value)) }
}

fn no_number(field: &'static str, value: f32) -> ReportError {
    ReportError::Value { field, value: value.to_string(), right: "it has to be a finite number, not below 0" }
}

fn mhz(field: &'static str, value: f32) -> Result<Megahertz, ReportError> {
    if positive(field, value)? > MOST_MHZ {
        return Err(ReportError::Value {
            field,
            value: value.to_string(),
            right: "no node has over 10000000 MHz",
        });
    }
    Ok(Megahertz::new(f64::from(value)))
}

fn bytes(field: &'static str, value: u64) -> Result<Bytes, ReportError> {
    if value > MOST_BYTES {
        return Err(ReportError::Value {
            field,
            value: value.to_string(),
            right: "no node has over an exbibyte",
        });
    }
    Ok(Bytes::new(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use prost::Message;

    fn sound() -> wire::NodeReport {
        let container = wire::ContainerSample { id: vec![7; 32], cpu_used_mhz: 5.0, ..Default::default() };
        wire::NodeReport {
            node_id: "node".into(),
            sequence: 1,
            node: Some(wire::NodeSample { cpu_capacity_mhz: 2000.0, cores: 2.0, ..Default::default() }),
            containers: vec![container],
            ..Default::default()
        }
    }

    fn refused(change: impl FnOnce(&mut wire::NodeReport), expected: &str) {
        let mut raw = sound();
        change(&mut raw);
        let error = Report::try_from(raw).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error:?} does not say {expected:?}");
    }

    #[test]
    fn a_sound_report_is_taken_as_it_is() {
        let report = Report::try_from(sound()).unwrap();
        assert_eq!(report.node.cpu_capacity, Megahertz::new(2000.0));
        assert_eq!(report.containers[0].id, ContainerId::from_bytes([7; 32]));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_its_field() {
        refused(|raw| raw.node_id.clear(), "node_id is missing");
        refused(|raw| raw.node = None, "node is missing");
        refused(|raw| raw.age_ms = -1, "from the future");
        refused(|raw| raw.age_ms = 600_001, "600000 ms at the most");
        refused(|raw| raw.node.as_mut().unwrap().cpu_used_mhz = f32::NAN, "cpu_used_mhz is NaN");
        refused(|raw| raw.node.as_mut().unwrap().cpu_used_mhz = -1.0, "not below 0");
        refused(|raw| raw.node.as_mut().unwrap().memory_total_bytes = u64::MAX, "exbibyte");
        refused(|raw| raw.containers[0].id.truncate(5), "5 bytes long");
        refused(|raw| raw.containers = vec![raw.containers[0].clone(); 1001], "at most 1000");
    }

    proptest! {
        #[test]
        fn whatever_comes_over_the_wire_is_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(raw) = wire::NodeReport::decode(bytes.as_slice()) {
                let _ = Report::try_from(raw);
            }
        }
    }
}
