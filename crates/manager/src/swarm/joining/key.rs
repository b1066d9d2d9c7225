//! The manager's own key on a node: put there so that no password is needed again, and taken away when it leaves.

use swarmmanager_ssh::{OwnKey, Session, SshError};

/// Why the key is not on the node, or still is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodeKeyError {
    /// The way to it failed.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// The node did not do it.
    #[error("~/.ssh/authorized_keys cannot be written there: {0}")]
    Refused(String),
}

/// Adds the line where it is not. It comes in on standard input, so that no part of it is taken for the shell's.
const ADD: &str = r#"set -e
umask 077
folder="$HOME/.ssh"
mkdir -p "$folder"
file="$folder/authorized_keys"
[ -d /etc/dropbear ] && [ "$(id -u)" = 0 ] && [ ! -e "$file" ] && file=/etc/dropbear/authorized_keys
touch "$file"
read -r line
grep -qxF -- "$line" "$file" && exit 0
[ -z "$(tail -c 1 "$file")" ] || echo >>"$file"
printf '%s\n' "$line" >>"$file""#;

/// Takes the line away again, wherever it was put.
const REMOVE: &str = r#"set -e
umask 077
read -r line
for file in "$HOME/.ssh/authorized_keys" /etc/dropbear/authorized_keys; do
  [ -w "$file" ] || continue
  grep -qxF -- "$line" "$file" || continue
  grep -vxF -- "$line" "$file" >"$file.swarmmanager" || true
  cat "$file.swarmmanager" >"$file"
  rm -f "$file.swarmmanager"
done"#;

/// Puts the key on a node; nothing to do where it is there already.
pub(super) async fn remember_key(session: &Session, key: &OwnKey) -> Result<(), NodeKeyError> {
    run(session, ADD, key).await
}

/// Takes the key off a node.
pub(crate) async fn forget_key(session: &Session, key: &OwnKey) -> Result<(), NodeKeyError> {
    run(session, REMOVE, key).await
}

async fn run(session: &Session, script: &str, key: &OwnKey) -> Result<(), NodeKeyError> {
    let line = format!("{}\n", key.authorized_line());
    let command = format!("sh -c '{}'", script.replace('\'', r"'\''"));
    let output = session.run(&command, line.as_bytes()).await?;
    match output.status {
        0 => Ok(()),
        _ => Err(NodeKeyError::Refused(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}
