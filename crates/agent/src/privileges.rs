//! Gives up every right that reading does not need.
//!
//! The agent starts as root, because files of `/proc` and Docker's data root belong to root. It goes on as nobody,
//! with the one capability to read and search regardless of permissions.

use std::io;

use rustix::process::{Gid, Resource, Rlimit, Uid, getegid, geteuid, getrlimit, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_keep_capabilities, set_no_new_privs,
    set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

/// The kernel's user and group for those who own nothing.
const NOBODY: u32 = 65534;

/// What is kept, if it is there to begin with.
const KEPT: CapabilitySet = CapabilitySet::DAC_READ_SEARCH;

/// The step at which privileges could not be dropped.
#[derive(Debug, thiserror::Error)]
pub enum DropError {
    /// Reading what there is.
    #[error("cannot read the process's capabilities")]
    Read(#[source] io::Error),
    /// Asking to keep capabilities over the change of user.
    #[error("cannot keep capabilities over the change of user")]
    Keep(#[source] io::Error),
    /// Becoming nobody's group.
    #[error("cannot leave root's groups: the container needs the capability SETGID to give up its rights")]
    Group(#[source] io::Error),
    /// Becoming nobody.
    #[error("cannot change the user: the container needs the capability SETUID to give up its rights")]
    User(#[source] io::Error),
    /// Giving up capabilities.
    #[error("cannot give up capabilities")]
    Capabilities(#[source] io::Error),
    /// Forbidding that programs started later gain privileges.
    #[error("cannot forbid new privileges")]
    NoNewPrivileges(#[source] io::Error),
}

/// What the process is left with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privileges {
    /// The user that it runs as.
    pub uid: u32,
    /// The group that it runs as.
    pub gid: u32,
    /// Whether it can read whatever the permissions say. Without, it reads what its user may.
    pub reads_everything: bool,
}

/// Drops everything but [`KEPT`], for good. Privileges are a thread's own: call this before starting any other.
///
/// A process that is not root to begin with goes on as who it is, with the same one capability at most.
///
/// # Errors
/// Where root cannot give up its rights; going on with them would be worse than stopping.
pub fn drop_privileges() -> Result<Privileges, DropError> {
    let keep = capabilities(None).map_err(|e| DropError::Read(e.into()))?.permitted & KEPT;
    if geteuid().is_root() {
        // Takes the capability SETPCAP, which the agent's container does not have; there, the next steps suffice,
        // as no program is ever started.
        for capability in (CapabilitySet::all() - KEPT).iter() {
            let _ = remove_capability_from_bounding_set(capability);
        }
        set_keep_capabilities(true).map_err(|e| DropError::Keep(e.into()))?;
        let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
        set_thread_groups(&[]).map_err(|e| DropError::Group(e.into()))?;
        set_thread_res_gid(group, group, group).map_err(|e| DropError::Group(e.into()))?;
        set_thread_res_uid(user, user, user).map_err(|e| DropError::User(e.into()))?;
    }
    // Kernels without ambient capabilities have none to clear.
    let _ = clear_ambient_capability_set();
    let kept = CapabilitySets { effective: keep, permitted: keep, inheritable: CapabilitySet::empty() };
    set_capabilities(None, kept).map_err(|e| DropError::Capabilities(e.into()))?;
    set_no_new_privs(true).map_err(|e| DropError::NoNewPrivileges(e.into()))?;

    let left = capabilities(None).map_err(|e| DropError::Read(e.into()))?;
    Ok(Privileges {
        uid: geteuid().as_raw(),
        gid: getegid().as_raw(),
        reads_everything: left.effective.contains(KEPT),
    })
}

/// Allows as many open files as may be: every container takes five.
pub fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // With the old limit some containers go unmeasured on a crowded node, which is logged then.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}
