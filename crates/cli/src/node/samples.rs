//! Nodes for tests.

use swarmmanager_api::{
    AgentState, Availability, ContainerUsage, MemberState, Node, NodeDetail, Pressure, Reading, Role,
};

const MIB: u64 = 1 << 20;

/// A manager that is well, a worker that has fallen silent and one that is down.
pub(crate) fn three_nodes() -> Vec<Node> {
    let well = Node {
        id: "w1j2qapx7m0nqk4ur3c8pz2vh".into(),
        hostname: "ap1".into(),
        address: "10.0.0.11".into(),
        role: Role::Manager,
        leader: true,
        availability: Availability::Active,
        state: MemberState::Ready,
        message: String::new(),
        agent: AgentState::Live,
        reading_age_ms: Some(400),
        platform: "linux/x86_64".into(),
        engine_version: "26.1.5".into(),
        instances: 3,
        tasks: 4,
        reserved_cpu_mhz: 600.0,
        reserved_memory_bytes: 56 * MIB,
        reserved_disk_bytes: 192 * MIB,
        reading: Some(reading(2000.0, 312.4, 512 * MIB, 201 * MIB)),
    };
    let stale = Node {
        id: "x9k2qapx7m0nqk4ur3c8pz2vh".into(),
        hostname: "ap2".into(),
        address: "10.0.0.12".into(),
        role: Role::Worker,
        leader: false,
        agent: AgentState::Stale,
        reading_age_ms: Some(12_300),
        instances: 2,
        tasks: 3,
        reserved_cpu_mhz: 200.0,
        reserved_memory_bytes: 32 * MIB,
        reading: Some(reading(1000.0, 871.0, 256 * MIB, 240 * MIB)),
        ..well.clone()
    };
    let down = Node {
        id: "y5m2qapx7m0nqk4ur3c8pz2vh".into(),
        hostname: "ap3".into(),
        address: "10.0.0.13".into(),
        state: MemberState::Down,
        message: "heartbeat failure".into(),
        agent: AgentState::Silent,
        reading_age_ms: None,
        instances: 0,
        tasks: 0,
        reserved_cpu_mhz: 0.0,
        reserved_memory_bytes: 0,
        reserved_disk_bytes: 0,
        reading: None,
        ..stale.clone()
    };
    vec![well, stale, down]
}

fn reading(capacity: f64, used: f64, memory: u64, memory_used: u64) -> Reading {
    let pressure = Some(Pressure { some_percent: 1.5, full_percent: 0.0 });
    Reading {
        cpu_capacity_mhz: capacity,
        cpu_capacity_nominal: false,
        cpu_used_mhz: used,
        core_used_mhz: Vec::new(),
        cores: 1.0,
        load: [0.42, 0.31, 0.2],
        cpu_pressure: pressure,
        memory_pressure: pressure,
        io_pressure: None,
        memory_total_bytes: memory,
        memory_used_bytes: memory_used,
        memory_available_bytes: memory - memory_used,
        swap_total_bytes: 0,
        swap_used_bytes: 0,
        disk_total_bytes: 2048 * MIB,
        disk_used_bytes: 310 * MIB,
        network_rx_bytes_per_s: 12_600.0,
        network_tx_bytes_per_s: 3_100.0,
        temperature_celsius: Some(48.5),
    }
}

/// The first of the three, with two containers.
pub(crate) fn detail() -> NodeDetail {
    let container = |id: &str, service: &str, cpu: f64, memory: u64| ContainerUsage {
        id: id.repeat(32),
        task: Some(format!("{service}-0.1")),
        service: Some(service.to_owned()),
        cpu_used_mhz: cpu,
        memory_working_set_bytes: memory,
        network_rx_bytes_per_s: 1_024.0,
        network_tx_bytes_per_s: 2_048.0,
        block_read_bytes_per_s: 0.0,
        block_write_bytes_per_s: 4_096.0,
        writable_layer_bytes: Some(36_864),
    };
    let stranger = ContainerUsage {
        task: None,
        service: None,
        writable_layer_bytes: None,
        ..container("cd", "", 0.4, 3 * MIB)
    };
    NodeDetail {
        node: three_nodes().swap_remove(0),
        labels: [("zone".to_owned(), "north".to_owned())].into(),
        engine_labels: [].into(),
        agent_version: Some("0.1.0".into()),
        agent_scope: Some("host".into()),
        clock_skew_ms: Some(-3),
        placed: Vec::new(),
        containers: vec![container("ab", "camera", 204.0, 24 * MIB), stranger],
    }
}
