//! What a cgroup uses: its counters, kept open.

use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::{Layout, Version};
use crate::kernel_file::{KernelFile, ReadBuffer};
use crate::text::{fields, lines, number, number_of, sole_number};

/// The files of one cgroup. Those whose controller is not there, or not yet, are absent.
#[derive(Debug)]
pub(crate) struct CgroupFiles {
    version: Version,
    cpu: Option<KernelFile>,
    memory: Option<KernelFile>,
    memory_stat: Option<KernelFile>,
    last_memory: LastMemory,
    /// Version 2 only; version 1 has it in `memory_stat`.
    swap: Option<KernelFile>,
    block_io: Option<KernelFile>,
}

/// What a cgroup and everything below it has in memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MemoryUse {
    /// Memory in use less the page cache that can be dropped at once, as `docker stats` shows it, in bytes.
    pub(crate) working_set: u64,
    /// In swap, in bytes; of version 2 only where it was asked for.
    pub(crate) swap: u64,
}

/// What was read last. `memory.stat` costs as much as all other files of a container together, and while the use of
/// memory stays the same to the byte, hardly any of it can have become cache.
#[derive(Debug, Default)]
struct LastMemory {
    usage: u64,
    droppable: Option<u64>,
    swap: u64,
    /// How many more readings it holds for.
    holds_for: u32,
}

/// Memory may turn into cache that can be dropped without being more or less: seen after so many readings at most.
const MEMORY_STAT_HOLDS_FOR: u32 = 9;

/// Whether a read failed because its cgroup was removed.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NODEV.raw_os_error())
}

impl CgroupFiles {
    /// Opens the files of `cgroup`, a path below the trees' tops.
    pub(crate) fn open(layout: &Layout, cgroup: &Path) -> Self {
        let mut files = Self {
            version: layout.version,
            cpu: None,
            memory: None,
            memory_stat: None,
            last_memory: LastMemory::default(),
            swap: None,
            block_io: None,
        };
        files.open_missing(layout, cgroup);
        files
    }

    /// The same with swap, which costs one more file in version 2.
    pub(crate) fn open_with_swap(layout: &Layout, cgroup: &Path) -> Self {
        let mut files = Self::open(layout, cgroup);
        if let (Version::V2, Some(tree)) = (layout.version, &layout.memory) {
            files.swap = KernelFile::open(&tree.join(cgroup).join("memory.swap.current")).ok();
        }
        files
    }

    /// Opens what was not there before: the trees of version 1 get a new cgroup one after the other.
    pub(crate) fn open_missing(&mut self, layout: &Layout, cgroup: &Path) {
        let (v1, v2) = (self.version == Version::V1, self.version == Version::V2);
        let open = |file: &mut Option<KernelFile>, tree: &Option<PathBuf>, name: &str| {
            if let (None, Some(tree)) = (&file, tree) {
                *file = KernelFile::open(&tree.join(cgroup).join(name)).ok();
            }
        };
        open(&mut self.cpu, &layout.cpu_usage, if v1 { "cpuacct.usage" } else { "cpu.stat" });
        open(&mut self.memory, &layout.memory, if v1 { "memory.usage_in_bytes" } else { "memory.current" });
        open(&mut self.memory_stat, &layout.memory, "memory.stat");
        open(
            &mut self.block_io,
            &layout.block_io,
            if v2 { "io.stat" } else { "blkio.throttle.io_service_bytes" },
        );
    }

    /// CPU time used so far, in nanoseconds.
    pub(crate) fn cpu_nanos(&self, buffer: &mut ReadBuffer) -> io::Result<Option<u64>> {
        let Some(file) = &self.cpu else { return Ok(None) };
        let text = file.read(buffer)?;
        Ok(match self.version {
            Version::V1 => sole_number(text),
            Version::V2 => number_of(text, b"usage_usec").map(|micros| micros.saturating_mul(1000)),
        })
    }

    /// Memory in use.
    pub(crate) fn memory(&mut self, buffer: &mut ReadBuffer) -> io::Result<Option<MemoryUse>> {
        let (Some(usage), Some(stat)) = (&self.memory, &self.memory_stat) else { return Ok(None) };
        let Some(usage) = sole_number(usage.read(buffer)?) else { return Ok(None) };
        let last = &mut self.last_memory;
        if last.usage == usage && last.holds_for > 0 {
            last.holds_for -= 1;
        } else {
            let stat = stat.read(buffer)?;
            let (droppable, swap) = match self.version {
                Version::V1 => (number_of(stat, b"total_inactive_file"), number_of(stat, b"total_swap")),
                Version::V2 => (number_of(stat, b"inactive_file"), None),
            };
            *last =
                LastMemory { usage, droppable, swap: swap.unwrap_or(0), holds_for: MEMORY_STAT_HOLDS_FOR };
        }
        // The two numbers are not read in one moment; Docker then ignores the second.
        let droppable = last.droppable.filter(|bytes| *bytes < usage);
        let swap = match &self.swap {
            Some(file) => sole_number(file.read(buffer)?).unwrap_or(0),
            None => last.swap,
        };
        Ok(Some(MemoryUse { working_set: usage - droppable.unwrap_or(0), swap }))
    }

    /// Bytes read from and written to block devices so far.
    pub(crate) fn block_io(&self, buffer: &mut ReadBuffer) -> io::Result<Option<(u64, u64)>> {
        let Some(file) = &self.block_io else { return Ok(None) };
        let text = file.read(buffer)?;
        Ok(Some(match self.version {
            Version::V1 => throttle_bytes(text),
            Version::V2 => io_stat_bytes(text),
        }))
    }
}

/// `8:0 Read 4096`, a line for each device and operation.
fn throttle_bytes(text: &[u8]) -> (u64, u64) {
    let (mut read, mut written) = (0_u64, 0_u64);
    for line in lines(text) {
        let mut fields = fields(line).skip(1);
        let (Some(operation), Some(bytes)) = (fields.next(), fields.next().and_then(number)) else {
            continue;
        };
        match operation {
            b"Read" => read = read.saturating_add(bytes),
            b"Write" => written = written.saturating_add(bytes),
            _ => {}
        }
    }
    (read, written)
}

/// `8:0 rbytes=4096 wbytes=0 rios=1 …`, a line for each device.
fn io_stat_bytes(text: &[u8]) -> (u64, u64) {
    let (mut read, mut written) = (0_u64, 0_u64);
    for field in lines(text).flat_map(fields) {
        if let Some(bytes) = field.strip_prefix(b"rbytes=").and_then(number) {
            read = read.saturating_add(bytes);
        } else if let Some(bytes) = field.strip_prefix(b"wbytes=").and_then(number) {
            written = written.saturating_add(bytes);
        }
    }
    (read, written)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join("fs/cgroup").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    fn open(dir: &tempfile::TempDir) -> CgroupFiles {
        CgroupFiles::open(&Layout::detect(dir.path()).unwrap(), Path::new("docker/c"))
    }

    #[test]
    fn version_1_is_read_as_docker_stats_reads_it() {
        let dir = tree(&[
            ("cpuacct/cgroup.procs", ""),
            ("memory/cgroup.procs", ""),
            ("blkio/cgroup.procs", ""),
            ("cpuacct/docker/c/cpuacct.usage", "123456789\n"),
            ("memory/docker/c/memory.usage_in_bytes", "1000000\n"),
            (
                "memory/docker/c/memory.stat",
                "cache 5\ninactive_file 1\ntotal_swap 77\ntotal_inactive_file 400000\n",
            ),
            (
                "blkio/docker/c/blkio.throttle.io_service_bytes",
                "8:0 Read 4096\n8:0 Write 8192\n8:0 Sync 1\n7:1 Read 4\n8:0 Total 12292\nTotal 12292\n",
            ),
        ]);
        let (mut files, mut buffer) = (open(&dir), ReadBuffer::new());
        assert_eq!(files.cpu_nanos(&mut buffer).unwrap(), Some(123456789));
        let memory = files.memory(&mut buffer).unwrap();
        assert_eq!(memory, Some(MemoryUse { working_set: 600000, swap: 77 }));
        assert_eq!(files.block_io(&mut buffer).unwrap(), Some((4100, 8192)));
    }

    #[test]
    fn version_2_is_read_as_docker_stats_reads_it() {
        let dir = tree(&[
            ("cgroup.controllers", "cpu memory io"),
            ("docker/c/cpu.stat", "usage_usec 123456\nuser_usec 1\nsystem_usec 2\n"),
            ("docker/c/memory.current", "1000000\n"),
            ("docker/c/memory.stat", "anon 5\nfile 6\ninactive_file 400000\n"),
            (
                "docker/c/io.stat",
                "8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n7:1 \n8:16 rbytes=4\n",
            ),
        ]);
        let (mut files, mut buffer) = (open(&dir), ReadBuffer::new());
        assert_eq!(files.cpu_nanos(&mut buffer).unwrap(), Some(123456000));
        assert_eq!(files.memory(&mut buffer).unwrap(), Some(MemoryUse { working_set: 600000, swap: 0 }));
        assert_eq!(files.block_io(&mut buffer).unwrap(), Some((4100, 8192)));
    }

    #[test]
    fn a_cache_larger_than_the_use_is_ignored_as_docker_does() {
        let dir = tree(&[
            ("cgroup.controllers", "memory"),
            ("docker/c/memory.current", "1000\n"),
            ("docker/c/memory.stat", "inactive_file 1001\n"),
        ]);
        let memory = open(&dir).memory(&mut ReadBuffer::new()).unwrap().unwrap();
        assert_eq!(memory.working_set, 1000);
    }

    #[test]
    fn cache_is_looked_at_again_when_the_use_changes_and_now_and_then() {
        let dir = tree(&[
            ("cgroup.controllers", "memory"),
            ("docker/c/memory.current", "1000\n"),
            ("docker/c/memory.stat", "inactive_file 100\n"),
        ]);
        let write = |file: &str, text: &str| {
            fs::write(dir.path().join("fs/cgroup/docker/c").join(file), text).unwrap();
        };
        let (mut files, mut buffer) = (open(&dir), ReadBuffer::new());
        let mut working_set = || files.memory(&mut buffer).unwrap().unwrap().working_set;
        assert_eq!(working_set(), 900);
        write("memory.stat", "inactive_file 200\n");
        assert_eq!(working_set(), 900);
        write("memory.current", "1001\n");
        assert_eq!(working_set(), 801);
        write("memory.stat", "inactive_file 300\n");
        let seen_after = (1..100).find(|_| working_set() == 701).unwrap();
        assert_eq!(seen_after, MEMORY_STAT_HOLDS_FOR + 1);
    }

    #[test]
    fn swap_of_version_2_is_in_a_file_of_its_own() {
        let dir = tree(&[
            ("cgroup.controllers", "memory"),
            ("lxc/edge/memory.current", "1000\n"),
            ("lxc/edge/memory.stat", "inactive_file 1\n"),
            ("lxc/edge/memory.swap.current", "4096\n"),
        ]);
        let layout = Layout::detect(dir.path()).unwrap();
        let mut files = CgroupFiles::open_with_swap(&layout, Path::new("lxc/edge"));
        assert_eq!(files.memory(&mut ReadBuffer::new()).unwrap().unwrap().swap, 4096);
    }

    #[test]
    fn a_controller_that_comes_later_is_opened_then() {
        let dir = tree(&[("cpuacct/docker/c/cpuacct.usage", "1\n"), ("cpuacct/cgroup.procs", "")]);
        fs::create_dir_all(dir.path().join("fs/cgroup/memory")).unwrap();
        fs::write(dir.path().join("fs/cgroup/memory/cgroup.procs"), "").unwrap();
        let layout = Layout::detect(dir.path()).unwrap();
        let (mut files, mut buffer) = (open(&dir), ReadBuffer::new());
        assert_eq!(files.memory(&mut buffer).unwrap(), None);

        let cgroup = dir.path().join("fs/cgroup/memory/docker/c");
        fs::create_dir_all(&cgroup).unwrap();
        fs::write(cgroup.join("memory.usage_in_bytes"), "9\n").unwrap();
        fs::write(cgroup.join("memory.stat"), "").unwrap();
        files.open_missing(&layout, Path::new("docker/c"));
        assert_eq!(files.memory(&mut buffer).unwrap().unwrap().working_set, 9);
    }

    proptest! {
        #[test]
        fn no_input_makes_them_fail(text in "(8:0 |Read |Write |rbytes=|wbytes=|[0-9]{1,25}|\\PC|\n){0,30}") {
            let _ = (throttle_bytes(text.as_bytes()), io_stat_bytes(text.as_bytes()));
        }
    }
}
