//! What whoever signs in to a node sees: a file system of the node's own, which begins as this machine's.
//!
//! It is an overlay whose changes are on the node's disk, so that they stay when the node is switched off, and neither
//! this machine nor another node sees them. It is the root of a mount namespace: an engine that somebody installs there
//! finds what it needs to start containers.
//!
//! Of control groups of version 1 it shows those only that this machine has mounted. Debian's script that starts an
//! engine mounts all others, for the machine as a whole and beyond the node's end, and containerd measures no container
//! any more where one is used that it does not find mounted.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::LabError;
use crate::engine_packages::REMOVE;
use crate::mountpoints::DISK;
use crate::node::Node;

/// On the node's disk, beside what Docker keeps there.
const FOLDER: &str = ".inside";

impl Node {
    /// A command that sees the node as whoever signs in to it does: with a file system of its own, which keeps what is
    /// changed in it. The process that is started is the program itself.
    ///
    /// # Errors
    /// [`LabError::Off`].
    pub fn command_inside(&self, program: impl AsRef<OsStr>) -> Result<Command, LabError> {
        self.place().command(self.inside()?, program.as_ref())
    }

    /// The root folder of the node's own file system as it is seen from outside.
    ///
    /// # Errors
    /// [`LabError::Off`].
    pub fn inside_root(&self) -> Result<PathBuf, LabError> {
        Ok(PathBuf::from(format!("/proc/{}/root", self.inside()?)))
    }

    pub(crate) fn inside(&self) -> Result<i32, LabError> {
        self.place().inside().ok_or_else(|| LabError::Off(self.name().to_owned()))
    }

    /// The shell's words that make the file system. No name in it needs quotes.
    pub(crate) fn inside_setup(&self) -> String {
        let folder = Path::new(DISK).join(FOLDER);
        let (first, engine) = match self.spec().engine {
            true => (String::new(), format!("ln -s {} run/docker.sock", self.socket().display())),
            false => (format!("chroot . sh -e <<'REMOVE'\n{REMOVE}REMOVE\n"), self.engine_to_come()),
        };
        format!(
            "cd {folder} 2>/dev/null || {{ mkdir {folder}; cd {folder}; }}
mkdir -p changes work root home tmp
chmod 700 home; chmod 1777 tmp
mount -n -t overlay swarmlab -o lowerdir=/,upperdir={folder}/changes,workdir={folder}/work root
cd root
for own in dev proc sys; do mount -n --rbind /$own $own; done
if [ ! -e /sys/fs/cgroup/cgroup.procs ]; then
while read -r subsystem hierarchy more; do
[ \"$hierarchy\" = 0 ] || echo $subsystem $hierarchy $more
done </proc/cgroups >{folder}/cgroups
mount -n --bind {folder}/cgroups proc/cgroups
fi
mount -n --bind {folder}/home root
mount -n --bind {folder}/tmp tmp
mount -n -t tmpfs -o mode=755 swarmlab run
mkdir -p run/sshd run/lock .{run} .{DISK}
mount -n --bind {run} .{run}
mount -n --bind {DISK} .{DISK}
if [ ! -e {folder}/made ]; then
rm -rf etc/docker etc/ssh/ssh_host_* var/lib/swarmmanager usr/local/bin/swarm-manager
echo {name} >etc/hostname
{first}>{folder}/made
fi
{engine}
mkdir run/machine
pivot_root . run/machine
umount -n -l /run/machine
rmdir /run/machine",
            folder = folder.display(),
            run = self.site().layout.node(self.name()).display(),
            name = self.name(),
        )
    }
}
