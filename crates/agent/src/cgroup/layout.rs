//! Where the machine has its cgroups.

use std::path::{Path, PathBuf};

/// The two designs of cgroups. On a machine that has both, the controllers are in version 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// A tree for each controller.
    V1,
    /// One tree.
    V2,
}

/// The top directory of each controller's tree; in version 2 they are all the same one. A controller that the
/// kernel was started without has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) version: Version,
    /// CPU time used (`cpuacct`).
    pub(crate) cpu_usage: Option<PathBuf>,
    /// CPU quotas (`cpu`).
    pub(crate) cpu_quota: Option<PathBuf>,
    /// Allowed cores (`cpuset`).
    pub(crate) cpu_set: Option<PathBuf>,
    pub(crate) memory: Option<PathBuf>,
    pub(crate) block_io: Option<PathBuf>,
}

impl Layout {
    /// Looks for the trees under `<sys>/fs/cgroup`; `None` where there are none.
    pub(crate) fn detect(sys: &Path) -> Option<Self> {
        let top = sys.join("fs/cgroup");
        if top.join("cgroup.controllers").exists() {
            return Some(Self::unified(&top));
        }
        // Controllers are often mounted together, with or without links by their single names.
        let tree = |names: &[&str]| {
            names.iter().map(|name| top.join(name)).find(|tree| tree.join("cgroup.procs").exists())
        };
        let layout = Self {
            version: Version::V1,
            cpu_usage: tree(&["cpuacct", "cpu,cpuacct", "cpuacct,cpu"]),
            cpu_quota: tree(&["cpu", "cpu,cpuacct", "cpuacct,cpu"]),
            cpu_set: tree(&["cpuset"]),
            memory: tree(&["memory"]),
            block_io: tree(&["blkio"]),
        };
        layout.tree().is_some().then_some(layout)
    }

    fn unified(top: &Path) -> Self {
        let tree = || Some(top.to_owned());
        Self {
            version: Version::V2,
            cpu_usage: tree(),
            cpu_quota: tree(),
            cpu_set: tree(),
            memory: tree(),
            block_io: tree(),
        }
    }

    /// The tree that stands for all when the shape of it is of interest.
    pub(crate) fn tree(&self) -> Option<&Path> {
        self.cpu_usage.as_deref().or(self.memory.as_deref()).or(self.block_io.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn sys(cgroups: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in cgroups {
            let file = dir.path().join("fs/cgroup").join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        dir
    }

    #[test]
    fn version_2_is_one_tree() {
        let dir = sys(&["cgroup.controllers", "cgroup.procs"]);
        let layout = Layout::detect(dir.path()).unwrap();
        assert_eq!(layout.version, Version::V2);
        assert_eq!(layout.memory, Some(dir.path().join("fs/cgroup")));
    }

    #[test]
    fn a_machine_with_both_has_its_controllers_in_version_1() {
        let dir = sys(&[
            "cpu,cpuacct/cgroup.procs",
            "memory/cgroup.procs",
            "unified/cgroup.controllers",
            "systemd/cgroup.procs",
        ]);
        let layout = Layout::detect(dir.path()).unwrap();
        let together = dir.path().join("fs/cgroup/cpu,cpuacct");
        assert_eq!(layout.version, Version::V1);
        assert_eq!((&layout.cpu_usage, &layout.cpu_quota), (&Some(together.clone()), &Some(together)));
        assert_eq!(layout.block_io, None);
    }

    #[test]
    fn a_machine_without_cgroups_has_no_layout() {
        assert_eq!(Layout::detect(sys(&[]).path()), None);
    }
}
