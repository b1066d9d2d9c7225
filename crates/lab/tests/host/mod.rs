//! What a lab may leave on its machine, and how to wait for something.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The machine's own state, as far as a lab could touch it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Host {
    mounts: String,
    links: String,
    addresses: String,
    firewall: String,
    hostname: String,
}

impl Host {
    pub(crate) fn now() -> Self {
        Self {
            mounts: fs::read_to_string("/proc/self/mountinfo").unwrap(),
            links: said("ip", &["-brief", "link"]),
            addresses: said("ip", &["-brief", "address"]),
            // Counters of packets are no change.
            firewall: said("iptables-save", &[]).lines().filter(|line| !line.starts_with('#')).collect(),
            hostname: said("hostname", &[]),
        }
    }
}

/// Nothing may be left of a lab, but that the first process of the machine may not have got to its dead ones yet.
pub(crate) fn assert_gone(lab: &str) {
    wait_for("the lab to be gone", Duration::from_secs(10), || {
        let left = left_of(lab);
        if left.is_empty() { Ok(()) } else { Err(format!("{left:#?}")) }
    });
}

/// All that is there of a lab; empty when it is gone.
pub(crate) fn left_of(lab: &str) -> BTreeSet<String> {
    let mut left = BTreeSet::new();
    let files = ["/run/swarmlab", "/var/lib/swarmlab"].map(Path::new);
    let files = files.into_iter().flat_map(|top| [top.join(lab), top.join(format!("{lab}.lock"))]);
    left.extend(files.filter(|path| path.exists()).map(|path| path.display().to_string()));
    for tree in cgroup_trees() {
        let cgroup = tree.join("swarmlab").join(lab);
        left.extend(cgroup.exists().then(|| cgroup.display().to_string()));
    }
    let mark = format!("/swarmlab/{lab}/");
    for process in entries("/proc") {
        let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        let cgroup = fs::read_to_string(process.join("cgroup")).unwrap_or_default();
        if arguments.contains(&mark) || cgroup.contains(&mark) {
            left.insert(format!("{} {arguments}", process.display()));
        }
    }
    for device in entries("/sys/block") {
        let file = fs::read_to_string(device.join("loop/backing_file")).unwrap_or_default();
        left.extend(file.contains(&mark).then(|| format!("{} of {file}", device.display())));
    }
    left
}

fn cgroup_trees() -> Vec<PathBuf> {
    let top = PathBuf::from("/sys/fs/cgroup");
    if top.join("cgroup.controllers").exists() { vec![top] } else { entries(top).collect() }
}

fn entries(folder: impl AsRef<Path>) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path())
}

/// What a program says; it has to succeed.
pub(crate) fn said(program: &str, arguments: &[&str]) -> String {
    succeeded(Command::new(program).args(arguments))
}

/// What a command says; it has to succeed.
pub(crate) fn succeeded(command: &mut Command) -> String {
    let output = ended(command);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}: {error}", output.status);
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A command's error; it has to fail.
pub(crate) fn refused(command: &mut Command) -> String {
    let output = ended(command);
    assert!(!output.status.success(), "{command:?} succeeded");
    String::from_utf8(output.stderr).unwrap().trim_end().to_owned()
}

fn ended(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Waits until `look` gives something; says at the end what it saw last.
pub(crate) fn wait_for<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        match look() {
            Ok(found) => return found,
            Err(state) => assert!(Instant::now() < deadline, "waited {limit:?} for {what}; at last: {state}"),
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
