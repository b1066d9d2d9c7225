//! Files of nodes that are to join, in JSON, TOML or YAML, the prototype's `remote_nodes.json` among them.
//!
//! What cannot be understood is refused with its line, node and field. What a file names elsewhere (key files,
//! variables, a prompt) is told, and left to the caller to read.

mod error;
mod format;
mod raw;

use std::collections::BTreeMap;

use swarmmanager_api::{JoinNode, SecretText};

pub use error::{InventoryError, OutsideError};
pub use format::Format;

use raw::RawNode;

/// What a file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    /// The nodes, in the file's order.
    pub nodes: Vec<Entry>,
    /// What whoever wrote the file should know.
    pub warnings: Vec<String>,
}

/// A node of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The node, with the secrets that stand in the file itself.
    pub node: JoinNode,
    /// What is to be read elsewhere before it can join.
    pub outside: Outside,
}

/// What a node's entry names outside of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// A file with the private key.
    pub key_file: Option<String>,
    /// Where the passphrase is.
    pub passphrase: Option<Source>,
    /// Where the password is.
    pub password: Option<Source>,
    /// Whether the SSH agent of whoever runs the command is asked.
    pub agent: bool,
}

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In a file.
    File(String),
    /// In an environment variable.
    Variable(String),
    /// Somebody types it.
    Prompt,
}

impl Inventory {
    /// The nodes as they stand in the file.
    ///
    /// # Errors
    /// Where one of them names something outside of it, which only a command line can read.
    pub fn self_contained(self) -> Result<Vec<JoinNode>, OutsideError> {
        self.nodes
            .into_iter()
            .map(|Entry { node, outside }| match outside.first() {
                None => Ok(node),
                Some(field) => Err(OutsideError { node: called(&node), field }),
            })
            .collect()
    }
}

impl Outside {
    fn first(&self) -> Option<&'static str> {
        let source = |source: &Option<Source>, fields: [&'static str; 3]| {
            source.as_ref().map(|source| match source {
                Source::File(_) => fields[0],
                Source::Variable(_) => fields[1],
                Source::Prompt => fields[2],
            })
        };
        self.key_file
            .as_ref()
            .map(|_| "key_file")
            .or_else(|| source(&self.password, ["password_file", "password_env", "ask_password"]))
            .or_else(|| source(&self.passphrase, ["passphrase_file", "passphrase_env", "passphrase"]))
            .or_else(|| self.agent.then_some("agent"))
    }
}

/// What a node is called in messages.
pub fn called(node: &JoinNode) -> String {
    node.name.clone().unwrap_or_else(|| node.address.clone())
}

/// Reads an inventory.
///
/// # Errors
/// Where it cannot be understood, is empty, or names one host twice.
pub fn parse(text: &str, format: Format) -> Result<Inventory, InventoryError> {
    let file = format::read(text, format)?;
    if file.nodes.is_empty() {
        return Err(InventoryError::Empty);
    }
    let mut warnings = Vec::new();
    let mut nodes = Vec::new();
    let mut seen: BTreeMap<(String, u16), String> = BTreeMap::new();
    for (number, raw) in file.nodes.into_iter().enumerate() {
        let raw = raw.or(&file.defaults);
        let entry = entry(raw, number, text, &mut warnings)?;
        let place = (entry.node.address.to_ascii_lowercase(), entry.node.port);
        if let Some(first) = seen.insert(place, called(&entry.node)) {
            return Err(InventoryError::Twice {
                line: format::last_line_with(text, &entry.node.address),
                first,
                second: called(&entry.node),
                address: entry.node.address,
                port: entry.node.port,
            });
        }
        nodes.push(entry);
    }
    Ok(Inventory { nodes, warnings })
}

fn entry(
    raw: RawNode,
    number: usize,
    text: &str,
    warnings: &mut Vec<String>,
) -> Result<Entry, InventoryError> {
    let name = raw.name.clone().map(|name| name.0);
    let Some(address) = raw.address.clone() else {
        let line = name.as_ref().map_or(0, |name| format::last_line_with(text, name));
        let node = name.unwrap_or_else(|| format!("number {}", number + 1));
        return Err(InventoryError::NoAddress { line, node });
    };
    let node = name.clone().unwrap_or_else(|| address.0.clone());
    if raw.password.is_some() {
        warnings.push(format!(
            "node {node}: its password stands in the file in clear; password_env, password_file or ask_password keep it \
             out of there"
        ));
    }
    if raw.engine_port.is_some() {
        warnings.push(format!(
            "node {node}: engine_port has no effect; the engine is reached over SSH, and no port of it is opened"
        ));
    }
    let storage_driver = raw.storage_driver().map(|driver| known_driver(driver, &node, warnings));
    let contradiction = |one: &'static str, other: &'static str| InventoryError::Both {
        line: format::last_line_with(text, &address.0),
        node: node.clone(),
        one,
        other,
    };
    let password = source(&raw.password_file, &raw.password_env, raw.ask_password)
        .map_err(|(one, other)| contradiction(one, other))?;
    let passphrase = source(&raw.passphrase_file, &raw.passphrase_env, None)
        .map_err(|_| contradiction("passphrase_file", "passphrase_env"))?;
    if raw.key_file.is_some() && raw.private_key.is_some() {
        return Err(contradiction("key_file", "private_key"));
    }
    let outside =
        Outside { key_file: raw.key_file.clone(), passphrase, password, agent: raw.agent.unwrap_or(false) };
    Ok(Entry { node: raw.into_node(name, address.0, storage_driver), outside })
}

/// Where a secret is, of the places that may be given only one at a time.
fn source(
    file: &Option<String>,
    variable: &Option<String>,
    ask: Option<bool>,
) -> Result<Option<Source>, (&'static str, &'static str)> {
    match (file, variable, ask.unwrap_or(false)) {
        (Some(_), Some(_), _) => Err(("password_file", "password_env")),
        (Some(_), _, true) => Err(("password_file", "ask_password")),
        (_, Some(_), true) => Err(("password_env", "ask_password")),
        (Some(path), None, false) => Ok(Some(Source::File(path.clone()))),
        (None, Some(name), false) => Ok(Some(Source::Variable(name.clone()))),
        (None, None, true) => Ok(Some(Source::Prompt)),
        (None, None, false) => Ok(None),
    }
}

/// A storage driver that today's Docker Engine has.
fn known_driver(given: String, node: &str, warnings: &mut Vec<String>) -> String {
    const KNOWN: [&str; 5] = ["overlay2", "fuse-overlayfs", "btrfs", "zfs", "vfs"];
    if KNOWN.contains(&given.as_str()) {
        return given;
    }
    warnings.push(format!(
        "node {node}: Docker Engine has no storage driver {given:?} any more; where an engine is installed it gets overlay2"
    ));
    "overlay2".to_owned()
}

fn secret(text: &Option<String>) -> Option<SecretText> {
    text.as_ref().map(SecretText::new)
}

#[cfg(test)]
mod tests;
