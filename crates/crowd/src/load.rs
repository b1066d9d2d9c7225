//! How busy a node is when: made up, and the same for the same seed.

use std::f32::consts::TAU;

use swarmmanager_telemetry::wire::{ContainerSample, NodeSample, Pressure};

use crate::machine::Machine;
use crate::mix::unit;
use crate::tasks::Running;

/// What a container uses that Swarm keeps nothing for.
const UNRESERVED_SHARE: f32 = 0.02;
const UNRESERVED_MEMORY: f32 = 8.0 * 1024.0 * 1024.0;
/// One node in so many is close to its limit.
const BUSY_ONE_IN: u64 = 12;

/// A quantity that goes up and down between bounds, with a little noise.
#[derive(Debug, Clone, Copy)]
struct Wave {
    seed: u64,
    middle: f32,
    swing: f32,
    period_s: f32,
}

impl Wave {
    /// With a middle between those bounds.
    fn new(seed: u64, least: f32, most: f32) -> Self {
        Self {
            seed,
            middle: least + (most - least) * unit(seed ^ 1),
            swing: 0.04 + 0.12 * unit(seed ^ 2),
            period_s: 30.0 + 210.0 * unit(seed ^ 3),
        }
    }

    /// Between 0 and 1.
    fn at(self, second: u64) -> f32 {
        let turn = second as f32 / self.period_s + unit(self.seed ^ 4);
        let noise = unit(self.seed ^ (second << 8)) - 0.5;
        (self.middle + self.swing * (TAU * turn).sin() + 0.05 * noise).clamp(0.01, 0.99)
    }
}

/// A node and its containers in that second.
pub(crate) fn second<'t>(
    machine: &Machine,
    tasks: impl Iterator<Item = &'t Running>,
    second: u64,
) -> (NodeSample, Vec<ContainerSample>) {
    let containers: Vec<_> = tasks.map(|task| container(machine, task, second)).collect();
    let theirs = |value: fn(&ContainerSample) -> f32| containers.iter().map(value).sum::<f32>();
    let (capacity, seed) = (machine.capacity_mhz(), machine.seed);
    let most = if seed.is_multiple_of(BUSY_ONE_IN) { (0.8, 0.95) } else { (0.05, 0.55) };
    let cpu = Wave::new(seed ^ 0x10, most.0, most.1).at(second);
    let memory = Wave::new(seed ^ 0x20, 0.25, 0.6);
    let memory = Wave { swing: memory.swing / 4.0, ..memory }.at(second / 5);
    let disk = unit(seed ^ 0x30) * 0.6 + 0.1 + 0.02 * (second as f32 / 600.0).fract();
    let network = Wave::new(seed ^ 0x40, 0.0, 0.5).at(second).powi(2);
    let used = (capacity * cpu + theirs(|container| container.cpu_used_mhz)).min(capacity);
    let memory_used =
        machine.memory_bytes as f32 * memory + theirs(|container| container.memory_working_set_bytes as f32);
    let pressure = |share: f32| {
        let waits = ((share - 0.7) * 100.0).max(0.0);
        Some(Pressure { some_avg10: waits, full_avg10: waits / 3.0 })
    };
    let node = NodeSample {
        cpu_capacity_mhz: capacity,
        cpu_used_mhz: used,
        core_used_mhz: vec![used / machine.cores as f32; machine.cores as usize],
        cores: machine.cores as f32,
        load1: cpu * machine.cores as f32,
        load5: cpu * machine.cores as f32,
        load15: cpu * machine.cores as f32,
        cpu_pressure: pressure(used / capacity),
        memory_pressure: pressure(memory_used / machine.memory_bytes as f32),
        io_pressure: pressure(0.0),
        memory_total_bytes: machine.memory_bytes,
        memory_available_bytes: machine.memory_bytes.saturating_sub(memory_used as u64),
        disk_total_bytes: machine.disk_bytes,
        disk_used_bytes: (machine.disk_bytes as f32 * disk) as u64,
        network_rx_bytes_per_s: 4e6 * network + theirs(|container| container.network_rx_bytes_per_s),
        network_tx_bytes_per_s: 1.5e6 * network + theirs(|container| container.network_tx_bytes_per_s),
        temperature_celsius: Some(38.0 + 40.0 * used / capacity),
        ..Default::default()
    };
    (node, containers)
}

fn container(machine: &Machine, task: &Running, second: u64) -> ContainerSample {
    let busy = Wave::new(task.seed, 0.3, 0.9).at(second);
    let reserved = |amount: i64, otherwise: f32| if amount > 0 { amount as f32 } else { otherwise };
    let cores = reserved(task.reserved_nano_cpus, 1e9 * UNRESERVED_SHARE) / 1e9;
    ContainerSample {
        id: task.container().to_vec(),
        cpu_used_mhz: cores * machine.core_mhz as f32 * busy,
        memory_working_set_bytes: (reserved(task.reserved_memory_bytes, UNRESERVED_MEMORY)
            * (0.5 + busy / 3.0)) as u64,
        network_rx_bytes_per_s: 60e3 * busy,
        network_tx_bytes_per_s: 20e3 * busy,
        block_read_bytes_per_s: 0.0,
        block_write_bytes_per_s: 2e3 * busy,
        writable_layer_bytes: Some(1 << 16),
    }
}

#[cfg(test)]
mod tests {
    use swarmmanager_telemetry::{Report, wire};

    use super::second;
    use crate::machine::Machine;
    use crate::tasks::Running;

    fn task(seed: u64) -> Running {
        Running { seed, reserved_nano_cpus: 100_000_000, reserved_memory_bytes: 16 << 20 }
    }

    #[test]
    fn every_second_of_every_node_is_a_report_that_a_manager_takes() {
        for number in 0..50 {
            let machine = Machine::new(1, number);
            for moment in [0, 1, 59, 3600, 86_400] {
                let tasks = [task(1), task(2)];
                let (node, containers) = second(&machine, tasks.iter(), moment);
                assert!(node.cpu_used_mhz <= node.cpu_capacity_mhz);
                assert!(node.memory_available_bytes <= node.memory_total_bytes);
                let report = wire::NodeReport {
                    node_id: "node".into(),
                    node: Some(node),
                    containers,
                    ..Default::default()
                };
                Report::try_from(report).unwrap();
            }
        }
    }

    #[test]
    fn the_same_second_is_the_same_and_the_next_is_not() {
        let machine = Machine::new(1, 0);
        let at = |moment| second(&machine, [task(1)].iter(), moment);
        assert_eq!(at(100), at(100));
        assert_ne!(at(100), at(101));
    }
}
