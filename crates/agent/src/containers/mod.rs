//! Readings of the containers on the node.

mod discovery;
mod layer;
mod network;
mod process;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use swarmmanager_telemetry::wire;
use swarmmanager_units::ContainerId;
use tracing::debug;

use crate::cgroup::{CgroupFiles, Layout, is_gone};
use crate::config::{Config, NodeScope};
use crate::directory::EntryBuffer;
use crate::kernel_file::{KernelFile, ReadBuffer};
use crate::rate::Rate;
use discovery::{Discovery, Found};
use layer::{LayerWalk, Progress};
use network::ContainerNetwork;

/// The engine sets a container's cgroups up in the trees of version 1 one after the other; after this long no more
/// is to come.
const SETTLED_AFTER: Duration = Duration::from_secs(5);

/// How long a layer's size stands before it is measured again.
const LAYER_INTERVAL: Duration = Duration::from_secs(60);

/// Directory entries of layers that are read in a second, over all containers: about 0.2 ms of work.
const LAYER_BUDGET: usize = 100;

/// Everything that is read of the containers, kept open.
#[derive(Debug)]
pub(crate) struct ContainersProbe {
    proc: PathBuf,
    docker_root: PathBuf,
    /// The cgroup trees and what of them is looked at; none on a machine without cgroups.
    cgroups: Option<(Layout, Discovery)>,
    /// The inode of the node's own `net/dev`.
    node_network: Option<u64>,
    containers: Vec<Container>,
    layers: LayerQueue,
}

#[derive(Debug)]
struct Container {
    id: ContainerId,
    cgroup: PathBuf,
    files: CgroupFiles,
    network: ContainerNetwork,
    since: Instant,
    cpu: Rate,
    block_read: Rate,
    block_written: Rate,
    writable_layer: Option<u64>,
    layer_due: Instant,
}

/// The walk that is under way, if any.
#[derive(Debug)]
struct LayerQueue {
    walk: Option<(ContainerId, LayerWalk)>,
    entries: EntryBuffer,
}

impl ContainersProbe {
    pub(crate) fn open(config: &Config, layout: Option<&Layout>) -> Self {
        let top = match &config.scope {
            NodeScope::Host => Path::new(""),
            NodeScope::Cgroup(path) => path,
        };
        let cgroups = layout.and_then(|layout| Some((layout.clone(), Discovery::new(layout.tree()?, top))));
        let node_network = KernelFile::open(&config.proc.join("net/dev")).and_then(|file| file.inode()).ok();
        Self {
            proc: config.proc.clone(),
            docker_root: config.docker_root.clone(),
            cgroups,
            node_network,
            containers: Vec::new(),
            layers: LayerQueue { walk: None, entries: EntryBuffer::new() },
        }
    }

    /// Takes one sample of every container into `samples`. A container is in it from its second reading on, when
    /// its rates are known.
    pub(crate) fn sample(
        &mut self,
        now: Instant,
        core_mhz: f64,
        buffer: &mut ReadBuffer,
        samples: &mut Vec<wire::ContainerSample>,
    ) -> io::Result<()> {
        let Some((layout, discovery)) = &mut self.cgroups else { return Ok(()) };
        if let Some(found) = discovery.look(now)? {
            reconcile(&mut self.containers, found, layout, now);
        }
        self.find_networks(now, buffer);

        let Some((layout, discovery)) = &mut self.cgroups else { return Ok(()) };
        let mut count = 0;
        self.containers.retain_mut(|container| {
            if count == samples.len() {
                samples.push(wire::ContainerSample::default());
            }
            match container.read(now, core_mhz, layout, buffer, &mut samples[count]) {
                Ok(complete) => count += usize::from(complete),
                Err(error) if is_gone(&error) => {
                    // Its successor may have come in the same moment.
                    discovery.suspect_change();
                    return false;
                }
                Err(error) => debug!(container = %container.id, %error, "cannot read a container"),
            }
            true
        });
        samples.truncate(count);
        self.measure_layers(now);
        Ok(())
    }

    /// Looks for the networks of containers that have none yet, in one go.
    fn find_networks(&mut self, now: Instant, buffer: &mut ReadBuffer) {
        let wanted: Vec<ContainerId> =
            self.containers.iter().filter(|c| c.network.is_wanted(now)).map(|c| c.id).collect();
        if wanted.is_empty() {
            return;
        }
        let processes = process::find(&self.proc, &wanted, buffer).unwrap_or_default();
        let mut taken: Vec<u64> = self.containers.iter().filter_map(|c| c.network.inode()).collect();
        taken.extend(self.node_network);
        for container in self.containers.iter_mut().filter(|c| wanted.contains(&c.id)) {
            container.network.settle(processes.get(&container.id).map(PathBuf::as_path), &taken, now);
            taken.extend(container.network.inode());
        }
    }

    /// Spends this second's budget on the layers whose turn it is.
    fn measure_layers(&mut self, now: Instant) {
        let mut budget = LAYER_BUDGET;
        while budget > 0 {
            let (id, mut walk) = match self.layers.walk.take() {
                Some(underway) => underway,
                None => match self.next_layer(now) {
                    Some(walk) => walk,
                    None => return,
                },
            };
            let size = match walk.advance(&mut budget, &mut self.layers.entries) {
                Progress::Underway => {
                    self.layers.walk = Some((id, walk));
                    return;
                }
                Progress::Finished(bytes) => Some(bytes),
                Progress::GivenUp => None,
            };
            if let Some(container) = self.containers.iter_mut().find(|container| container.id == id) {
                container.writable_layer = size;
            }
        }
    }

    fn next_layer(&mut self, now: Instant) -> Option<(ContainerId, LayerWalk)> {
        loop {
            let container = self.containers.iter_mut().find(|container| now >= container.layer_due)?;
            container.layer_due = now + LAYER_INTERVAL;
            if let Some(walk) = LayerWalk::start(&self.docker_root, &container.id) {
                return Some((container.id, walk));
            }
        }
    }
}

/// Makes the containers those that were found; the ones known before keep their readings.
fn reconcile(containers: &mut Vec<Container>, found: Vec<Found>, layout: &Layout, now: Instant) {
    let mut found: BTreeMap<ContainerId, PathBuf> =
        found.into_iter().map(|found| (found.id, found.cgroup)).collect();
    containers.retain(|container| found.remove(&container.id).is_some());
    containers.extend(found.into_iter().map(|(id, cgroup)| Container {
        files: CgroupFiles::open(layout, &cgroup),
        id,
        cgroup,
        network: ContainerNetwork::unknown(now),
        since: now,
        cpu: Rate::default(),
        block_read: Rate::default(),
        block_written: Rate::default(),
        writable_layer: None,
        layer_due: now,
    }));
}

impl Container {
    /// Reads everything into `sample`; says whether its rates are known.
    fn read(
        &mut self,
        now: Instant,
        core_mhz: f64,
        layout: &Layout,
        buffer: &mut ReadBuffer,
        sample: &mut wire::ContainerSample,
    ) -> io::Result<bool> {
        if now.saturating_duration_since(self.since) < SETTLED_AFTER {
            self.files.open_missing(layout, &self.cgroup);
        }
        let Some(nanos) = self.files.cpu_nanos(buffer)? else { return Ok(false) };
        let cores = self.cpu.advance(nanos, now).map(|nanos_per_second| nanos_per_second / 1e9);
        let memory = self.files.memory(buffer)?.unwrap_or_default();
        let (read, written) = self.files.block_io(buffer)?.unwrap_or_default();
        let (read, written) = (self.block_read.advance(read, now), self.block_written.advance(written, now));
        let (received, sent) = self.network.rates(now, buffer);

        sample.id.clear();
        sample.id.extend_from_slice(self.id.as_bytes());
        sample.cpu_used_mhz = (cores.unwrap_or(0.0) * core_mhz) as f32;
        sample.memory_working_set_bytes = memory.working_set;
        sample.network_rx_bytes_per_s = received as f32;
        sample.network_tx_bytes_per_s = sent as f32;
        sample.block_read_bytes_per_s = read.unwrap_or(0.0) as f32;
        sample.block_write_bytes_per_s = written.unwrap_or(0.0) as f32;
        sample.writable_layer_bytes = self.writable_layer;
        Ok(cores.is_some())
    }
}
