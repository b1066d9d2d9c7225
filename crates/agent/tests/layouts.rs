//! Whole samples from written-down machines: every way in which cgroups are laid out, with the same node and the
//! same container in each.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use swarmmanager_agent::{Config, Sampler};
use swarmmanager_telemetry::wire::{ContainerSample, NodeReport};
use swarmmanager_units::{ContainerId, NodeId};
use tempfile::TempDir;

const ID: &str = "abababababababababababababababababababababababababababababababab";

/// Where a kind of machine keeps what is read.
struct Machine {
    name: &'static str,
    /// The container's cgroup, with `ID` in it.
    cgroup: &'static str,
    /// The folders below `/sys/fs/cgroup` of CPU use, CPU quotas, memory and block I/O; version 2 where they are the
    /// top itself.
    trees: [&'static str; 4],
    /// What else is in `/sys/fs/cgroup`.
    besides: &'static [&'static str],
}

const MACHINES: [Machine; 6] = [
    Machine {
        name: "version 1, cgroupfs",
        cgroup: "docker/ID",
        trees: ["cpuacct", "cpu", "memory", "blkio"],
        besides: &[],
    },
    Machine {
        name: "version 1, systemd",
        cgroup: "system.slice/docker-ID.scope",
        trees: ["cpu,cpuacct", "cpu,cpuacct", "memory", "blkio"],
        besides: &["systemd/cgroup.procs", "systemd/system.slice/ssh.service/cgroup.procs"],
    },
    Machine {
        name: "version 1, cgroupfs, the order of the names the other way round",
        cgroup: "docker/ID",
        trees: ["cpuacct,cpu", "cpuacct,cpu", "memory", "blkio"],
        besides: &[],
    },
    Machine {
        name: "hybrid: version 2 beside version 1, without controllers",
        cgroup: "system.slice/docker-ID.scope",
        trees: ["cpu,cpuacct", "cpu,cpuacct", "memory", "blkio"],
        besides: &["unified/cgroup.controllers", "unified/system.slice/docker-ID.scope/cgroup.procs"],
    },
    Machine {
        name: "version 2, cgroupfs",
        cgroup: "docker/ID",
        trees: [""; 4],
        besides: &["cgroup.controllers"],
    },
    Machine {
        name: "version 2, systemd",
        cgroup: "system.slice/docker-ID.scope",
        trees: [""; 4],
        besides: &[
            "cgroup.controllers",
            "init.scope/cgroup.procs",
            "system.slice/docker.service/cgroup.procs",
        ],
    },
];

impl Machine {
    fn is_version_2(&self) -> bool {
        self.trees[0].is_empty()
    }

    /// Writes the machine as it is after `seconds`.
    fn write(&self, dir: &TempDir, seconds: u64) {
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let ticks = seconds * 25;
        write(
            "proc/stat",
            &format!("cpu 0 0 0 0\ncpu0 {ticks} 0 0 {}\ncpu1 0 0 0 {}\n", 3 * ticks, 4 * ticks),
        );
        write("proc/cpuinfo", "processor: 0\ncpu MHz: 1000.0\n\nprocessor: 1\ncpu MHz: 2000.0\n");
        write("proc/meminfo", "MemTotal: 4096 kB\nMemAvailable: 1024 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
        write("proc/loadavg", "0.50 0.25 0.125 1/2 3\n");
        write("proc/pressure/cpu", "some avg10=12.50 avg60=0.00 avg300=0.00 total=1\n");
        write("proc/net/dev", &net_dev(seconds * 1000, seconds * 100));
        fs::create_dir_all(dir.path().join("docker")).unwrap();

        let cgroup = self.cgroup.replace("ID", ID);
        write("proc/4242/cgroup", &format!("1:memory:/{cgroup}\n0::/{cgroup}\n"));
        write("proc/4242/net/dev", &net_dev(seconds * 70, seconds * 7));
        for (file, text) in self.container(seconds) {
            write(&format!("sys/fs/cgroup/{}", file.replace("GROUP", &cgroup)), &text);
        }
        for file in self.besides {
            write(&format!("sys/fs/cgroup/{}", file.replace("ID", ID)), "");
        }
    }

    /// The container's files: half a core, 600,000 bytes, 4096 bytes read and 8192 written each second.
    fn container(&self, seconds: u64) -> Vec<(String, String)> {
        let (read, written) = (4096 * seconds, 8192 * seconds);
        if self.is_version_2() {
            return [
                ("GROUP/cpu.stat", format!("usage_usec {}\nuser_usec 1\n", 500_000 * seconds)),
                ("GROUP/memory.current", "1000000\n".to_owned()),
                ("GROUP/memory.stat", "anon 1\nfile 2\ninactive_file 400000\n".to_owned()),
                ("GROUP/io.stat", format!("8:0 rbytes={read} wbytes={written} rios=1 wios=1\n")),
            ]
            .map(|(file, text)| (file.to_owned(), text))
            .to_vec();
        }
        let [usage, quota, memory, block] = self.trees;
        [
            (usage, "cgroup.procs", String::new()),
            (quota, "cgroup.procs", String::new()),
            (memory, "cgroup.procs", String::new()),
            (block, "cgroup.procs", String::new()),
            (usage, "GROUP/cpuacct.usage", format!("{}\n", 500_000_000 * seconds)),
            (memory, "GROUP/memory.usage_in_bytes", "1000000\n".to_owned()),
            (memory, "GROUP/memory.stat", "inactive_file 1\ntotal_inactive_file 400000\n".to_owned()),
            (
                block,
                "GROUP/blkio.throttle.io_service_bytes",
                format!("8:0 Read {read}\n8:0 Write {written}\n8:0 Total {}\n", read + written),
            ),
        ]
        .map(|(tree, file, text)| (format!("{tree}/{file}"), text))
        .to_vec()
    }

    /// Two samples, a second apart.
    fn report(&self, scope: &str) -> NodeReport {
        let dir = tempfile::tempdir().unwrap();
        self.write(&dir, 10);
        let mut sampler = sampler(dir.path(), scope);
        let (node, start) = (NodeId::from("node"), Instant::now());
        assert!(sampler.sample(&node, start).unwrap().is_none(), "the first sample has no rates");
        self.write(&dir, 11);
        sampler.sample(&node, start + Duration::from_secs(1)).unwrap().unwrap().clone()
    }
}

fn net_dev(received: u64, sent: u64) -> String {
    format!(" lo: 9 0 0 0 0 0 0 0 9 0\neth0: {received} 0 0 0 0 0 0 0 {sent} 0 0 0 0 0 0 0\n")
}

fn sampler(machine: &Path, scope: &str) -> Sampler {
    let path = |name: &str| machine.join(name).to_str().unwrap().to_owned();
    let flags = [
        ["--proc", &path("proc")],
        ["--sys", &path("sys")],
        ["--docker-root", &path("docker")],
        ["--node-scope", scope],
        ["--interfaces", "eth0"],
    ];
    Sampler::open(&Config::read(flags.into_iter().flatten(), |_| None).unwrap()).unwrap()
}

#[test]
fn a_container_s_figures_are_the_same_in_every_layout() {
    for machine in MACHINES {
        let report = machine.report("host");
        let expected = ContainerSample {
            id: ContainerId::from_hex(ID).unwrap().as_bytes().to_vec(),
            // Half of a core; a core is taken for the mean of both.
            cpu_used_mhz: 750.0,
            memory_working_set_bytes: 600_000,
            network_rx_bytes_per_s: 70.0,
            network_tx_bytes_per_s: 7.0,
            block_read_bytes_per_s: 4096.0,
            block_write_bytes_per_s: 8192.0,
            writable_layer_bytes: None,
        };
        assert_eq!(report.containers, [expected], "{}", machine.name);
    }
}

#[test]
fn the_node_is_the_machine_in_host_scope() {
    for machine in MACHINES {
        let node = machine.report("host").node.unwrap();
        assert_eq!((node.cpu_capacity_mhz, node.cores), (3000.0, 2.0), "{}", machine.name);
        assert!(!node.cpu_capacity_nominal);
        assert_eq!((node.cpu_used_mhz, &node.core_used_mhz[..]), (250.0, &[250.0, 0.0][..]));
        assert_eq!((node.memory_total_bytes, node.memory_available_bytes), (4 << 20, 1 << 20));
        assert_eq!([node.load1, node.load5, node.load15], [0.5, 0.25, 0.125]);
        assert_eq!((node.network_rx_bytes_per_s, node.network_tx_bytes_per_s), (1000.0, 100.0));
        assert_eq!(node.cpu_pressure.map(|pressure| pressure.some_avg10), Some(12.5));
        assert!(node.disk_total_bytes > 0);
    }
}

/// The folder above the container's, as the node: 0.8 cores of which 0.6 are used, 2 MiB of which half is.
fn limit(machine: &Machine, dir: &TempDir, seconds: u64) {
    let parent = parent(machine);
    let write = |tree: &str, file: &str, text: &str| {
        let folder = dir.path().join("sys/fs/cgroup").join(tree).join(parent);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), text).unwrap();
    };
    let [usage, quota, memory, _] = machine.trees;
    if machine.is_version_2() {
        write("", "cpu.stat", &format!("usage_usec {}\n", 600_000 * seconds));
        write("", "cpu.max", "80000 100000\n");
        write("", "memory.max", "2097152\n");
        write("", "memory.current", "1548576\n");
        write("", "memory.stat", "inactive_file 500000\n");
        write("", "memory.swap.max", "max\n");
        write("", "cpu.pressure", "some avg10=3.00 avg60=0.00 avg300=0.00 total=1\n");
    } else {
        write(usage, "cpuacct.usage", &format!("{}\n", 600_000_000 * seconds));
        write(quota, "cpu.cfs_quota_us", "80000\n");
        write(quota, "cpu.cfs_period_us", "100000\n");
        write(memory, "memory.limit_in_bytes", "2097152\n");
        write(memory, "memory.usage_in_bytes", "1548576\n");
        write(memory, "memory.stat", "total_inactive_file 500000\n");
    }
}

fn parent(machine: &Machine) -> &'static str {
    machine.cgroup.split('/').next().unwrap()
}

#[test]
fn a_cgroup_is_the_node_in_cgroup_scope() {
    for machine in MACHINES {
        let dir = tempfile::tempdir().unwrap();
        machine.write(&dir, 10);
        limit(&machine, &dir, 10);
        let mut sampler = sampler(dir.path(), &format!("cgroup:/{}", parent(&machine)));
        let (id, start) = (NodeId::from("node"), Instant::now());
        sampler.sample(&id, start).unwrap();
        machine.write(&dir, 11);
        limit(&machine, &dir, 11);
        let report = sampler.sample(&id, start + Duration::from_secs(1)).unwrap().unwrap();

        let node = report.node.clone().unwrap();
        assert_eq!((node.cpu_capacity_mhz, node.cores), (1200.0, 0.8), "{}", machine.name);
        assert_eq!((node.cpu_used_mhz, &node.core_used_mhz[..]), (900.0, &[][..]), "{}", machine.name);
        let memory = (node.memory_total_bytes, node.memory_available_bytes);
        assert_eq!(memory, (2 << 20, 1 << 20), "{}", machine.name);
        // No cgroup of version 1 has a pressure, and the machine's says nothing about one.
        let pressure = node.cpu_pressure.map(|pressure| pressure.some_avg10);
        assert_eq!(pressure, machine.is_version_2().then_some(3.0), "{}", machine.name);
        assert_eq!(report.containers.len(), 1, "{}", machine.name);
    }
}
