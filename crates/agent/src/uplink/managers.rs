//! The managers of the Swarm, as Docker on this node knows them.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Files larger than this are none of Docker's.
const MAX_LENGTH: u64 = 1 << 20;

/// Why the managers are not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManagersError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is not the list of managers that Docker writes", path.display())]
    Parse { path: PathBuf, source: serde_json::Error },
}

/// Docker's files about the Swarm, read again when they change.
#[derive(Debug)]
pub(crate) struct ManagerFiles {
    /// The managers that Docker's agent talks to.
    remotes: PathBuf,
    /// The node's own address in the Swarm. A manager may not be among the remotes.
    own: PathBuf,
    port: u16,
    seen: Option<[Stamp; 2]>,
}

/// What changes when a file is written anew.
type Stamp = Option<(u64, i64, i64, u64)>;

impl ManagerFiles {
    pub(crate) fn new(docker_root: &Path, port: u16) -> Self {
        let swarm = docker_root.join("swarm");
        Self { remotes: swarm.join("state.json"), own: swarm.join("docker-state.json"), port, seen: None }
    }

    /// The managers, if the files changed since the last call. `is_manager` says whether this node is one.
    pub(crate) fn changed(
        &mut self,
        is_manager: bool,
    ) -> Result<Option<BTreeSet<SocketAddr>>, ManagersError> {
        let stamps = [stamp(&self.remotes), stamp(&self.own)];
        if self.seen == Some(stamps) {
            return Ok(None);
        }
        let managers = self.read(is_manager)?;
        self.seen = Some(stamps);
        Ok(Some(managers))
    }

    /// Makes the next call read the files, changed or not.
    pub(crate) fn forget(&mut self) {
        self.seen = None;
    }

    fn read(&self, is_manager: bool) -> Result<BTreeSet<SocketAddr>, ManagersError> {
        // Docker writes `null` for an empty list.
        let remotes: Option<Vec<Remote>> = parse(&self.remotes)?;
        let mut addresses: Vec<String> = remotes.into_iter().flatten().map(|remote| remote.addr).collect();
        if is_manager {
            // A manager that Docker restarts is a moment without it; the remotes then have to do.
            addresses.extend(parse::<OwnState>(&self.own).ok().and_then(OwnState::address));
        }
        Ok(addresses
            .iter()
            .filter_map(|address| host(address))
            .map(|host| SocketAddr::new(host, self.port))
            .collect())
    }
}

#[derive(Deserialize)]
struct Remote {
    addr: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OwnState {
    #[serde(default)]
    advertise_addr: String,
    #[serde(default)]
    local_addr: String,
}

impl OwnState {
    /// The address that the others know, or else the one that Docker found itself.
    fn address(self) -> Option<String> {
        [self.advertise_addr, self.local_addr].into_iter().find(|address| host(address).is_some())
    }
}

/// The host of `host:port`, `[v6]:port` or a bare address, unless it stands for every address.
///
/// A name is none: Docker has one only from joining by it until the managers tell their addresses, seconds later.
fn host(address: &str) -> Option<IpAddr> {
    let host = match address.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        // More than one colon without brackets is an IPv6 address without a port.
        None if address.matches(':').count() > 1 => address,
        None => address.split(':').next()?,
    };
    host.parse().ok().filter(|host: &IpAddr| !host.is_unspecified())
}

fn parse<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, ManagersError> {
    let read = || -> io::Result<Vec<u8>> {
        if std::fs::metadata(path)?.len() > MAX_LENGTH {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        std::fs::read(path)
    };
    let text = read().map_err(|source| ManagersError::Read { path: path.to_owned(), source })?;
    serde_json::from_slice(&text).map_err(|source| ManagersError::Parse { path: path.to_owned(), source })
}

fn stamp(path: &Path) -> Stamp {
    let file = std::fs::metadata(path).ok()?;
    Some((file.ino(), file.mtime(), file.mtime_nsec(), file.len()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    fn swarm(remotes: &str, own: &str) -> (TempDir, ManagerFiles) {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("swarm")).unwrap();
        fs::write(root.path().join("swarm/state.json"), remotes).unwrap();
        fs::write(root.path().join("swarm/docker-state.json"), own).unwrap();
        let files = ManagerFiles::new(root.path(), 42664);
        (root, files)
    }

    fn addresses(remotes: &str, own: &str, is_manager: bool) -> Vec<String> {
        let (_root, mut files) = swarm(remotes, own);
        files.changed(is_manager).unwrap().unwrap().iter().map(SocketAddr::to_string).collect()
    }

    const TWO: &str = r#"[{"node_id":"a","addr":"10.0.0.1:2377"},{"node_id":"b","addr":"[fd00::2]:2377"}]"#;
    const OWN: &str = r#"{"LocalAddr":"10.0.0.9","RemoteAddr":"","ListenAddr":"0.0.0.0:2377","AdvertiseAddr":"10.0.0.3:2377","DataPathPort":0}"#;

    #[test]
    fn a_worker_reports_to_the_managers_that_docker_talks_to() {
        assert_eq!(addresses(TWO, OWN, false), ["10.0.0.1:42664", "[fd00::2]:42664"]);
    }

    #[test]
    fn a_manager_reports_to_itself_too() {
        assert_eq!(addresses("null", OWN, true), ["10.0.0.3:42664"]);
        assert_eq!(addresses(TWO, OWN, true).len(), 3);
        let found_by_docker = r#"{"LocalAddr":"10.0.0.9","AdvertiseAddr":"0.0.0.0:2377"}"#;
        assert_eq!(addresses("[]", found_by_docker, true), ["10.0.0.9:42664"]);
        assert_eq!(addresses(TWO, "not JSON", true).len(), 2);
    }

    #[test]
    fn the_name_that_a_node_joined_by_is_left_out() {
        let joined =
            r#"[{"node_id":"","addr":"manager.example:2377"},{"node_id":"a","addr":"10.0.0.1:2377"}]"#;
        assert_eq!(addresses(joined, OWN, false), ["10.0.0.1:42664"]);
    }

    #[test]
    fn the_same_manager_is_dialled_once() {
        let twice = r#"[{"node_id":"a","addr":"10.0.0.3:2377"},{"node_id":"","addr":"10.0.0.3:2377"}]"#;
        assert_eq!(addresses(twice, OWN, true), ["10.0.0.3:42664"]);
    }

    #[test]
    fn the_files_are_read_again_when_they_change() {
        let (root, mut files) = swarm(TWO, OWN);
        assert!(files.changed(false).unwrap().is_some());
        assert!(files.changed(false).unwrap().is_none());
        fs::write(root.path().join("swarm/state.json"), "[]").unwrap();
        assert_eq!(files.changed(false).unwrap(), Some(BTreeSet::new()));
        files.forget();
        assert!(files.changed(false).unwrap().is_some());
        fs::write(root.path().join("swarm/state.json"), "garbage").unwrap();
        assert!(matches!(files.changed(false), Err(ManagersError::Parse { .. })));
        fs::remove_file(root.path().join("swarm/state.json")).unwrap();
        assert!(matches!(files.changed(false), Err(ManagersError::Read { .. })));
    }

    proptest! {
        #[test]
        fn no_address_makes_it_fail(address in "[\\[\\]:.0-9a-f]{0,20}") {
            prop_assert!(host(&address).is_none_or(|host| !host.is_unspecified()));
        }
    }
}
