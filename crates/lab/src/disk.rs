//! Nodes' disks: files with an ext4 file system in them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use swarmmanager_units::Bytes;

use crate::wait::{self, Look};
use crate::{LabError, program};

const RELEASE_LIMIT: Duration = Duration::from_secs(30);

/// Makes a disk where there is none. It takes room only for what is written to it.
pub(crate) fn make(disk: &Path, size: Bytes) -> Result<(), LabError> {
    if disk.exists() {
        return Ok(());
    }
    let unfinished = disk.with_extension("part");
    let file = File::create(&unfinished).map_err(LabError::file("make", &unfinished))?;
    file.set_len(size.get()).map_err(LabError::file("size", &unfinished))?;
    let mut mkfs = program::helper("mkfs.ext4");
    // No journal: the machine's own file system has one, and killing a node kills no kernel.
    mkfs.args(["-q", "-F", "-m", "0", "-O", "^has_journal", "-E", "lazy_itable_init=1"]).arg(&unfinished);
    program::run(&mut mkfs)?;
    fs::rename(&unfinished, disk).map_err(LabError::file("make", disk))
}

/// Waits until the kernel has let go of all disks at or below a path: it unmounts a namespace's disk some time after
/// the last process in there ended, and a disk that is mounted twice is a broken one.
pub(crate) fn wait_until_released(path: &Path) -> Result<(), LabError> {
    wait::until(format!("the kernel to let go of {}", path.display()), RELEASE_LIMIT, || {
        let held = held_by(Path::new("/sys/block"), path);
        Ok(if held.is_empty() { Look::Done(()) } else { Look::NotYet(format!("{held:?} hold it")) })
    })
}

/// The loop devices of disks at or below a path.
fn held_by(block: &Path, path: &Path) -> Vec<PathBuf> {
    let devices = fs::read_dir(block).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_ours = |device: &PathBuf| {
        let file = fs::read_to_string(device.join("loop/backing_file"));
        file.is_ok_and(|file| Path::new(file.trim_end().trim_end_matches(" (deleted)")).starts_with(path))
    };
    devices.filter(is_ours).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::held_by;

    #[test]
    fn loop_devices_are_found_by_their_disks() {
        let block = tempfile::tempdir().unwrap();
        for (device, file) in [
            ("loop0", "/lib/a/ap1.ext4\n"),
            ("loop1", "/lib/a/ap2.ext4 (deleted)\n"),
            ("loop2", "/lib/ab/ap1.ext4\n"),
        ] {
            fs::create_dir_all(block.path().join(device).join("loop")).unwrap();
            fs::write(block.path().join(device).join("loop/backing_file"), file).unwrap();
        }
        fs::create_dir_all(block.path().join("sda")).unwrap();
        let held = |path: &str| held_by(block.path(), Path::new(path)).len();
        assert_eq!(
            (held("/lib/a"), held("/lib/a/ap1.ext4"), held("/lib/a/ap3.ext4"), held("/lib")),
            (2, 1, 0, 3)
        );
    }
}
