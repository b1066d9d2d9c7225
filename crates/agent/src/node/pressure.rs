//! Pressure stall information: how much waiting there is for CPU, memory and disk.

use std::path::Path;

use swarmmanager_telemetry::wire;

use crate::kernel_file::{KernelFile, ReadBuffer};
use crate::text::{decimal, fields, lines};

/// The three files, where the kernel has them.
#[derive(Debug)]
pub(crate) struct PressureProbe {
    cpu: Option<KernelFile>,
    memory: Option<KernelFile>,
    io: Option<KernelFile>,
}

impl PressureProbe {
    /// The machine's own files, `/proc/pressure/cpu` and so on.
    pub(crate) fn of_machine(proc: &Path) -> Self {
        let open = |name: &str| KernelFile::open(&proc.join("pressure").join(name)).ok();
        Self { cpu: open("cpu"), memory: open("memory"), io: open("io") }
    }

    /// A cgroup's files, `cpu.pressure` and so on; only version 2 has them.
    pub(crate) fn of_cgroup(directory: &Path) -> Self {
        let open = |name: &str| KernelFile::open(&directory.join(name)).ok();
        Self { cpu: open("cpu.pressure"), memory: open("memory.pressure"), io: open("io.pressure") }
    }

    /// For a cgroup of version 1: the machine's pressure would say nothing about it.
    pub(crate) fn absent() -> Self {
        Self { cpu: None, memory: None, io: None }
    }

    pub(crate) fn sample(&self, buffer: &mut ReadBuffer, node: &mut wire::NodeSample) {
        let mut read = |file: &Option<KernelFile>| pressure(file.as_ref()?.read(buffer).ok()?);
        node.cpu_pressure = read(&self.cpu);
        node.memory_pressure = read(&self.memory);
        node.io_pressure = read(&self.io);
    }
}

/// Reads the averages over 10 seconds. The `full` line is absent for CPU before Linux 5.13.
fn pressure(text: &[u8]) -> Option<wire::Pressure> {
    let average = |kind: &[u8]| {
        let mut line = lines(text).map(fields).find_map(|mut line| (line.next()? == kind).then_some(line))?;
        let percent = line.find_map(|field| field.strip_prefix(b"avg10=").and_then(decimal))?;
        Some(percent.clamp(0.0, 100.0) as f32)
    };
    Some(wire::Pressure { some_avg10: average(b"some")?, full_avg10: average(b"full").unwrap_or(0.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_averages_over_ten_seconds_are_read() {
        let text = b"some avg10=1.53 avg60=0.03 avg300=0.65 total=19803104\nfull avg10=0.25 avg60=0.00 avg300=0.00 total=0\n";
        assert_eq!(pressure(text), Some(wire::Pressure { some_avg10: 1.53, full_avg10: 0.25 }));
    }

    #[test]
    fn older_kernels_have_no_full_line_for_the_cpu() {
        let text = b"some avg10=1.53 avg60=0.03 avg300=0.65 total=19803104\n";
        assert_eq!(pressure(text), Some(wire::Pressure { some_avg10: 1.53, full_avg10: 0.0 }));
        assert_eq!(pressure(b""), None);
    }

    proptest! {
        #[test]
        fn any_text_gives_shares_in_percent(text in "((some|full|x) (avg10=)?\\PC{0,12}\n?){0,4}") {
            if let Some(pressure) = pressure(text.as_bytes()) {
                prop_assert!((0.0..=100.0).contains(&pressure.some_avg10));
                prop_assert!((0.0..=100.0).contains(&pressure.full_avg10));
            }
        }
    }
}
