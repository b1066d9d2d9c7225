//! Readings of the node itself: the machine, or the cgroup that stands for it.

mod cpu;
mod disk;
mod frequency;
mod load;
mod memory;
mod network;
mod pressure;
mod scope;
mod temperature;

use std::path::Path;
use std::time::Instant;

use swarmmanager_telemetry::wire;

use crate::cgroup::{Layout, is_gone};
use crate::config::{Config, NodeScope};
use crate::kernel_file::{KernelFile, ReadBuffer};
use crate::sampler::{OpenError, SampleError};
use cpu::CoreUsage;
use disk::DiskProbe;
use frequency::Frequencies;
use memory::Memory;
use network::NetworkProbe;
pub(crate) use network::{InterfaceRule, interfaces};
use pressure::PressureProbe;
use scope::ScopeProbe;
use temperature::TemperatureProbe;

/// Everything that is read of the node, kept open.
#[derive(Debug)]
pub(crate) struct NodeProbe {
    config: Config,
    stat: KernelFile,
    meminfo: KernelFile,
    loadavg: Option<KernelFile>,
    disk: DiskProbe,
    network: Option<NetworkProbe>,
    pressure: PressureProbe,
    temperature: TemperatureProbe,
    frequencies: Frequencies,
    usage: CoreUsage,
    /// In a cgroup scope.
    scope: Option<ScopeProbe>,
}

impl NodeProbe {
    /// Opens the files. CPU, memory and disk have to be there; what else is missing is left out of the samples.
    pub(crate) fn open(
        config: &Config,
        layout: Option<&Layout>,
        buffer: &mut ReadBuffer,
    ) -> Result<Self, OpenError> {
        let (proc, sys) = (&*config.proc, &*config.sys);
        let stat = open(&proc.join("stat"))?;
        let scope = match &config.scope {
            NodeScope::Host => None,
            NodeScope::Cgroup(path) => Some(ScopeProbe::open(layout, path, buffer)?),
        };
        let pressure = scope.as_ref().map_or_else(|| PressureProbe::of_machine(proc), ScopeProbe::pressure);
        let frequencies = read_frequencies(config, &stat, buffer)?;
        Ok(Self {
            meminfo: open(&proc.join("meminfo"))?,
            loadavg: KernelFile::open(&proc.join("loadavg")).ok(),
            disk: DiskProbe::open(&config.docker_root)
                .map_err(|source| OpenError::DockerRoot { path: config.docker_root.clone(), source })?,
            network: NetworkProbe::open(proc, config.interfaces.clone()).ok(),
            temperature: TemperatureProbe::open(sys),
            config: config.clone(),
            usage: CoreUsage::default(),
            stat,
            pressure,
            frequencies,
            scope,
        })
    }

    /// What a second of CPU time comes to, in megahertz: the mean of the cores.
    pub(crate) fn core_mhz(&self) -> f64 {
        self.frequencies.mean()
    }

    /// Takes one sample. Rates are zero in the first.
    pub(crate) fn sample(
        &mut self,
        now: Instant,
        buffer: &mut ReadBuffer,
        node: &mut wire::NodeSample,
    ) -> Result<(), SampleError> {
        self.sample_cpu_and_memory(now, buffer, node)?;
        let (total, used) = self.disk.sample().map_err(SampleError::Disk)?;
        (node.disk_total_bytes, node.disk_used_bytes) = (total, used);
        if let Some(network) = &mut self.network {
            let (received, sent) = network.sample(now, buffer).map_err(SampleError::Network)?;
            (node.network_rx_bytes_per_s, node.network_tx_bytes_per_s) = (received as f32, sent as f32);
        }
        let load = self.loadavg.as_ref().and_then(|file| load::loadavg(file.read(buffer).ok()?));
        [node.load1, node.load5, node.load15] = load.unwrap_or_default();
        self.pressure.sample(buffer, node);
        node.temperature_celsius = self.temperature.sample(now, buffer);
        Ok(())
    }

    fn sample_cpu_and_memory(
        &mut self,
        now: Instant,
        buffer: &mut ReadBuffer,
        node: &mut wire::NodeSample,
    ) -> Result<(), SampleError> {
        let memory = memory::meminfo(self.meminfo.read(buffer).map_err(SampleError::Memory)?);
        node.cpu_capacity_nominal = self.frequencies.nominal;
        match &mut self.scope {
            Some(scope) => scope.sample(now, &self.frequencies, &memory, buffer, node).map_err(|source| {
                if is_gone(&source) { SampleError::ScopeGone } else { SampleError::Scope(source) }
            }),
            None => {
                fill_memory(&memory, node);
                self.sample_cores(buffer, node)
            }
        }
    }

    fn sample_cores(
        &mut self,
        buffer: &mut ReadBuffer,
        node: &mut wire::NodeSample,
    ) -> Result<(), SampleError> {
        let stat = self.stat.read(buffer).map_err(SampleError::Cpu)?;
        let (mut used, mut cores) = (0.0, 0);
        node.core_used_mhz.clear();
        self.usage.advance(stat, |core, busy| {
            let mhz = busy * self.frequencies.of(core);
            node.core_used_mhz.push(mhz as f32);
            used += mhz;
        });
        cores += cpu::cores(stat).count();
        if cores != self.frequencies.cores() {
            // A core was switched on or off.
            self.frequencies =
                read_frequencies(&self.config, &self.stat, buffer).map_err(|_| SampleError::NoCores)?;
        }
        node.cpu_used_mhz = used as f32;
        node.cpu_capacity_mhz = self.frequencies.total() as f32;
        node.cores = self.frequencies.cores() as f32;
        Ok(())
    }
}

fn open(path: &Path) -> Result<KernelFile, OpenError> {
    KernelFile::open(path).map_err(|source| OpenError::KernelFile { path: path.to_owned(), source })
}

fn read_frequencies(
    config: &Config,
    stat: &KernelFile,
    buffer: &mut ReadBuffer,
) -> Result<Frequencies, OpenError> {
    let path = config.proc.join("stat");
    let text = stat.read(buffer).map_err(|source| OpenError::KernelFile { path: path.clone(), source })?;
    let cores: Vec<usize> = cpu::cores(text).map(|(core, _)| core).collect();
    if cores.is_empty() {
        return Err(OpenError::NoCores { path });
    }
    Ok(Frequencies::read(&config.proc, &config.sys, &cores, buffer))
}

fn fill_memory(memory: &Memory, node: &mut wire::NodeSample) {
    node.memory_total_bytes = memory.total;
    node.memory_available_bytes = memory.available;
    node.swap_total_bytes = memory.swap_total;
    node.swap_used_bytes = memory.swap_used;
}
