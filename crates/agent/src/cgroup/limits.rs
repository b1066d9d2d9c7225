//! What a cgroup may use: the smallest limit on the way up from it.

use std::path::Path;

use super::{Layout, Version};
use crate::kernel_file::{ReadBuffer, read_once};
use crate::text::{fields, lines, number, sole_number, split_once};

/// Limits that are in force for a cgroup, whether set on itself or above it; `None` is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Limits {
    /// Cores, with fractions: the quota's share of its period, or the number of allowed cores if that is less.
    pub(crate) cores: Option<f64>,
    /// In bytes.
    pub(crate) memory: Option<u64>,
    /// In bytes.
    pub(crate) swap: Option<u64>,
}

/// Version 1 writes "no limit" as the largest number of whole pages; no machine has so much memory.
const NO_LIMIT: u64 = 1 << 60;

impl Limits {
    /// Reads the limits of `cgroup`, a path below the trees' tops.
    pub(crate) fn read(layout: &Layout, cgroup: &Path, buffer: &mut ReadBuffer) -> Self {
        let mut limits = Self { cores: allowed_cores(layout, cgroup, buffer), ..Self::default() };
        for level in cgroup.ancestors() {
            let here = Self::set_on(layout, level, buffer);
            limits.cores = smaller(limits.cores, here.cores);
            limits.memory = smaller(limits.memory, here.memory);
            limits.swap = smaller(limits.swap, here.swap);
        }
        limits
    }

    /// What is set on one level itself.
    fn set_on(layout: &Layout, level: &Path, buffer: &mut ReadBuffer) -> Self {
        let quota = layout.cpu_quota.as_ref().map(|tree| tree.join(level));
        let memory = layout.memory.as_ref().map(|tree| tree.join(level));
        match layout.version {
            Version::V1 => {
                let memory_limit = memory.as_ref().and_then(|d| bytes(d, "memory.limit_in_bytes", buffer));
                let with_swap = memory.as_ref().and_then(|d| bytes(d, "memory.memsw.limit_in_bytes", buffer));
                Self {
                    cores: quota.and_then(|d| quota_v1(&d, buffer)),
                    memory: memory_limit,
                    swap: with_swap.map(|both| both.saturating_sub(memory_limit.unwrap_or(0))),
                }
            }
            Version::V2 => Self {
                cores: quota.and_then(|d| quota_v2(read_once(&d.join("cpu.max"), buffer).ok()?)),
                memory: memory.as_ref().and_then(|d| bytes(d, "memory.max", buffer)),
                swap: memory.as_ref().and_then(|d| bytes(d, "memory.swap.max", buffer)),
            },
        }
    }
}

fn smaller<T: PartialOrd>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b < a { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn bytes(directory: &Path, file: &str, buffer: &mut ReadBuffer) -> Option<u64> {
    // "max" is no number, so that is no limit either.
    sole_number(read_once(&directory.join(file), buffer).ok()?).filter(|bytes| *bytes < NO_LIMIT)
}

/// `cpu.cfs_quota_us` is -1 where there is no quota.
fn quota_v1(directory: &Path, buffer: &mut ReadBuffer) -> Option<f64> {
    let quota = sole_number(read_once(&directory.join("cpu.cfs_quota_us"), buffer).ok()?)?;
    let period = sole_number(read_once(&directory.join("cpu.cfs_period_us"), buffer).ok()?)?;
    share(quota, period)
}

/// `cpu.max` is `50000 100000`, or `max 100000` where there is no quota.
fn quota_v2(text: &[u8]) -> Option<f64> {
    let mut fields = fields(text).map(number);
    share(fields.next()??, fields.next()??)
}

fn share(quota: u64, period: u64) -> Option<f64> {
    (quota > 0 && period > 0).then(|| quota as f64 / period as f64)
}

/// How many cores the cgroup may run on. The file that says what is in force takes the levels above into account.
fn allowed_cores(layout: &Layout, cgroup: &Path, buffer: &mut ReadBuffer) -> Option<f64> {
    let directory = layout.cpu_set.as_ref()?.join(cgroup);
    let file = match layout.version {
        Version::V1 => "cpuset.effective_cpus",
        Version::V2 => "cpuset.cpus.effective",
    };
    core_list(read_once(&directory.join(file), buffer).ok()?).map(|cores| cores as f64)
}

/// Counts the cores of a list such as `0-3,7`.
fn core_list(text: &[u8]) -> Option<u64> {
    let list = lines(text).next()?.trim_ascii();
    let count = list.split(|byte| *byte == b',').try_fold(0_u64, |count, range| {
        let (first, last) = match split_once(range, b'-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(range)?, number(range)?),
        };
        count.checked_add(last.checked_sub(first)?.checked_add(1)?)
    })?;
    (count > 0).then_some(count)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn limits(cgroup: &str, files: &[(&str, &str)]) -> Limits {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join("fs/cgroup").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let layout = Layout::detect(dir.path()).unwrap();
        Limits::read(&layout, Path::new(cgroup), &mut ReadBuffer::new())
    }

    #[test]
    fn the_smallest_limit_on_the_way_up_is_in_force_in_version_1() {
        let found = limits(
            "swarmlab/lab/ap1",
            &[
                ("cpu/cgroup.procs", ""),
                ("memory/cgroup.procs", ""),
                ("cpu/cpu.cfs_period_us", "100000\n"),
                ("cpu/swarmlab/cpu.cfs_quota_us", "-1\n"),
                ("cpu/swarmlab/cpu.cfs_period_us", "100000\n"),
                ("cpu/swarmlab/lab/cpu.cfs_quota_us", "50000\n"),
                ("cpu/swarmlab/lab/cpu.cfs_period_us", "100000\n"),
                ("cpu/swarmlab/lab/ap1/cpu.cfs_quota_us", "77000\n"),
                ("cpu/swarmlab/lab/ap1/cpu.cfs_period_us", "100000\n"),
                ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
                ("memory/swarmlab/lab/memory.limit_in_bytes", "536870912\n"),
                ("memory/swarmlab/lab/ap1/memory.limit_in_bytes", "268435456\n"),
                ("memory/swarmlab/lab/ap1/memory.memsw.limit_in_bytes", "300000000\n"),
            ],
        );
        assert_eq!(
            found,
            Limits { cores: Some(0.5), memory: Some(256 << 20), swap: Some(300000000 - (256 << 20)) }
        );
    }

    #[test]
    fn the_smallest_limit_on_the_way_up_is_in_force_in_version_2() {
        let found = limits(
            "lxc/edge",
            &[
                ("cgroup.controllers", "cpu memory"),
                ("lxc/cpu.max", "max 100000\n"),
                ("lxc/memory.max", "1073741824\n"),
                ("lxc/edge/cpu.max", "150000 100000\n"),
                ("lxc/edge/cpuset.cpus.effective", "0-1,5\n"),
                ("lxc/edge/memory.max", "max\n"),
                ("lxc/edge/memory.swap.max", "0\n"),
            ],
        );
        assert_eq!(found, Limits { cores: Some(1.5), memory: Some(1 << 30), swap: Some(0) });
    }

    #[test]
    fn fewer_allowed_cores_than_quota_are_the_limit() {
        let files = [
            ("cgroup.controllers", "cpu cpuset"),
            ("a/cpu.max", "400000 100000\n"),
            ("a/cpuset.cpus.effective", "2,4\n"),
        ];
        assert_eq!(limits("a", &files).cores, Some(2.0));
        assert_eq!(limits("a", &files[..1]), Limits::default());
    }

    #[test]
    fn core_lists_are_counted() {
        for (text, count) in
            [("0\n", Some(1)), ("0-3,7", Some(5)), ("", None), ("3-1", None), ("a", None), ("-", None)]
        {
            assert_eq!(core_list(text.as_bytes()), count, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_input_makes_them_fail(text in "([0-9]{1,25}|[-, ]|max|\n){0,12}") {
            let _ = (core_list(text.as_bytes()), quota_v2(text.as_bytes()));
        }
    }
}
