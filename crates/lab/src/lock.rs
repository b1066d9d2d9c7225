//! One writer for each lab.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::LabError;

/// A lock that is held until it is dropped, or the process ends however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Waits for the lock.
    pub(crate) fn take(path: &Path) -> Result<Self, LabError> {
        loop {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(LabError::file("make", folder))?;
            }
            let file = match File::options().create(true).append(true).open(path) {
                // Whoever held the last lock has just removed the folder.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                file => file.map_err(LabError::file("open", path))?,
            };
            file.lock().map_err(LabError::file("lock", path))?;
            // Whoever held it before may have removed the file; then nobody else would meet us at this one.
            let ours = file.metadata().map_err(LabError::file("look at", path))?.ino();
            if fs::metadata(path).is_ok_and(|there| there.ino() == ours) {
                return Ok(Self { path: path.to_owned(), _file: file });
            }
        }
    }

    /// Removes the lock's file and gives the lock back.
    pub(crate) fn remove(self) -> Result<(), LabError> {
        fs::remove_file(&self.path).map_err(LabError::file("remove", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::Lock;

    #[test]
    fn a_removed_lock_is_made_anew_by_who_waited_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/lab.lock");
        let first = Lock::take(&path).unwrap();
        let (sender, receiver) = mpsc::channel();
        let waiter = thread::spawn({
            let path = path.clone();
            move || {
                let second = Lock::take(&path).unwrap();
                sender.send(()).unwrap();
                second
            }
        });
        assert!(receiver.recv_timeout(Duration::from_millis(100)).is_err(), "two hold the lock");
        first.remove().unwrap();
        receiver.recv_timeout(Duration::from_secs(20)).unwrap();
        let second = waiter.join().unwrap();
        assert!(path.exists());
        second.remove().unwrap();
    }
}
