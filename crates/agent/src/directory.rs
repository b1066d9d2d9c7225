//! Reading directories through a buffer that is kept.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{Mode, OFlags, RawDir, RawDirEntry, openat};
use rustix::path::Arg;

/// Room for the entries that the kernel hands out at a time.
#[derive(Debug)]
pub(crate) struct EntryBuffer(Box<[MaybeUninit<u8>]>);

impl EntryBuffer {
    pub(crate) fn new() -> Self {
        Self(Box::new_uninit_slice(4096))
    }

    /// Calls `each` for the entries that are left in an open directory, but `.` and `..`, until it says to stop.
    /// It is not asked in the midst of what the kernel handed out together, so that a later call goes on where this
    /// one stopped. Says whether the end was reached.
    pub(crate) fn for_each(
        &mut self,
        directory: impl AsFd,
        mut each: impl FnMut(&RawDirEntry<'_>),
        mut stop: impl FnMut() -> bool,
    ) -> io::Result<bool> {
        let mut entries = RawDir::new(directory, &mut self.0);
        loop {
            if entries.is_buffer_empty() && stop() {
                return Ok(false);
            }
            let Some(entry) = entries.next() else { return Ok(true) };
            let entry = entry?;
            if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
                each(&entry);
            }
        }
    }
}

/// Opens a directory below another, never through a symbolic link in its place.
pub(crate) fn open_directory(parent: impl AsFd, name: impl Arg) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(parent, name, flags, Mode::empty())?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use rustix::fs::CWD;

    use super::*;

    #[test]
    fn a_stopped_reading_goes_on_without_losing_or_repeating_an_entry() {
        let dir = tempfile::tempdir().unwrap();
        let names: BTreeSet<String> = (0..500).map(|n| format!("file-{n}")).collect();
        for name in &names {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let open = open_directory(CWD, dir.path()).unwrap();
        let (mut buffer, mut found, mut calls) = (EntryBuffer::new(), Vec::new(), 0);
        loop {
            calls += 1;
            let mut reads = 0;
            let done = buffer
                .for_each(
                    &open,
                    |entry| found.push(entry.file_name().to_str().unwrap().to_owned()),
                    || {
                        reads += 1;
                        reads > 1
                    },
                )
                .unwrap();
            if done {
                break;
            }
        }
        assert!(calls > 1);
        assert_eq!(found.len(), names.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), names);
    }

    #[test]
    fn a_symbolic_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/", dir.path().join("link")).unwrap();
        assert!(open_directory(CWD, dir.path().join("link")).is_err());
    }
}
