//! What an inventory names elsewhere: key files, variables, a prompt, the agent.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use swarmmanager_api::{JoinNode, SecretText};
use swarmmanager_inventory::{Entry, Source, called};

use super::answers::can_be_asked;
use crate::secret_input;

/// The node with all that its entry names.
pub(crate) fn resolved(entry: Entry) -> Result<JoinNode> {
    let Entry { mut node, outside } = entry;
    let name = called(&node);
    if let Some(file) = &outside.key_file {
        let path = expanded(file);
        let key = fs::read_to_string(&path)
            .with_context(|| format!("node {name}: cannot read the key file {}", path.display()))?;
        node.auth.private_key = Some(SecretText::new(key));
    }
    if let Some(source) = &outside.passphrase {
        node.auth.passphrase = Some(read(source, &name, "passphrase")?);
    }
    if let Some(source) = &outside.password {
        node.auth.password = Some(read(source, &name, "password")?);
    }
    if outside.agent {
        node.auth.agent_socket = Some(agent(&name)?);
    }
    Ok(node)
}

fn read(source: &Source, node: &str, what: &str) -> Result<SecretText> {
    let text = match source {
        Source::File(file) => {
            let path = expanded(file);
            let text = fs::read_to_string(&path)
                .with_context(|| format!("node {node}: cannot read the {what} in {}", path.display()))?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        Source::Variable(variable) => env::var(variable).with_context(|| {
            format!("node {node}: the environment variable {variable} with its {what} is not set")
        })?,
        Source::Prompt if !can_be_asked() => {
            bail!("node {node}: its {what} has to be typed, and there is no terminal to ask at")
        }
        Source::Prompt => secret_input::asked(&format!("The {what} of node {node}: "))?,
    };
    Ok(SecretText::new(text))
}

/// The SSH agent of whoever runs the command.
pub(crate) fn agent(node: &str) -> Result<String> {
    env::var("SSH_AUTH_SOCK").ok().filter(|socket| !socket.is_empty()).with_context(|| {
        format!("node {node}: there is no SSH agent; start one (SSH_AUTH_SOCK names it), or give a key")
    })
}

/// A path whose `~` is the user's home.
pub(crate) fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmmanager_inventory::{Format, parse};

    fn node(fields: &str) -> Result<JoinNode> {
        let text = format!("nodes:\n  - address: ap1\n    {fields}\n");
        resolved(parse(&text, Format::Yaml).unwrap().nodes.remove(0))
    }

    #[test]
    fn files_are_read_and_what_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, "hunter2\n").unwrap();
        let read = node(&format!("password_file: {}", file.display())).unwrap();
        assert_eq!(read.auth.password.unwrap().reveal(), "hunter2");
        let read = node(&format!("key_file: {}", file.display())).unwrap();
        assert_eq!(read.auth.private_key.unwrap().reveal(), "hunter2\n");
        let error = node("key_file: /no/such/key").unwrap_err().to_string();
        assert!(error.contains("ap1") && error.contains("/no/such/key"), "{error}");
        let error = node("password_env: NO_SUCH_VARIABLE_HERE").unwrap_err().to_string();
        assert!(error.contains("NO_SUCH_VARIABLE_HERE"), "{error}");
    }
}
