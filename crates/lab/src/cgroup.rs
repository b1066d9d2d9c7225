//! Cgroups of version 1 and 2: made, limited, searched for processes, and removed.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use swarmmanager_units::Bytes;

use crate::LabError;
use crate::wait::{self, Look};

/// The trees of version 1 that a lab's processes are put into; others are the container runtime's affair.
const JOINED: [&str; 6] = ["cpu", "cpuacct", "memory", "pids", "blkio", "freezer"];
/// The controllers of version 2 that a node has; one that the kernel lacks is not missed, but for the first two.
const CONTROLLERS: [&str; 5] = ["cpu", "memory", "pids", "io", "cpuset"];
/// What a quota is kept over, in microseconds: the kernel's and Docker's own default.
const PERIOD: f64 = 100_000.0;
const END_LIMIT: Duration = Duration::from_secs(20);

/// The machine's cgroups.
#[derive(Debug, Clone)]
pub(crate) struct Cgroups {
    unified: bool,
    /// The trees that processes are put into.
    joined: Vec<PathBuf>,
    /// Every tree: the container runtime makes cgroups in all of them.
    all: Vec<PathBuf>,
}

impl Cgroups {
    pub(crate) fn of_this_machine() -> Result<Self, LabError> {
        Self::detect(Path::new("/sys/fs/cgroup")).ok_or(LabError::NoCgroups)
    }

    fn detect(top: &Path) -> Option<Self> {
        if top.join("cgroup.controllers").exists() {
            return Some(Self { unified: true, joined: vec![top.to_owned()], all: vec![top.to_owned()] });
        }
        let folders = fs::read_dir(top).ok()?.flatten().map(|entry| entry.path());
        let trees = folders.filter(|path| path.join("cgroup.procs").exists());
        // Controllers that are mounted together have links by their single names.
        let all: BTreeSet<PathBuf> = trees.filter_map(|path| path.canonicalize().ok()).collect();
        let has = |tree: &PathBuf, names: &[&str]| {
            let name = tree.file_name().unwrap_or_default().to_string_lossy();
            name.split(',').any(|name| names.contains(&name))
        };
        let joined: Vec<PathBuf> = all.iter().filter(|tree| has(tree, &JOINED)).cloned().collect();
        let is_enough = ["cpu", "memory"].iter().all(|name| joined.iter().any(|tree| has(tree, &[name])));
        is_enough.then(|| Self { unified: false, joined, all: all.into_iter().collect() })
    }

    /// Makes a cgroup for processes, and those above it.
    pub(crate) fn make(&self, cgroup: &Path) -> Result<(), LabError> {
        for tree in &self.joined {
            let path = tree.join(cgroup);
            fs::create_dir_all(&path).map_err(LabError::file("make", &path))?;
        }
        cgroup.parent().map_or(Ok(()), |parent| self.delegate(parent))
    }

    /// Gives the controllers down to what is below `cgroup`. Version 1 does so by itself, but for old kernels'
    /// accounting of memory.
    fn delegate(&self, cgroup: &Path) -> Result<(), LabError> {
        let mut levels: Vec<&Path> = cgroup.ancestors().collect();
        levels.reverse();
        for level in levels {
            if !self.unified {
                self.account_for_children(level);
                continue;
            }
            let path = self.joined[0].join(level).join("cgroup.subtree_control");
            for controller in CONTROLLERS {
                let given = fs::write(&path, format!("+{controller}"));
                if ["cpu", "memory"].contains(&controller) {
                    given.map_err(LabError::file("give controllers to what is below", &path))?;
                }
            }
        }
        Ok(())
    }

    fn account_for_children(&self, level: &Path) {
        for tree in &self.joined {
            let path = tree.join(level).join("memory.use_hierarchy");
            if fs::read_to_string(&path).is_ok_and(|set| set.trim() == "0") {
                // Refused at the top of some kernels, where it makes no difference.
                let _ = fs::write(&path, "1");
            }
        }
    }

    /// Makes a cgroup and limits what all that is below it may use together.
    pub(crate) fn make_limited(&self, cgroup: &Path, cores: f64, memory: Bytes) -> Result<(), LabError> {
        self.make(cgroup)?;
        self.limit_cpu(cgroup, cores)?;
        self.limit_memory(cgroup, memory)?;
        self.delegate(cgroup)
    }

    /// Limits the processing power of a cgroup.
    pub(crate) fn limit_cpu(&self, cgroup: &Path, cores: f64) -> Result<(), LabError> {
        let quota = quota(cores);
        if self.unified {
            return self.write(cgroup, "cpu.max", &format!("{quota} {PERIOD}"));
        }
        self.write(cgroup, "cpu.cfs_period_us", &PERIOD.to_string())?;
        self.write(cgroup, "cpu.cfs_quota_us", &quota.to_string())
    }

    fn limit_memory(&self, cgroup: &Path, memory: Bytes) -> Result<(), LabError> {
        let bytes = memory.get().to_string();
        if self.unified {
            self.write(cgroup, "memory.max", &bytes)?;
            return self.write_if_there(cgroup, "memory.swap.max", "0");
        }
        self.write(cgroup, "memory.limit_in_bytes", &bytes)?;
        // With swap it may use no more than without.
        self.write_if_there(cgroup, "memory.memsw.limit_in_bytes", &bytes)
    }

    fn write_if_there(&self, cgroup: &Path, file: &str, value: &str) -> Result<(), LabError> {
        if self.file(cgroup, file).exists() { self.write(cgroup, file, value) } else { Ok(()) }
    }

    fn write(&self, cgroup: &Path, file: &str, value: &str) -> Result<(), LabError> {
        let path = self.file(cgroup, file);
        fs::write(&path, value).map_err(LabError::file("write", path))
    }

    /// A file of a cgroup, in the tree that has it.
    pub(crate) fn file(&self, cgroup: &Path, file: &str) -> PathBuf {
        let mut paths = self.joined.iter().map(|tree| tree.join(cgroup).join(file));
        paths.find(|path| path.exists()).unwrap_or_else(|| self.joined[0].join(cgroup).join(file))
    }

    /// A shell's words that put it into a cgroup, or end it where that is gone.
    pub(crate) fn join_script(&self, cgroup: &Path) -> String {
        let join = |tree: &PathBuf| format!("echo $$ >{}", tree.join(cgroup).join("cgroup.procs").display());
        self.joined.iter().map(join).collect::<Vec<_>>().join(" && ")
    }

    /// The processes in a cgroup and below it.
    pub(crate) fn processes(&self, cgroup: &Path) -> BTreeSet<i32> {
        let mut found = BTreeSet::new();
        for tree in &self.all {
            collect_processes(&tree.join(cgroup), &mut found);
        }
        found
    }

    /// Kills all that is in a cgroup and below it, and waits until it is gone.
    pub(crate) fn kill(&self, cgroup: &Path) -> Result<(), LabError> {
        wait::until(format!("the processes of {} to end", cgroup.display()), END_LIMIT, || {
            let processes = self.processes(cgroup);
            for pid in processes.iter().filter_map(|pid| Pid::from_raw(*pid)) {
                // One that is gone already is as good.
                let _ = kill_process(pid, Signal::KILL);
            }
            let left = || format!("these are left: {processes:?}");
            Ok(if processes.is_empty() { Look::Done(()) } else { Look::NotYet(left()) })
        })
    }

    /// Kills the processes of that name in a cgroup and below it, and waits until they are gone.
    pub(crate) fn kill_named(&self, cgroup: &Path, name: &str) -> Result<(), LabError> {
        wait::until(format!("{name} to end"), END_LIMIT, || {
            let mut named = self.processes(cgroup);
            named.retain(|pid| is_named(*pid, name));
            for pid in named.iter().filter_map(|pid| Pid::from_raw(*pid)) {
                let _ = kill_process(pid, Signal::KILL);
            }
            let left = || format!("these are left: {named:?}");
            Ok(if named.is_empty() { Look::Done(()) } else { Look::NotYet(left()) })
        })
    }

    /// Removes a cgroup and those below it, with whatever runs there, and whoever comes in meanwhile.
    pub(crate) fn destroy(&self, cgroup: &Path) -> Result<(), LabError> {
        wait::until(format!("{} to be removed", cgroup.display()), END_LIMIT, || {
            self.kill(cgroup)?;
            // A process that has just ended may hold its cgroup for another moment.
            let removed = self.all.iter().try_for_each(|tree| remove_tree(&tree.join(cgroup)));
            Ok(match removed {
                Ok(()) => Look::Done(()),
                Err(error) => Look::NotYet(error.to_string()),
            })
        })
    }

    /// Removes a cgroup that has none below it; one that has is left.
    pub(crate) fn remove_if_empty(&self, cgroup: &Path) {
        for tree in &self.all {
            let _ = fs::remove_dir(tree.join(cgroup));
        }
    }
}

/// Whether a process runs a program of that name.
pub(crate) fn is_named(pid: i32, name: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim_end() == name)
}

fn quota(cores: f64) -> u64 {
    (cores * PERIOD).round() as u64
}

fn collect_processes(path: &Path, found: &mut BTreeSet<i32>) {
    let processes = fs::read_to_string(path.join("cgroup.procs")).unwrap_or_default();
    found.extend(processes.lines().filter_map(|pid| pid.parse::<i32>().ok()));
    for child in children(path) {
        collect_processes(&child, found);
    }
}

fn remove_tree(path: &Path) -> io::Result<()> {
    for child in children(path) {
        remove_tree(&child)?;
    }
    match fs::remove_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn children(path: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Cgroups, quota};

    fn machine(files: &[&str]) -> tempfile::TempDir {
        let top = tempfile::tempdir().unwrap();
        for file in files {
            let path = top.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        top
    }

    #[test]
    fn version_2_is_one_tree() {
        let top = machine(&["cgroup.controllers", "cgroup.procs"]);
        let cgroups = Cgroups::detect(top.path()).unwrap();
        assert!(cgroups.unified);
        let script = cgroups.join_script(Path::new("swarmlab/demo/ap1/exec"));
        let procs = top.path().join("swarmlab/demo/ap1/exec/cgroup.procs");
        assert_eq!(script, format!("echo $$ >{}", procs.display()));
    }

    #[test]
    fn version_1_is_a_tree_for_each_controller_whatever_they_are_named_by() {
        let top = machine(&[
            "cpu,cpuacct/cgroup.procs",
            "memory/cgroup.procs",
            "devices/cgroup.procs",
            "unified/cgroup.procs",
            "unified/cgroup.controllers",
        ]);
        std::os::unix::fs::symlink("cpu,cpuacct", top.path().join("cpu")).unwrap();
        let cgroups = Cgroups::detect(top.path()).unwrap();
        assert!(!cgroups.unified);
        assert_eq!((cgroups.joined.len(), cgroups.all.len()), (2, 4));
    }

    #[test]
    fn a_machine_without_cgroups_of_cpu_and_memory_takes_no_lab() {
        assert!(Cgroups::detect(machine(&["memory/cgroup.procs"]).path()).is_none());
        assert!(Cgroups::detect(Path::new("/no/such/folder")).is_none());
    }

    #[test]
    fn limits_are_written_where_each_version_has_them() {
        let version_1 = machine(&["cpu/cgroup.procs", "memory/cgroup.procs"]);
        let cgroups = Cgroups::detect(version_1.path()).unwrap();
        for file in ["cpu/n/cpu.cfs_quota_us", "cpu/n/cpu.cfs_period_us", "memory/n/memory.limit_in_bytes"] {
            let path = version_1.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        cgroups.make_limited(Path::new("n"), 0.245, swarmmanager_units::Bytes::from_mib(1)).unwrap();
        let read = |file: &str| fs::read_to_string(version_1.path().join(file)).unwrap();
        assert_eq!(read("cpu/n/cpu.cfs_quota_us"), "24500");
        assert_eq!(read("cpu/n/cpu.cfs_period_us"), "100000");
        assert_eq!(read("memory/n/memory.limit_in_bytes"), "1048576");

        let version_2 = machine(&["cgroup.controllers", "n/memory.swap.max"]);
        let cgroups = Cgroups::detect(version_2.path()).unwrap();
        cgroups.make_limited(Path::new("n"), 1.5, swarmmanager_units::Bytes::from_mib(1)).unwrap();
        let read = |file: &str| fs::read_to_string(version_2.path().join(file)).unwrap();
        assert_eq!(read("n/cpu.max"), "150000 100000");
        assert_eq!(read("n/memory.max"), "1048576");
        assert_eq!(read("n/memory.swap.max"), "0");
        assert_eq!(quota(0.2453987), 24540);
    }
}
