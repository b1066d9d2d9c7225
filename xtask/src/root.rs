//! Whether this process may do what a lab needs.

use std::process::Command;

use crate::command;

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Why no lab can be started here, if so.
pub(crate) fn why_no_lab() -> Option<&'static str> {
    if !is_root() {
        return Some("a lab needs root: it makes network namespaces, cgroups and loop mounts");
    }
    let namespaces = command::succeeds(Command::new("unshare").args(["--mount", "--net", "true"]));
    (!namespaces).then_some("a lab needs mount and network namespaces of its own, which this machine refuses")
}
