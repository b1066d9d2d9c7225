//! The size of containers' writable layers, measured a few files at a time.
//!
//! It counts what `docker ps --size` counts: the lengths of the files, those with several names once. Containers
//! write what they like into their layers, so a walk follows no symbolic link, leaves no file system, and reads a
//! bounded number of entries a second; a layer too deep or too wide to remember the way through has no size.

use std::collections::HashSet;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, fstat, statat};
use swarmmanager_units::ContainerId;

use crate::directory::{EntryBuffer, open_directory};

/// Files with several names that a walk remembers to have counted.
const MAX_SEVERAL_NAMES: usize = 8192;

/// Bytes of paths that a walk remembers to go to.
const MAX_PENDING: usize = 256 << 10;

/// A directory further down is given up.
const MAX_DEPTH: usize = 64;

/// Storage drivers whose layers are plain directories, `<driver>/<mount id>/diff`.
const DRIVERS: [&str; 2] = ["overlay2", "fuse-overlayfs"];

/// A walk through one container's layer.
#[derive(Debug)]
pub(crate) struct LayerWalk {
    top: OwnedFd,
    device: u64,
    /// Directories to go to, as paths from the top.
    pending: Vec<Vec<u8>>,
    pending_bytes: usize,
    current: Option<(OwnedFd, Vec<u8>)>,
    several_names: HashSet<u64>,
    bytes: u64,
}

/// How far a walk got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to read.
    Underway,
    /// The layer's size in bytes.
    Finished(u64),
    /// The layer is too deep or too wide.
    GivenUp,
}

impl LayerWalk {
    /// Starts at the layer of `container`, if the storage driver has one that can be walked.
    pub(crate) fn start(docker_root: &Path, container: &ContainerId) -> Option<Self> {
        let id = container.to_string();
        let layer = DRIVERS.iter().find_map(|driver| {
            let mounts = docker_root.join("image").join(driver).join("layerdb/mounts");
            let mount_id = std::fs::read_to_string(mounts.join(&id).join("mount-id")).ok()?;
            let mount_id = mount_id.trim();
            let plain = !mount_id.is_empty() && mount_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            plain.then(|| docker_root.join(driver).join(mount_id).join("diff"))
        })?;
        Self::at(&layer).ok()
    }

    fn at(layer: &Path) -> io::Result<Self> {
        let top = open_directory(CWD, layer)?;
        let device = fstat(&top)?.st_dev;
        let pending = vec![Vec::new()];
        Ok(Self {
            top,
            device,
            pending,
            pending_bytes: 0,
            current: None,
            several_names: HashSet::new(),
            bytes: 0,
        })
    }

    /// Reads on until about `budget` entries are read (a buffer's worth more at most), and takes them off it.
    pub(crate) fn advance(&mut self, budget: &mut usize, entries: &mut EntryBuffer) -> Progress {
        while *budget > 0 {
            let Some((directory, path)) = self.current.take().or_else(|| self.next_directory(budget)) else {
                if self.pending.is_empty() {
                    return Progress::Finished(self.bytes);
                }
                continue;
            };
            let mut given_up = false;
            let left = std::cell::Cell::new(*budget);
            let finished = entries.for_each(
                &directory,
                |entry| {
                    left.set(left.get().saturating_sub(1));
                    given_up |= !self.count(&directory, &path, entry);
                },
                || left.get() == 0,
            );
            *budget = left.get();
            if given_up {
                return Progress::GivenUp;
            }
            if let Ok(false) = finished {
                self.current = Some((directory, path));
            }
        }
        Progress::Underway
    }

    /// Opens the next directory; those that vanished or belong to another file system count as read.
    fn next_directory(&mut self, budget: &mut usize) -> Option<(OwnedFd, Vec<u8>)> {
        let path = self.pending.pop()?;
        self.pending_bytes -= path.len();
        *budget = budget.saturating_sub(1);
        let mut directory = open_directory(&self.top, c".").ok()?;
        for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            directory = open_directory(&directory, name).ok()?;
        }
        (fstat(&directory).ok()?.st_dev == self.device).then_some((directory, path))
    }

    /// Adds one entry; false if there is no room to remember it.
    fn count(&mut self, directory: impl AsFd, path: &[u8], entry: &rustix::fs::RawDirEntry<'_>) -> bool {
        let name = entry.file_name();
        // Some file systems do not tell the type along with the name.
        if entry.file_type() == FileType::Directory {
            return self.remember(path, name.to_bytes());
        }
        let Ok(stat) = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) else { return true };
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            return self.remember(path, name.to_bytes());
        }
        if stat.st_nlink > 1 {
            if self.several_names.len() == MAX_SEVERAL_NAMES {
                return false;
            }
            if !self.several_names.insert(stat.st_ino) {
                return true;
            }
        }
        self.bytes = self.bytes.saturating_add(u64::try_from(stat.st_size).unwrap_or(0));
        true
    }

    fn remember(&mut self, path: &[u8], name: &[u8]) -> bool {
        let depth = path.iter().filter(|byte| **byte == b'/').count();
        let path = [path, b"/", name].concat();
        self.pending_bytes += path.len();
        if self.pending_bytes > MAX_PENDING || depth == MAX_DEPTH {
            return false;
        }
        self.pending.push(path);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    const ID: &str = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";

    /// A data root with one container, and the path of its layer.
    fn docker_root() -> (TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let mounts = dir.path().join("image/overlay2/layerdb/mounts").join(ID);
        fs::create_dir_all(&mounts).unwrap();
        fs::write(mounts.join("mount-id"), "0123abcd").unwrap();
        let layer = dir.path().join("overlay2/0123abcd/diff");
        fs::create_dir_all(&layer).unwrap();
        (dir, layer)
    }

    fn start(root: &TempDir) -> Option<LayerWalk> {
        LayerWalk::start(root.path(), &ContainerId::from_hex(ID).unwrap())
    }

    fn size(root: &TempDir) -> Progress {
        start(root).unwrap().advance(&mut 1_000_000, &mut EntryBuffer::new())
    }

    #[test]
    fn files_count_by_their_length_and_once_however_many_names_they_have() {
        let (root, layer) = docker_root();
        fs::create_dir_all(layer.join("a/b")).unwrap();
        fs::write(layer.join("one"), vec![1; 1000]).unwrap();
        fs::write(layer.join("a/b/two"), vec![1; 200]).unwrap();
        fs::hard_link(layer.join("one"), layer.join("a/again")).unwrap();
        assert_eq!(size(&root), Progress::Finished(1200));
    }

    #[test]
    fn symbolic_links_lead_nowhere() {
        let (root, layer) = docker_root();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("large"), vec![1; 100_000]).unwrap();
        symlink(outside.path(), layer.join("link")).unwrap();
        let Progress::Finished(bytes) = size(&root) else { panic!("not finished") };
        assert_eq!(bytes, outside.path().as_os_str().len() as u64, "the link's own length");
    }

    #[test]
    fn a_walk_goes_on_over_many_small_steps() {
        let (root, layer) = docker_root();
        for directory in 0..20 {
            let directory = layer.join(format!("d{directory}"));
            fs::create_dir(&directory).unwrap();
            for file in 0..300 {
                fs::write(directory.join(format!("f{file}")), [0; 3]).unwrap();
            }
        }
        let (mut walk, mut entries, mut steps) = (start(&root).unwrap(), EntryBuffer::new(), 0);
        let bytes = loop {
            steps += 1;
            match walk.advance(&mut 50, &mut entries) {
                Progress::Underway => {}
                Progress::Finished(bytes) => break bytes,
                Progress::GivenUp => panic!("given up"),
            }
        };
        assert_eq!(bytes, 20 * 300 * 3);
        assert!(steps > 20, "{steps} steps");
    }

    #[test]
    fn a_layer_too_deep_has_no_size() {
        let (root, layer) = docker_root();
        fs::create_dir_all(layer.join("d/".repeat(MAX_DEPTH + 2))).unwrap();
        assert_eq!(size(&root), Progress::GivenUp);
    }

    #[test]
    fn a_container_without_a_layer_to_walk_has_none() {
        let (root, _) = docker_root();
        assert!(LayerWalk::start(root.path(), &ContainerId::from_bytes([0; 32])).is_none());
        fs::write(root.path().join(format!("image/overlay2/layerdb/mounts/{ID}/mount-id")), "../../etc")
            .unwrap();
        assert!(start(&root).is_none());
    }
}
