//! The probes against this very machine: what they say beside what the kernel's files say, read another way.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use swarmmanager_agent::{Config, Sampler};
use swarmmanager_telemetry::wire;
use swarmmanager_units::{ContainerId, NodeId};

fn sampler(scope: &str, docker_root: &Path) -> Sampler {
    let docker_root = docker_root.to_str().unwrap();
    let flags = ["--proc", "/proc", "--sys", "/sys", "--docker-root", docker_root, "--node-scope", scope];
    Sampler::open(&Config::read(flags, |_| None).unwrap()).unwrap()
}

fn sample(sampler: &mut Sampler) -> Option<wire::NodeReport> {
    sampler.sample(&NodeId::from("this"), Instant::now()).unwrap().cloned()
}

/// Lets measured time pass. Nothing is waited for here: the length of the window is what matters.
fn window(length: Duration) {
    let start = Instant::now();
    while start.elapsed() < length {
        std::thread::park_timeout(length - start.elapsed());
    }
}

/// Busy and all clock ticks of all cores together, from the line that the agent does not use.
fn machine_ticks() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/stat").unwrap();
    let ticks: Vec<f64> =
        stat.lines().next().unwrap().split_whitespace().skip(1).map(|field| field.parse().unwrap()).collect();
    let total: f64 = ticks[..8].iter().sum();
    (total - ticks[3] - ticks[4], total)
}

fn meminfo(key: &str) -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find(|line| line.starts_with(key)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn the_node_s_figures_are_the_kernel_s() {
    let root = tempfile::tempdir().unwrap();
    let mut sampler = sampler("host", root.path());
    let stop = AtomicBool::new(false);
    let (node, share) = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        assert!(sample(&mut sampler).is_none(), "the first sample has no rates");
        let (busy, total) = machine_ticks();
        window(Duration::from_secs(2));
        let report = sample(&mut sampler).unwrap();
        let (busy_after, total_after) = machine_ticks();
        stop.store(true, Ordering::Relaxed);
        (report.node.unwrap(), (busy_after - busy) / (total_after - total))
    });
    let capacity = f64::from(node.cpu_capacity_mhz);
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(node.core_used_mhz.len(), cores);
    assert!(f64::from(node.cpu_used_mhz) > 0.7 * capacity / cores as f64, "a core was kept busy: {node:?}");
    let used = f64::from(node.cpu_used_mhz) / capacity;
    assert!((used - share).abs() < 0.03, "{used} and {share} of the machine");

    assert_eq!(node.memory_total_bytes, meminfo("MemTotal:"));
    let difference = node.memory_available_bytes.abs_diff(meminfo("MemAvailable:"));
    assert!(difference < node.memory_total_bytes / 50, "{difference} bytes apart");
    let disk = rustix::fs::statvfs(root.path()).unwrap();
    assert_eq!(node.disk_total_bytes, disk.f_blocks * disk.f_frsize);
    assert!(node.disk_used_bytes > 0 && node.disk_used_bytes <= node.disk_total_bytes);
    assert!(node.cpu_capacity_mhz >= 100.0);
}

/// A cgroup of our own with one "container" in it, in every tree of this machine.
struct Playground {
    parent: String,
    id: String,
    trees: Vec<PathBuf>,
    process: Option<Child>,
}

impl Playground {
    /// `None` where cgroups may not be made.
    fn create(digit: &str) -> Option<Self> {
        let top = Path::new("/sys/fs/cgroup");
        let trees: Vec<PathBuf> = if top.join("cgroup.controllers").exists() {
            let _ = fs::write(top.join("cgroup.subtree_control"), "+cpu +memory +io");
            vec![top.to_owned()]
        } else {
            ["cpu", "cpuacct", "memory", "blkio"].iter().map(|name| top.join(name)).collect()
        };
        let parent = format!("swarm-agent-test-{}-{digit}", std::process::id());
        let playground = Self { parent, id: digit.repeat(64), trees, process: None };
        for tree in &playground.trees {
            let parent = tree.join(&playground.parent);
            if let Err(error) = fs::create_dir(&parent) {
                eprintln!("skipped: cannot make cgroups here: {error}");
                return None;
            }
            let _ = fs::write(parent.join("cgroup.subtree_control"), "+cpu +memory +io");
        }
        Some(playground)
    }

    fn start_container(&mut self) {
        for tree in &self.trees {
            fs::create_dir(tree.join(&self.parent).join(&self.id)).unwrap();
        }
        let script = "read go; held=$(head -c 8000000 /dev/zero | tr '\\0' x); while :; do :; done";
        let process = Command::new("unshare")
            .args(["--net", "sh", "-c", script])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let child = self.process.insert(process);
        for tree in &self.trees {
            fs::write(tree.join(&self.parent).join(&self.id).join("cgroup.procs"), child.id().to_string())
                .unwrap();
        }
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"go\n").unwrap();
    }

    fn stop_container(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let _ = process.kill();
        let _ = process.wait();
        for tree in &self.trees {
            let _ = fs::remove_dir(tree.join(&self.parent).join(&self.id));
        }
    }

    /// Does something, and says what the container had used, and when, just before and just after.
    fn bracket<T>(&self, action: impl FnOnce() -> T) -> (Bracket, T) {
        let (began, used) = (Instant::now(), self.cpu_seconds());
        let result = action();
        (Bracket { used: used..self.cpu_seconds(), at: began..Instant::now() }, result)
    }

    fn cpu_seconds(&self) -> f64 {
        let directory = |tree: &PathBuf| tree.join(&self.parent).join(&self.id);
        self.trees
            .iter()
            .find_map(|tree| {
                if let Ok(nanos) = fs::read_to_string(directory(tree).join("cpuacct.usage")) {
                    return Some(nanos.trim().parse::<f64>().unwrap() / 1e9);
                }
                let stat = fs::read_to_string(directory(tree).join("cpu.stat")).ok()?;
                let stat: BTreeMap<&str, &str> =
                    stat.lines().filter_map(|line| line.split_once(' ')).collect();
                Some(stat.get("usage_usec")?.parse::<f64>().unwrap() / 1e6)
            })
            .unwrap()
    }
}

/// CPU seconds and moments between which a reading was taken: on a busy machine they may be far apart.
struct Bracket {
    used: Range<f64>,
    at: Range<Instant>,
}

impl Bracket {
    /// The least and the most cores that can have been in use between the two readings.
    fn cores_since(&self, before: &Self) -> Range<f64> {
        let seconds = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64();
        let least = (self.used.start - before.used.end) / seconds(before.at.start, self.at.end);
        let most = (self.used.end - before.used.start) / seconds(before.at.end, self.at.start);
        least..most
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        self.stop_container();
        for tree in &self.trees {
            let _ = fs::remove_dir(tree.join(&self.parent));
        }
    }
}

#[test]
fn a_container_shows_within_two_seconds_with_its_own_figures_and_goes_at_once() {
    let Some(mut playground) = Playground::create("d") else { return };
    let root = tempfile::tempdir().unwrap();
    let scope = format!("cgroup:/{}", playground.parent);
    let mut sampler = sampler(&scope, root.path());
    let second = Duration::from_secs(1);
    sample(&mut sampler);
    playground.start_container();
    window(second);
    let (before, report) = playground.bracket(|| sample(&mut sampler));
    assert_eq!(report.unwrap().containers, [], "its rates are not known yet");

    window(second);
    let (after, report) = playground.bracket(|| sample(&mut sampler));
    let (report, cores) = (report.unwrap(), after.cores_since(&before));
    let node = report.node.unwrap();
    let [container] = &report.containers[..] else { panic!("not one container: {:?}", report.containers) };
    assert_eq!(container.id, ContainerId::from_hex(&playground.id).unwrap().as_bytes());
    let core_mhz = f64::from(node.cpu_capacity_mhz / node.cores);
    assert!(cores.end > 0.2, "it should have been busy, and used {cores:?} cores");
    let expected = (cores.start - 0.02) * core_mhz..(cores.end + 0.02) * core_mhz;
    assert!(expected.contains(&f64::from(container.cpu_used_mhz)), "{container:?}, {expected:?} MHz");
    assert!(expected.contains(&f64::from(node.cpu_used_mhz)), "{node:?}, {expected:?} MHz");
    assert!((8_000_000..64_000_000).contains(&container.memory_working_set_bytes), "{container:?}");
    assert_eq!(container.network_rx_bytes_per_s, 0.0, "its network is an empty one");

    playground.stop_container();
    window(second);
    assert_eq!(sample(&mut sampler).unwrap().containers, []);
}

#[test]
fn a_cgroup_s_limits_are_the_node_s_size() {
    let Some(playground) = Playground::create("e") else { return };
    let limit = |file: &str, value: &str| {
        playground.trees.iter().any(|tree| fs::write(tree.join(&playground.parent).join(file), value).is_ok())
    };
    assert!(limit("cpu.max", "60000 100000") || limit("cpu.cfs_quota_us", "60000"));
    assert!(limit("memory.max", "134217728") || limit("memory.limit_in_bytes", "134217728"));
    let root = tempfile::tempdir().unwrap();
    let mut sampler = sampler(&format!("cgroup:/{}", playground.parent), root.path());
    sample(&mut sampler);
    let node = sample(&mut sampler).unwrap().node.unwrap();
    assert_eq!(node.cores, 0.6);
    assert_eq!(node.memory_total_bytes, 128 << 20);
    assert!(node.memory_available_bytes > 120 << 20);
    assert_eq!(node.core_used_mhz, [0.0; 0]);
}
