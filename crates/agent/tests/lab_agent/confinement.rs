//! What an agent can do: read, and report.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::stage::{Stage, said};

/// The bit of the one capability that it keeps, to read regardless of permissions.
const DAC_READ_SEARCH: u64 = 1 << 2;
/// It starts with these too, to become nobody.
const SETGID_AND_SETUID: u64 = 1 << 6 | 1 << 7;
const NOBODY: &str = "65534";

#[test]
fn an_agent_can_read_and_nothing_else() {
    let stage = Stage::start();
    let agent = stage.agent("ap3").unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", agent.pid)).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("no {name} in {status}")).trim().to_owned()
    };
    let capabilities = |name: &str| u64::from_str_radix(&field(name), 16).unwrap();
    assert_eq!(capabilities("CapEff"), DAC_READ_SEARCH);
    assert_eq!(capabilities("CapPrm"), DAC_READ_SEARCH);
    assert_eq!(capabilities("CapInh") | capabilities("CapAmb"), 0);
    assert_eq!(capabilities("CapBnd") & !(DAC_READ_SEARCH | SETGID_AND_SETUID), 0);
    assert_eq!(field("NoNewPrivs"), "1");
    for who in ["Uid", "Gid"] {
        assert!(field(who).split_whitespace().all(|id| id == NOBODY), "{status}");
    }
    assert_eq!(field("Groups"), "");

    let inspect = said(stage.worker().docker().args(["inspect", &agent.container])).unwrap();
    let container: Value = serde_json::from_str::<Value>(&inspect).unwrap()[0].take();
    assert_eq!(container["HostConfig"]["Privileged"], false);
    assert_eq!(container["HostConfig"]["ReadonlyRootfs"], true);
    let mounts = container["Mounts"].as_array().unwrap();
    assert_eq!(mounts.len(), 3);
    assert!(mounts.iter().all(|mount| mount["RW"] == false), "{mounts:?}");
    assert_mounts_are_read_only(agent.pid);
    assert_nothing_is_open_for_writing(agent.pid);
}

/// Docker makes a mount read-only, and not the ones below it: those are kept from it by their permissions.
fn assert_mounts_are_read_only(pid: u32) {
    let mounts = fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap();
    assert!(!mounts.contains("docker.sock"), "{mounts}");
    for place in ["/", "/host/proc", "/host/sys", "/host/docker"] {
        let mount =
            mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>()).find(|mount| mount[4] == place);
        let mount = mount.unwrap_or_else(|| panic!("no {place} in {mounts}"));
        assert!(mount[5].split(',').any(|option| option == "ro"), "{mount:?}");
    }
}

/// But its log and its connections.
fn assert_nothing_is_open_for_writing(pid: u32) {
    let unix = fs::read_to_string(format!("/proc/{pid}/net/unix")).unwrap();
    let mut files = 0;
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
        let entry = entry.unwrap();
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        let target = target.to_string_lossy().into_owned();
        if let Some(inode) = target.strip_prefix("socket:[").and_then(|text| text.strip_suffix(']')) {
            let is_named = unix.lines().any(|line| {
                let fields: Vec<&str> = line.split_whitespace().collect();
                fields.get(6) == Some(&inode) && fields.get(7).is_some()
            });
            assert!(!is_named, "it is connected to a Unix socket: {target}");
        } else if target.starts_with('/') && target != "/dev/null" {
            let info = PathBuf::from(format!("/proc/{pid}/fdinfo")).join(entry.file_name());
            let info = fs::read_to_string(info).unwrap();
            let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap().trim();
            let mode = u32::from_str_radix(flags, 8).unwrap() & 0o3;
            assert_eq!(mode, 0, "{target} is open for writing");
            files += 1;
        }
    }
    assert!(files > 5, "it keeps what it reads open");
}
