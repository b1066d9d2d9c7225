//! The manager's own program on a node that becomes a manager, so that it can take over.

use std::io;

use swarmmanager_ssh::{Output, Session, SshError};
use tokio::time::{Duration, Instant, sleep_until};

use crate::state::Manager;

const PROGRAM: &str = "/usr/local/bin/swarm-manager";
const SOCKET: &str = "/run/swarmmanager/swarm-manager.sock";
const STATE: &str = "/var/lib/swarmmanager";
const ARCHIVE: &str = "/var/lib/swarmmanager/swarmmanager-agent.tar";
const UNIT: &str = include_str!("../../../../../packaging/swarm-manager.service");
/// It opens its socket as soon as it has found its engine.
const STARTS_WITHIN: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Why the program does not run there.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProgramError {
    /// The way to the node failed.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// Only root can install it.
    #[error("it joined as {user}, who cannot install swarm-manager there")]
    NotRoot {
        /// The user.
        user: String,
    },
    /// This one would not run there.
    #[error("its processor is {theirs}, this program is for {ours}: install swarm-manager for it there")]
    Architecture {
        /// What `uname -m` says.
        theirs: String,
        /// What this was built for.
        ours: &'static str,
    },
    /// A file of this host cannot be read.
    #[error("{what} cannot be read")]
    Read {
        /// Which.
        what: &'static str,
        /// The system's word.
        source: io::Error,
    },
    /// A command there failed.
    #[error("{what} failed: {said}")]
    Command {
        /// Which.
        what: &'static str,
        /// What it said.
        said: String,
    },
    /// It does not come up.
    #[error(
        "swarm-manager was installed and started, but does not answer; 'journalctl -u swarm-manager' or /var/log/swarm-manager.log there says why"
    )]
    NotUp,
}

/// Brings the program and starts it; gives whether it ran there already.
pub(super) async fn install(manager: &Manager, session: &Session, user: &str) -> Result<bool, ProgramError> {
    if is_up(session).await? {
        return Ok(true);
    }
    if user != "root" {
        return Err(ProgramError::NotRoot { user: user.to_owned() });
    }
    let theirs = asked(session, "asking for its processor", "uname -m").await?;
    let ours = std::env::consts::ARCH;
    if !runs_on(ours, &theirs) {
        return Err(ProgramError::Architecture { theirs, ours });
    }
    bring_program(session).await?;
    bring_state(manager, session).await?;
    let mut options = manager.host.options.to_vec();
    if manager.host.agent_archive.is_some() {
        options.extend(["--agent-archive".to_owned(), ARCHIVE.to_owned()]);
    }
    start(session, &options).await?;
    let until = Instant::now() + STARTS_WITHIN;
    while !is_up(session).await? {
        if Instant::now() >= until {
            return Err(ProgramError::NotUp);
        }
        sleep_until(Instant::now() + LOOK_EVERY).await;
    }
    Ok(false)
}

async fn is_up(session: &Session) -> Result<bool, SshError> {
    Ok(session.run(&format!("test -S {SOCKET}"), b"").await?.status == 0)
}

async fn bring_program(session: &Session) -> Result<(), ProgramError> {
    let read = |source| ProgramError::Read { what: "this program", source };
    let program = tokio::fs::File::open("/proc/self/exe").await.map_err(read)?;
    asked(session, "making the folder for swarm-manager", "mkdir -p /usr/local/bin").await?;
    Ok(session.upload(PROGRAM, 0o755, program).await?)
}

/// The key and the known hosts, so that it reaches the nodes as well, and the agent's image.
async fn bring_state(manager: &Manager, session: &Session) -> Result<(), ProgramError> {
    let folder = format!("mkdir -p -m 700 {STATE} {STATE}/ssh");
    asked(session, "making its state folder", &folder).await?;
    let own = manager.remote().folder();
    for name in ["id_ed25519", "id_ed25519.pub", "known_hosts"] {
        match tokio::fs::File::open(own.join(name)).await {
            Ok(file) => session.upload(&format!("{STATE}/ssh/{name}"), 0o600, file).await?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(ProgramError::Read { what: "this manager's SSH key", source }),
        }
    }
    if let Some(archive) = &manager.host.agent_archive {
        let read = |source| ProgramError::Read { what: "the agent's image", source };
        let archive = tokio::fs::File::open(archive).await.map_err(read)?;
        session.upload(ARCHIVE, 0o600, archive).await?;
    }
    Ok(())
}

/// As a unit of systemd where that runs, and otherwise as a process of its own.
async fn start(session: &Session, options: &[String]) -> Result<(), ProgramError> {
    let words: Vec<&str> = options.iter().map(String::as_str).collect();
    let quoted = shlex::try_join(words)
        .map_err(|error| ProgramError::Command { what: "writing its options", said: error.to_string() })?;
    let has_systemd = session.run("test -d /run/systemd/system", b"").await?.status == 0;
    if !has_systemd {
        let command = format!(
            "mkdir -p /var/log; setsid {PROGRAM} serve {quoted} >>/var/log/swarm-manager.log 2>&1 </dev/null &"
        );
        asked(session, "starting swarm-manager", &command).await?;
        return Ok(());
    }
    let settings =
        format!("SWARM_MANAGER_OPTIONS=\"{}\"\n", quoted.replace('\\', "\\\\").replace('"', "\\\""));
    session.upload("/etc/systemd/system/swarm-manager.service", 0o644, UNIT.as_bytes()).await?;
    session.upload("/etc/default/swarm-manager", 0o600, settings.as_bytes()).await?;
    let command = "systemctl daemon-reload && systemctl enable --now swarm-manager";
    asked(session, "starting swarm-manager", command).await?;
    Ok(())
}

async fn asked(session: &Session, what: &'static str, command: &str) -> Result<String, ProgramError> {
    let Output { status, stdout, stderr, .. } = session.run(command, b"").await?;
    match status {
        0 => Ok(String::from_utf8_lossy(&stdout).trim().to_owned()),
        _ => Err(ProgramError::Command { what, said: String::from_utf8_lossy(&stderr).trim().to_owned() }),
    }
}

/// Whether a program for `ours`, in Rust's words, runs on `theirs`, in those of `uname -m`.
fn runs_on(ours: &str, theirs: &str) -> bool {
    match ours {
        "arm" => theirs.starts_with("arm"),
        "x86" => matches!(theirs, "i386" | "i486" | "i586" | "i686" | "x86_64"),
        same => same == theirs,
    }
}

#[cfg(test)]
mod tests {
    use super::runs_on;

    #[test]
    fn a_program_goes_where_it_runs() {
        for (ours, theirs, expected) in [
            ("x86_64", "x86_64", true),
            ("x86_64", "aarch64", false),
            ("arm", "armv7l", true),
            ("x86", "i686", true),
            ("aarch64", "armv7l", false),
        ] {
            assert_eq!(runs_on(ours, theirs), expected, "{ours} {theirs}");
        }
    }
}
