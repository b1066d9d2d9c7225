//! What whoever signs in to a node sees: a file system of the node's own, which begins as this machine's.
//!
//! It is an overlay whose changes are on the node's disk, so that they stay when the node is switched off, and neither
//! this machine nor another node sees them.

use std::path::{Path, PathBuf};

use crate::layout::Layout;
use crate::mountpoints::DISK;

/// On the node's disk, beside what Docker keeps there.
const FOLDER: &str = ".inside";

/// The root folder, as the node's own namespaces see it.
pub(crate) fn root() -> PathBuf {
    Path::new(DISK).join(FOLDER).join("root")
}

/// The shell's words that make it. No name in it needs quotes.
pub(crate) fn setup(layout: &Layout, node: &str) -> String {
    let folder = Path::new(DISK).join(FOLDER);
    let (folder, root) = (folder.display(), root());
    let root = root.display();
    let run = layout.node(node);
    format!(
        "mkdir -p {folder}/changes {folder}/work {root}
mount -n -t overlay swarmlab -o lowerdir=/,upperdir={folder}/changes,workdir={folder}/work {root}
for own in dev proc sys; do mount -n --rbind /$own {root}/$own; done
mount -n -t tmpfs -o mode=755 swarmlab {root}/run
mkdir -p {root}/run/sshd {root}/run/node {root}{DISK}
mount -n --bind {run} {root}/run/node
mount -n --bind {DISK} {root}{DISK}
ln -s node/docker.sock {root}/run/docker.sock
[ -e {folder}/made ] || rm -rf {root}/root/.ssh {root}/etc/docker {root}/var/lib/swarmmanager
>{folder}/made
",
        run = run.display(),
    )
}
