//! Files that the kernel writes anew for each read: opened once, read again and again from their start.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::fstat;
use rustix::io::pread;

/// Room for the text of one file, shared by all reads.
#[derive(Debug)]
pub(crate) struct ReadBuffer(Vec<u8>);

/// Files in `/proc` come in whole records, a page at a time. No record is as long as half a page, so a piece shorter
/// than that was the last, and asking for more would only cost a call.
const HALF_A_PAGE: usize = 2048;

/// No file that is read here is longer; a longer one is cut.
const MAX_LENGTH: usize = 1 << 20;

impl ReadBuffer {
    pub(crate) fn new() -> Self {
        Self(vec![0; 8192])
    }
}

/// A file of `/proc`, `/sys` or a cgroup that stays open.
#[derive(Debug)]
pub(crate) struct KernelFile(OwnedFd);

impl KernelFile {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(File::open(path)?.into()))
    }

    /// The file's text as of now.
    pub(crate) fn read<'b>(&self, buffer: &'b mut ReadBuffer) -> io::Result<&'b [u8]> {
        let room = &mut buffer.0;
        let mut length = 0;
        loop {
            let count = pread(&self.0, &mut room[length..], length as u64)?;
            length += count;
            let full = length == room.len();
            if count == 0 || (count < HALF_A_PAGE && !full) || length >= MAX_LENGTH {
                return Ok(&room[..length]);
            }
            if full {
                room.resize(length * 2, 0);
            }
        }
    }

    /// What tells files of one file system apart. Each network namespace has a `net/dev` of its own.
    pub(crate) fn inode(&self) -> io::Result<u64> {
        Ok(fstat(&self.0)?.st_ino)
    }
}

/// Opens, reads and closes a file that is looked at rarely.
pub(crate) fn read_once<'b>(path: &Path, buffer: &'b mut ReadBuffer) -> io::Result<&'b [u8]> {
    KernelFile::open(path)?.read(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_however_long_and_anew_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut buffer = ReadBuffer::new();
        std::fs::write(&path, "short").unwrap();
        let file = KernelFile::open(&path).unwrap();
        assert_eq!(file.read(&mut buffer).unwrap(), b"short");
        for length in [2047, 2048, 8191, 8192, 8193, 100_000] {
            let text = vec![b'x'; length];
            std::fs::write(&path, &text).unwrap();
            assert_eq!(file.read(&mut buffer).unwrap(), text);
        }
        std::fs::write(&path, "").unwrap();
        assert_eq!(file.read(&mut buffer).unwrap(), b"");
    }
}
