//! Where a lab's things are. Everything is named after the lab, so that it is found by that name alone.

use std::path::{Path, PathBuf};

/// Sockets, logs and locks: gone after a reboot, as the processes are.
pub(crate) const RUN: &str = "/run/swarmlab";
/// Disks, the registry's images and what the lab remembers of itself.
const LIB: &str = "/var/lib/swarmlab";
/// The cgroup above all labs.
pub(crate) const CGROUP: &str = "swarmlab";

/// The places of one lab.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    lab: String,
}

impl Layout {
    pub(crate) fn new(lab: &str) -> Self {
        Self { lab: lab.to_owned() }
    }

    pub(crate) fn lab(&self) -> &str {
        &self.lab
    }

    /// Held by whoever changes the lab.
    pub(crate) fn lock(&self) -> PathBuf {
        Path::new(RUN).join(format!("{}.lock", self.lab))
    }

    pub(crate) fn run(&self) -> PathBuf {
        Path::new(RUN).join(&self.lab)
    }

    pub(crate) fn lib(&self) -> PathBuf {
        Path::new(LIB).join(&self.lab)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.lib().join("lab.json")
    }

    pub(crate) fn registry_images(&self) -> PathBuf {
        self.lib().join("registry")
    }

    pub(crate) fn disk(&self, node: &str) -> PathBuf {
        self.lib().join(format!("{node}.ext4"))
    }

    /// The sockets, logs and run-time files of a node.
    pub(crate) fn node(&self, node: &str) -> PathBuf {
        self.run().join(node)
    }

    pub(crate) fn socket(&self, node: &str) -> PathBuf {
        self.node(node).join("docker.sock")
    }

    pub(crate) fn engine_log(&self, node: &str) -> PathBuf {
        self.node(node).join("dockerd.log")
    }

    pub(crate) fn cgroup(&self) -> PathBuf {
        Path::new(CGROUP).join(&self.lab)
    }
}

/// The labs that there are, also half-made ones.
pub(crate) fn labs() -> Vec<String> {
    let folders = [RUN, LIB].into_iter().flat_map(std::fs::read_dir).flatten().flatten();
    let mut labs: Vec<String> = folders
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    labs.sort();
    labs.dedup();
    labs
}

/// Removes the folders above all labs where no lab is left.
pub(crate) fn remove_tops() {
    for top in [RUN, LIB] {
        // One that holds something is another lab's.
        let _ = std::fs::remove_dir(top);
    }
}
