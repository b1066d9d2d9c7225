//! Runs other programs, and says which one failed and what it said.

use std::env;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::LabError;

/// Where system programs are on machines that leave these out of a user's `PATH`.
const SYSTEM_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// What a lab is made of.
const NEEDED: [&str; 22] = [
    "busybox",
    "chpasswd",
    "chroot",
    "containerd",
    "dd",
    "docker",
    "docker-registry",
    "dockerd",
    "ip",
    "iptables",
    "mkfs.ext4",
    "mount",
    "nsenter",
    "pivot_root",
    "runc",
    "setpriv",
    "setsid",
    "sh",
    "ssh-keygen",
    "sshd",
    "timeout",
    "unshare",
];

/// Fails where a program that a lab is made of is missing.
pub(crate) fn all_there() -> Result<(), LabError> {
    let missing = NEEDED.iter().filter(|program| find(program).is_none());
    let missing: Vec<String> = missing.map(|program| (*program).to_owned()).collect();
    if missing.is_empty() { Ok(()) } else { Err(LabError::Missing(missing)) }
}

/// The path of a program.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&search_path()).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// A command that finds system programs, whatever the user's `PATH`.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(find(program).unwrap_or_else(|| program.into()));
    command.env("PATH", search_path());
    command
}

/// A command that ends when this process does, however that ends: whoever goes on from there must not meet it.
pub(crate) fn helper(program: &str) -> Command {
    let mut helper = command("setpriv");
    helper.args(["--pdeathsig", "KILL"]).arg(find(program).unwrap_or_else(|| program.into()));
    helper
}

/// Runs a command to its end and gives what it wrote to its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, LabError> {
    let output = command.stdin(Stdio::null()).output();
    understood(command, output)
}

/// The same, with text on its standard input.
pub(crate) fn output_with_input(command: &mut Command, input: &str) -> Result<String, LabError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command.spawn().and_then(|mut child| {
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ended early says why by itself.
            let _ = stdin.write_all(input.as_bytes());
        }
        child.wait_with_output()
    });
    understood(command, output)
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), LabError> {
    output(command).map(drop)
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let words = std::iter::once(program.file_name().unwrap_or(program.as_os_str())).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn understood(command: &Command, output: std::io::Result<Output>) -> Result<String, LabError> {
    let output = output.map_err(|source| LabError::Run { command: line(command), source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(LabError::Failed { command: line(command), status: output.status, stderr })
}

fn search_path() -> OsString {
    let users = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&users).chain(SYSTEM_FOLDERS.iter().map(PathBuf::from));
    env::join_paths(folders).unwrap_or(users)
}

#[cfg(test)]
mod tests {
    use super::{command, find, output, output_with_input};

    #[test]
    fn a_failing_program_is_named_with_what_it_said() {
        let error = output(command("sh").args(["-c", "echo no luck >&2; exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c echo no luck >&2; exit 3` failed with exit status: 3: no luck");
        let error = output(&mut command("no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "cannot run `no-such-program`");
    }

    #[test]
    fn input_reaches_the_program() {
        assert_eq!(output_with_input(&mut command("cat"), "hello").unwrap(), "hello");
        assert!(find("no-such-program").is_none());
    }
}
