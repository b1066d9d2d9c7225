//! A Docker Engine where there is none: by the node's own package manager.

use swarmmanager_api::JoinNode;
use swarmmanager_ssh::{Session, SshError};

/// Why there still is no engine.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetupError {
    /// The way to the node failed.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// None of the package managers that are known.
    #[error("it has none of apt-get, apk, dnf and opkg: install Docker Engine by hand and try again")]
    NoPackageManager,
    /// It does not start by any of the ways that are known.
    #[error(
        "Docker Engine is installed, but there is nothing known to start it with: start it and try again"
    )]
    NoInit,
    /// The user may not.
    #[error("{user} may not use sudo there without a password; join it as root, or allow that")]
    NoSudo {
        /// The user.
        user: String,
    },
    /// The package manager, or the init system, failed.
    #[error("installing Docker Engine ended with status {status}; it said last: {said}")]
    Failed {
        /// The exit status.
        status: u32,
        /// The last lines.
        said: String,
    },
}

const NO_PACKAGE_MANAGER: u32 = 69;
const NO_INIT: u32 = 70;
const NO_SUDO: u32 = 71;
/// Enough to see why it ended.
const LINES_KEPT: usize = 5;

/// Installs where nothing is installed, and starts it.
const INSTALL: &str = r#"if ! command -v dockerd >/dev/null 2>&1; then
  if command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q || echo 'the lists of packages could not be refreshed; trying with those that are there'
    apt-get install -y -q --no-install-recommends docker.io || exit
  elif command -v apk >/dev/null 2>&1; then
    apk add --no-progress docker || exit
  elif command -v dnf >/dev/null 2>&1; then
    dnf install -y moby-engine || dnf install -y docker-ce || dnf install -y docker || exit
  elif command -v opkg >/dev/null 2>&1; then
    opkg update || exit
    opkg install dockerd docker || exit
  else
    exit 69
  fi
fi
echo 'starting Docker Engine'
if [ -d /run/systemd/system ]; then
  systemctl enable --now docker || exit
elif command -v rc-service >/dev/null 2>&1; then
  rc-update add docker default
  rc-service docker start || exit
elif [ -x /etc/init.d/dockerd ]; then
  /etc/init.d/dockerd enable
  /etc/init.d/dockerd start || exit
elif [ -x /etc/init.d/docker ]; then
  /etc/init.d/docker start || exit
else
  exit 70
fi"#;

/// Makes sure that an engine is installed and started; `said` hears each line of what that says.
pub(super) async fn install(
    session: &Session,
    wanted: &JoinNode,
    mut said: impl FnMut(&str) + Send,
) -> Result<(), SetupError> {
    let mut script = String::new();
    if let Some(driver) = &wanted.storage_driver {
        script.push_str(&with_driver(driver));
    }
    script.push_str(INSTALL);
    let shell = if wanted.user == "root" {
        "sh -s".to_owned()
    } else {
        format!("sudo -n true 2>/dev/null || exit {NO_SUDO}; exec sudo -n sh -s")
    };
    let mut last: Vec<String> = Vec::new();
    let output = session
        .follow(&shell, script.as_bytes(), |line| {
            if last.len() == LINES_KEPT {
                last.remove(0);
            }
            last.push(line.to_owned());
            said(line);
        })
        .await?;
    match output.status {
        0 => Ok(()),
        NO_PACKAGE_MANAGER => Err(SetupError::NoPackageManager),
        NO_INIT => Err(SetupError::NoInit),
        NO_SUDO => Err(SetupError::NoSudo { user: wanted.user.clone() }),
        status => Err(SetupError::Failed { status, said: last.join(" / ") }),
    }
}

/// Writes the storage driver down for an engine that is about to be installed. One that has a configuration keeps it.
fn with_driver(driver: &str) -> String {
    let config = serde_json::json!({"storage-driver": driver}).to_string();
    format!(
        "if ! command -v dockerd >/dev/null 2>&1 && [ ! -e /etc/docker/daemon.json ]; then mkdir -p /etc/docker; \
         printf '%s\\n' '{}' >/etc/docker/daemon.json; fi\n",
        config.replace('\'', "")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_driver_cannot_leave_its_quotes() {
        let script = with_driver("x'; reboot; '");
        assert_eq!(script.matches('\'').count(), 4, "{script}");
    }
}
