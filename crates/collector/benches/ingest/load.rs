//! The reports: what an agent of a node with 20 containers sends.

use std::sync::LazyLock;

use bytes::{BufMut as _, Bytes, BytesMut};
use prost::Message as _;
use swarmmanager_telemetry::wire;

const CONTAINERS: u8 = 20;
/// Different reports, so that no two in a row are the same.
const VARIETY: usize = 16;

/// The parts that nodes share.
static SHARED: LazyLock<[Vec<u8>; VARIETY]> =
    LazyLock::new(|| std::array::from_fn(|variant| sample(variant).encode_to_vec()));

/// The id of the node of that number, as long as Swarm's are.
pub(crate) fn node_id(agent: usize) -> String {
    format!("{agent:025}")
}

/// One second of a node, without what is the node's own.
pub(crate) fn sample(variant: usize) -> wire::NodeReport {
    let wave = (variant % VARIETY) as f32 / VARIETY as f32;
    let pressure = Some(wire::Pressure { some_avg10: wave, full_avg10: wave / 2.0 });
    let node = wire::NodeSample {
        cpu_capacity_mhz: 4800.0,
        cpu_used_mhz: 4000.0 * wave,
        core_used_mhz: vec![1000.0 * wave; 4],
        cores: 4.0,
        load1: wave,
        load5: wave / 2.0,
        load15: wave / 3.0,
        cpu_pressure: pressure,
        memory_pressure: pressure,
        io_pressure: pressure,
        memory_total_bytes: 512 << 20,
        memory_available_bytes: (300 << 20) - (variant as u64) * 4096,
        disk_total_bytes: 8 << 30,
        disk_used_bytes: (3 << 30) + variant as u64 * 4096,
        network_rx_bytes_per_s: 120_000.0 * wave,
        network_tx_bytes_per_s: 80_000.0 * wave,
        temperature_celsius: Some(50.0 + wave),
        ..Default::default()
    };
    let container = |number: u8| wire::ContainerSample {
        id: vec![number; 32],
        cpu_used_mhz: 100.0 * wave,
        memory_working_set_bytes: (12 << 20) + variant as u64 * 4096,
        network_rx_bytes_per_s: 5_000.0 * wave,
        network_tx_bytes_per_s: 4_000.0 * wave,
        block_read_bytes_per_s: 300.0 * wave,
        block_write_bytes_per_s: 200.0 * wave,
        writable_layer_bytes: Some(1 << 20),
    };
    let containers = (1..=CONTAINERS).map(container).collect();
    wire::NodeReport { node: Some(node), containers, ..Default::default() }
}

/// A report as it goes over the wire: a message of gRPC.
pub(crate) fn frame(node_id: &str, sequence: u64) -> Bytes {
    // Two messages of Protocol Buffers in a row are one.
    let shared = &SHARED[(sequence as usize) % VARIETY];
    let own = wire::NodeReport { node_id: node_id.into(), sequence, ..Default::default() };
    let length = shared.len() + own.encoded_len();
    let mut frame = BytesMut::with_capacity(length + 5);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    frame.put_slice(shared);
    // There is room for it.
    let _ = own.encode(&mut frame);
    frame.freeze()
}
