//! Which containers there are, from the shape of the cgroup tree.
//!
//! A container is a directory named by its 64 hexadecimal digits (Docker's cgroupfs driver, below any cgroup
//! parent) or `docker-<digits>.scope` (its systemd driver). What is below a container belongs to it, containers of
//! an engine inside it too.
//!
//! The kernel keeps a directory's number of children in its link count, so that a look at each known directory
//! tells whether the tree has to be walked again. A directory replaced by another between two looks leaves the
//! count as it was: if it was a container, its files say that it is gone; for the rest there is a walk now and then.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, fstat};
use swarmmanager_units::ContainerId;
use tracing::warn;

use crate::directory::{EntryBuffer, open_directory};

/// How long a replaced directory may go unnoticed.
const WALK_INTERVAL: Duration = Duration::from_secs(10);

/// A tree with more directories is not followed to its end.
const MAX_DIRECTORIES: usize = 4096;

/// No more containers are measured: managers refuse a report of more.
const MAX_CONTAINERS: usize = 1000;

/// A container and its cgroup, as a path below the trees' tops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: ContainerId,
    pub(crate) cgroup: PathBuf,
}

/// The known part of a cgroup tree.
#[derive(Debug)]
pub(crate) struct Discovery {
    tree: PathBuf,
    top: PathBuf,
    /// Every directory that is no container, with the number of links that it had before it was read.
    known: Vec<(OwnedFd, u64)>,
    walk_due: Option<Instant>,
    entries: EntryBuffer,
    full: bool,
}

impl Discovery {
    /// Looks in `tree`, at `top` (a path in it) and below.
    pub(crate) fn new(tree: &Path, top: &Path) -> Self {
        Self {
            tree: tree.to_owned(),
            top: top.to_owned(),
            known: Vec::new(),
            walk_due: None,
            entries: EntryBuffer::new(),
            full: false,
        }
    }

    /// Makes the next look walk the tree, whatever the link counts say.
    pub(crate) fn suspect_change(&mut self) {
        self.walk_due = None;
    }

    /// All containers, if they may have changed since the last look.
    pub(crate) fn look(&mut self, now: Instant) -> io::Result<Option<Vec<Found>>> {
        let due = self.walk_due.is_none_or(|due| now >= due);
        if !due && self.known.iter().all(|(directory, links)| links_of(directory).ok() == Some(*links)) {
            return Ok(None);
        }
        let found = self.walk()?;
        self.walk_due = Some(now + WALK_INTERVAL);
        Ok(Some(found))
    }

    fn walk(&mut self) -> io::Result<Vec<Found>> {
        let mut known = std::mem::take(&mut self.known);
        known.clear();
        let mut found = Vec::new();
        let mut pending = vec![self.top.clone()];
        while let Some(path) = pending.pop() {
            if known.len() == MAX_DIRECTORIES {
                self.warn_full();
                break;
            }
            match self.read(&path, &mut found, &mut pending) {
                Ok(directory) => known.push(directory),
                Err(error) if path == self.top => return Err(error),
                // It was removed since its parent was read.
                Err(_) => {}
            }
        }
        self.known = known;
        if found.len() > MAX_CONTAINERS {
            self.warn_full();
            found.truncate(MAX_CONTAINERS);
        }
        Ok(found)
    }

    fn read(
        &mut self,
        path: &Path,
        found: &mut Vec<Found>,
        pending: &mut Vec<PathBuf>,
    ) -> io::Result<(OwnedFd, u64)> {
        let directory = open_directory(CWD, self.tree.join(path))?;
        let links = links_of(&directory)?;
        let each = |entry: &rustix::fs::RawDirEntry<'_>| {
            if entry.file_type() != FileType::Directory {
                return;
            }
            // Paths that are no text are none of Docker's.
            let Ok(name) = entry.file_name().to_str() else { return };
            match container_in(name) {
                Some(id) => found.push(Found { id, cgroup: path.join(name) }),
                None => pending.push(path.join(name)),
            }
        };
        self.entries.for_each(&directory, each, || false)?;
        Ok((directory, links))
    }

    fn warn_full(&mut self) {
        if !std::mem::replace(&mut self.full, true) {
            warn!("there are more cgroups than are looked at; some containers are not measured");
        }
    }
}

fn links_of(directory: &OwnedFd) -> io::Result<u64> {
    Ok(fstat(directory)?.st_nlink)
}

/// The container that a cgroup's name stands for, if it is one of Docker's.
pub(crate) fn container_in(name: &str) -> Option<ContainerId> {
    let id = name.strip_prefix("docker-").and_then(|name| name.strip_suffix(".scope")).unwrap_or(name);
    ContainerId::from_hex(id)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn found(top: &str, directories: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for directory in directories {
            fs::create_dir_all(dir.path().join(directory)).unwrap();
        }
        let mut all: Vec<String> = Discovery::new(dir.path(), Path::new(top))
            .walk()
            .unwrap()
            .into_iter()
            .map(|found| found.cgroup.to_str().unwrap().to_owned())
            .collect();
        all.sort();
        all
    }

    #[test]
    fn containers_are_found_in_every_layout_of_docker_s() {
        let cgroupfs = [format!("docker/{A}"), format!("swarmlab/lab/ap1/{B}"), "docker/buildkit".to_owned()];
        let systemd = [format!("system.slice/docker-{A}.scope"), "system.slice/ssh.service".to_owned()];
        let podman = [format!("machine.slice/libpod-{A}.scope"), format!("docker/{}", &A[1..])];
        assert_eq!(found("", &cgroupfs.each_ref().map(|s| &**s)), cgroupfs[..2]);
        assert_eq!(found("", &systemd.each_ref().map(|s| &**s)), systemd[..1]);
        assert_eq!(found("", &podman.each_ref().map(|s| &**s)), [""; 0]);
    }

    #[test]
    fn a_scope_sees_only_what_is_below_it() {
        let (inside, outside) = (format!("swarmlab/lab/ap1/{A}"), format!("swarmlab/lab/ap2/{B}"));
        assert_eq!(found("swarmlab/lab/ap1", &[&inside, &outside]), [inside.as_str()]);
    }

    #[test]
    fn containers_in_a_container_belong_to_it() {
        let (outer, inner) = (format!("docker/{A}"), format!("docker/{A}/docker/{B}"));
        assert_eq!(found("", &[&outer, &inner]), [outer.as_str()]);
    }

    #[test]
    fn a_look_at_an_unchanged_tree_finds_nothing_new() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("docker")).unwrap();
        let mut discovery = Discovery::new(dir.path(), Path::new(""));
        let start = Instant::now();
        assert_eq!(discovery.look(start).unwrap(), Some(vec![]));
        assert_eq!(discovery.look(start).unwrap(), None);

        fs::create_dir(dir.path().join("docker").join(A)).unwrap();
        assert_eq!(discovery.look(start).unwrap().unwrap().len(), 1);
        assert_eq!(discovery.look(start).unwrap(), None);

        fs::remove_dir(dir.path().join("docker").join(A)).unwrap();
        fs::create_dir(dir.path().join("docker").join(B)).unwrap();
        assert_eq!(discovery.look(start).unwrap(), None, "one directory replaced another");
        assert_eq!(discovery.look(start + WALK_INTERVAL).unwrap().unwrap().len(), 1);
        discovery.suspect_change();
        assert!(discovery.look(start).unwrap().is_some());
    }

    #[test]
    fn a_tree_that_is_not_there_is_an_error_and_not_an_empty_one() {
        assert!(Discovery::new(Path::new("/nonexistent"), Path::new("")).look(Instant::now()).is_err());
    }
}
