//! Debian starts a package's services as it installs it. The lab starts its own daemons from the same programs and
//! needs none of those, so a machine's services stay as they were.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What Debian's packaging asks before it starts a service; 101 means "must not".
const POLICY: &str = "/usr/sbin/policy-rc.d";
const SCRIPT: &str = "#!/bin/sh\nexit 101\n";

/// While it lives, installing a package starts no service.
pub(crate) struct NoServices {
    is_ours: bool,
}

/// Forbids starting services, unless the machine has a policy of its own, which stays.
pub(crate) fn start_no_services() -> io::Result<NoServices> {
    if Path::new(POLICY).exists() {
        return Ok(NoServices { is_ours: false });
    }
    fs::write(POLICY, SCRIPT)?;
    let no_services = NoServices { is_ours: true };
    fs::set_permissions(POLICY, fs::Permissions::from_mode(0o755))?;
    Ok(no_services)
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if !self.is_ours {
            return;
        }
        if let Err(error) = fs::remove_file(POLICY) {
            eprintln!("warning: {POLICY} is left behind, remove it by hand: {error}");
        }
    }
}
