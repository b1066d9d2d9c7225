//! The file system of Docker's data root.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::fstatvfs;

/// The data root, kept open.
#[derive(Debug)]
pub(crate) struct DiskProbe(OwnedFd);

impl DiskProbe {
    pub(crate) fn open(docker_root: &Path) -> io::Result<Self> {
        Ok(Self(File::open(docker_root)?.into()))
    }

    /// Total and used bytes, as `df` counts them.
    pub(crate) fn sample(&self) -> io::Result<(u64, u64)> {
        let stat = fstatvfs(&self.0)?;
        let used = stat.f_blocks.saturating_sub(stat.f_bfree);
        Ok((stat.f_blocks.saturating_mul(stat.f_frsize), used.saturating_mul(stat.f_frsize)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_tells_the_size_of_its_file_system() {
        let dir = tempfile::tempdir().unwrap();
        let (total, used) = DiskProbe::open(dir.path()).unwrap().sample().unwrap();
        assert!(total > 0 && used <= total, "{used} of {total}");
    }
}
