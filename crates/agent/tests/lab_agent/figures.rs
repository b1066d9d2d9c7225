//! The figures of a node and its containers.

use std::time::Duration;

use swarmmanager_lab::{Load, Node};
use swarmmanager_telemetry::ContainerSample;
use swarmmanager_units::{Bytes, ContainerId};

use crate::docker::{self, Stats};
use crate::stage::{CORES, MEMORY_MIB, Stage, said};
use crate::watch::{container, during, mean, total, window};

const WINDOW: Duration = Duration::from_secs(10);
/// A container's network may be found a second later than the container.
const SETTLED: Duration = Duration::from_secs(30);
/// A layer is measured once a minute.
const LAYER_LIMIT: Duration = Duration::from_secs(100);

#[test]
fn a_loaded_node_s_figures_are_the_kernel_s_and_docker_s() {
    let stage = Stage::start();
    let worker = stage.worker();
    let busy = docker::run(worker, &["--cpus", "0.1"], "while :; do :; done");
    let large = docker::run(
        worker,
        &[],
        "dd if=/dev/zero of=/file bs=1M count=12; x=$(head -c 24000000 /dev/zero | tr '\\0' x); sleep 10000; :",
    );
    let load = Load { cpu: 0.5, memory: Bytes::from_mib(64), duration: Duration::from_secs(600) };
    let _load = worker.load(load).unwrap();
    stage.until("both containers in a report", SETTLED, || {
        let report = stage.latest("ap3").unwrap();
        let seen = |id| {
            report.containers.iter().any(|sample| sample.id == id && sample.memory_working_set.get() > 0)
        };
        let filled = docker::memory_used(&worker.cgroup()) > f64::from(80 << 20);
        if seen(busy) && seen(large) && filled { Ok(()) } else { Err(report.containers) }
    });
    // For what has just started to be as it stays.
    window(Duration::from_secs(3));

    let (reports, (node_cores, docker_cores)) = during(&stage, "ap3", || {
        let began = std::time::Instant::now();
        let (before, stats) = (docker::cpu_seconds(&worker.cgroup()), Stats::of(worker, &busy));
        window(WINDOW);
        let used = docker::cpu_seconds(&worker.cgroup()) - before;
        (used / began.elapsed().as_secs_f64(), Stats::of(worker, &busy).cores_since(&stats))
    });
    let node = &reports.last().unwrap().node;
    let (capacity, core) = (node.cpu_capacity.get(), node.cpu_capacity.get() / CORES);
    assert!((f64::from(node.cores) - CORES).abs() < 0.001, "{node:?}");
    let used = mean(&reports, |report| report.node.cpu_used.get());
    let close = |what: &str, reported: f64, told: f64, within: f64| {
        assert!(
            (reported - told).abs() <= within,
            "{what}: reported {reported}, told {told}, allowed {within}"
        );
    };
    assert!(used > 0.6 * capacity, "60 % of it is loaded: {used} of {capacity}");
    close("the node's CPU", used, node_cores * core, 0.05 * capacity);
    let container_used = mean(&reports, |report| container(report, &busy).cpu_used.get());
    close("a container's CPU", container_used, docker_cores * core, 0.05 * capacity);

    let report = stage.latest("ap3").unwrap();
    assert_eq!(report.node.memory_total, Bytes::from_mib(MEMORY_MIB));
    let told = docker::memory_used(&worker.cgroup());
    close(
        "the node's memory",
        report.node.memory_used().as_f64(),
        told,
        0.02 * Bytes::from_mib(MEMORY_MIB).as_f64(),
    );
    let (reported, told) =
        (container(&report, &large).memory_working_set, Stats::of(worker, &large).memory());
    assert!(told > 24e6, "{told}");
    close("a container's memory", reported.as_f64(), told, 0.02 * told);
}

/// In a container: 8 times 60,000 bytes there and back again, 20 MiB onto the disk.
const TRAFFIC: &str = "gateway=$(ip route | awk '/default/ {print $3}'); ping -q -c 8 -s 60000 $gateway >/dev/null & \
    for part in 1 2 3 4 5; do dd if=/dev/zero of=/file$part bs=1M count=4 oflag=direct; sleep 1; done; wait";
const SENT: f64 = 8.0 * 60_000.0;
const WRITTEN: f64 = 20.0 * 1_048_576.0;

/// What Docker counted for a container, and the kernel at the node's cable.
struct Counted {
    network: [f64; 2],
    block_io: [f64; 2],
    cable: [f64; 2],
}

impl Counted {
    fn now(node: &Node, container: &ContainerId) -> Self {
        let stats = Stats::of(node, container);
        Self { network: stats.network(), block_io: stats.block_io(), cable: docker::cable(node) }
    }

    fn since(&self, before: &Self) -> Self {
        let grown = |now: [f64; 2], before: [f64; 2]| [now[0] - before[0], now[1] - before[1]];
        Self {
            network: grown(self.network, before.network),
            block_io: grown(self.block_io, before.block_io),
            cable: grown(self.cable, before.cable),
        }
    }
}

#[test]
fn traffic_and_a_layer_s_size_are_docker_s_and_the_kernel_s() {
    let stage = Stage::start();
    let worker = stage.worker();
    let quiet = docker::run(worker, &[], "sleep 10000");
    // Kernels of late count for version 1 only on devices that something is limited on.
    let disk =
        said(worker.command("findmnt").unwrap().args(["-n", "-o", "SOURCE", "/var/lib/docker"])).unwrap();
    let id = docker::run(worker, &["--device-write-bps", &format!("{disk}:100mb")], "sleep 10000");
    let alone = docker::run(worker, &["--network", "none"], "sleep 10000");
    stage.until("the containers in a report", SETTLED, || {
        let report = stage.latest("ap3").unwrap();
        if report.containers.len() >= 4 { Ok(()) } else { Err(report.containers) }
    });
    window(Duration::from_secs(5));

    let (reports, counted) = during(&stage, "ap3", || {
        window(Duration::from_secs(2));
        let before = Counted::now(worker, &id);
        docker::exec(worker, &id, TRAFFIC);
        let manager = stage.lab.node("ap1").unwrap().address().to_string();
        let ping = ["ping", "-q", "-c", "8", "-s", "60000", &manager];
        said(worker.command("busybox").unwrap().args(ping)).unwrap();
        let after = Counted::now(worker, &id);
        window(Duration::from_secs(2));
        after.since(&before)
    });
    let close = |what: &str, reported: f64, told: f64, least: f64| {
        assert!(told >= least, "{what}: {told} is told, at least {least} was made");
        assert!((reported - told).abs() <= 0.05 * told, "{what}: reported {reported}, told {told}");
    };
    let total_of = |id: &ContainerId, rate: fn(&ContainerSample) -> f32| {
        total(&reports, |report| rate(container(report, id)))
    };
    close("a container received", total_of(&id, |sample| sample.network_rx), counted.network[0], SENT);
    close("a container sent", total_of(&id, |sample| sample.network_tx), counted.network[1], SENT);
    close("a container wrote", total_of(&id, |sample| sample.block_write), counted.block_io[1], WRITTEN);
    close("the node received", total(&reports, |report| report.node.network_rx), counted.cable[0], SENT);
    close("the node sent", total(&reports, |report| report.node.network_tx), counted.cable[1], SENT);
    for other in [&quiet, &alone] {
        let received = total_of(other, |sample| sample.network_rx);
        assert!(received < 10_000.0, "another's traffic is not its own: {received}");
        assert_eq!(total_of(other, |sample| sample.block_write), 0.0);
    }
    assert_sizes(&stage, &id);
}

/// Of the node's disk, and of the container's writable layer in it.
fn assert_sizes(stage: &Stage, id: &ContainerId) {
    let worker = stage.worker();
    let disk = rustix::fs::statvfs(worker.root().unwrap().join("var/lib/docker")).unwrap();
    let node = stage.latest("ap3").unwrap().node;
    assert_eq!(node.disk_total, Bytes::new(disk.f_blocks * disk.f_frsize));
    let used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize;
    assert!(node.disk_used.get().abs_diff(used) < 4 << 20, "{} and {used}", node.disk_used);

    let told = docker::layer(worker, id);
    assert!(told as f64 >= WRITTEN, "{told}");
    stage.until("the size of the layer", LAYER_LIMIT, || {
        let size = container(&stage.latest("ap3").unwrap(), id).writable_layer;
        if size == Some(Bytes::new(told)) { Ok(()) } else { Err((size, told)) }
    });
}
