//! A process of each new container, to read the container's network through it.
//!
//! The processes that a cgroup's files list are numbered as the reader's PID namespace sees them, and a
//! container's reader sees none of them. The node's `/proc` shows every process and its cgroups, so that is asked,
//! once for all containers that are new.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::CWD;
use swarmmanager_units::ContainerId;

use super::discovery::container_in;
use crate::directory::{EntryBuffer, open_directory};
use crate::kernel_file::{ReadBuffer, read_once};
use crate::text::{lines, split_once};

/// For each container of `wanted` that has a process the directory of that process below `proc`.
pub(crate) fn find(
    proc: &Path,
    wanted: &[ContainerId],
    buffer: &mut ReadBuffer,
) -> io::Result<BTreeMap<ContainerId, PathBuf>> {
    let mut found: BTreeMap<ContainerId, (Membership, PathBuf)> = BTreeMap::new();
    let each = |entry: &rustix::fs::RawDirEntry<'_>| {
        let Ok(name) = entry.file_name().to_str() else { return };
        if !name.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let process = proc.join(name);
        // A process may end at any time.
        let Ok(cgroups) = read_once(&process.join("cgroup"), buffer) else { return };
        if let Some((id, membership)) = container_of(cgroups, wanted) {
            let known = found.get(&id);
            if known.is_none_or(|(known, _)| membership > *known) {
                found.insert(id, (membership, process));
            }
        }
    };
    EntryBuffer::new().for_each(&open_directory(CWD, proc)?, each, || false)?;
    Ok(found.into_iter().map(|(id, (_, process))| (id, process)).collect())
}

/// How a process belongs to a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Membership {
    /// In a cgroup below the container's, such as that of a container in the container.
    Below,
    /// In the container's own cgroup.
    Own,
}

/// The container that a process with these cgroups (the text of `/proc/<pid>/cgroup`) belongs to.
///
/// A reader in a cgroup namespace of its own sees paths such as `/../../docker/<id>`.
fn container_of(cgroups: &[u8], wanted: &[ContainerId]) -> Option<(ContainerId, Membership)> {
    let paths =
        lines(cgroups).filter_map(|line| split_once(split_once(line, b':')?.1, b':')).map(|(_, path)| path);
    let mut below = None;
    for path in paths.filter_map(|path| std::str::from_utf8(path).ok()) {
        let mut containers = path.split('/').filter_map(container_in);
        let outermost = containers.find(|id| wanted.contains(id));
        let Some(outermost) = outermost else { continue };
        if path.rsplit('/').next().and_then(container_in) == Some(outermost) {
            return Some((outermost, Membership::Own));
        }
        below = Some((outermost, Membership::Below));
    }
    below
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn check(cgroups: &str, expected: Option<Membership>) {
        let id = ContainerId::from_hex(A).unwrap();
        assert_eq!(container_of(cgroups.as_bytes(), &[id]), expected.map(|how| (id, how)), "{cgroups}");
    }

    #[test]
    fn a_process_is_known_by_its_cgroups_in_every_layout() {
        check(&format!("9:name=systemd:/docker/{A}\n4:memory:/docker/{A}\n0::/\n"), Some(Membership::Own));
        check(&format!("0::/system.slice/docker-{A}.scope\n"), Some(Membership::Own));
        check(&format!("0::/../../swarmlab/lab/ap1/{A}\n"), Some(Membership::Own));
        check(&format!("0::/../docker-{A}.scope/init\n"), Some(Membership::Below));
        check(&format!("4:memory:/docker/{A}/docker/{B}\n"), Some(Membership::Below));
        check(&format!("4:memory:/docker/{B}\n"), None);
        check("0::/\n", None);
    }

    #[test]
    fn the_container_s_own_process_is_preferred_to_one_further_down() {
        let dir = tempfile::tempdir().unwrap();
        for (pid, cgroup) in [
            ("7", "/".to_owned()),
            ("80", format!("/docker/{A}/docker/{B}")),
            ("9000", format!("/docker/{A}")),
            ("self", format!("/docker/{A}")),
        ] {
            fs::create_dir(dir.path().join(pid)).unwrap();
            fs::write(dir.path().join(pid).join("cgroup"), format!("4:memory:{cgroup}\n")).unwrap();
        }
        fs::create_dir(dir.path().join("666")).unwrap();
        let id = ContainerId::from_hex(A).unwrap();
        let found = find(dir.path(), &[id], &mut ReadBuffer::new()).unwrap();
        assert_eq!(found, BTreeMap::from([(id, dir.path().join("9000"))]));
    }

    proptest! {
        #[test]
        fn no_input_makes_it_fail(text in "([0-9]{0,2}:?\\PC{0,9}:?/?[a-f0-9]{0,70}\n?){0,4}") {
            let _ = container_of(text.as_bytes(), &[ContainerId::from_hex(A).unwrap()]);
        }
    }
}
