//! Cgroups of version 1 and 2: where their files are, what a cgroup uses and what it may use.

mod files;
mod layout;
mod limits;

pub(crate) use files::{CgroupFiles, is_gone};
pub(crate) use layout::{Layout, Version};
pub(crate) use limits::Limits;
