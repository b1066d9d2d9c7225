//! The machine's own folders that nodes mount theirs over: Docker's fixed ones, which differ for each node.
//!
//! Where one is missing it is made, and removed with the last lab.

use std::fs;
use std::path::{Path, PathBuf};

use crate::LabError;
use crate::layout::{self, RUN};
use crate::lock::Lock;

/// Where a node has its disk.
pub(crate) const DISK: &str = "/var/lib/docker";
/// What an engine reads or writes whatever its options say; an empty one for each node.
pub(crate) const PRIVATE: [&str; 4] = ["/etc/docker", "/opt/containerd", "/run/containerd", "/run/docker"];

/// Makes those that are missing.
pub(crate) fn make() -> Result<(), LabError> {
    let _lock = lock()?;
    let mut made = noted();
    for folder in PRIVATE.iter().chain([&DISK]).map(PathBuf::from).filter(|folder| !folder.exists()) {
        made.push(folder.display().to_string());
        fs::write(note(), made.join("\n")).map_err(LabError::file("write", note()))?;
        fs::create_dir_all(&folder).map_err(LabError::file("make", &folder))?;
    }
    Ok(())
}

/// Removes those that were made, once there is no lab left.
pub(crate) fn remove() -> Result<(), LabError> {
    let lock = lock()?;
    if !layout::labs().is_empty() {
        return Ok(());
    }
    for folder in noted() {
        // One that is in use by now is another's.
        let _ = fs::remove_dir(folder);
    }
    if note().exists() {
        fs::remove_file(note()).map_err(LabError::file("remove", note()))?;
    }
    lock.remove()?;
    layout::remove_tops();
    Ok(())
}

fn noted() -> Vec<String> {
    fs::read_to_string(note()).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn note() -> PathBuf {
    Path::new(RUN).join(".mountpoints")
}

fn lock() -> Result<Lock, LabError> {
    Lock::take(&Path::new(RUN).join(".mountpoints.lock"))
}
