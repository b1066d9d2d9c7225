//! Docker's placement constraints, with swarmkit's meaning.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{NodeState, Role};

/// One constraint: `node.labels.zone == north`.
///
/// Values are compared without regard to case, as swarmkit's `manager/constraint` does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Constraint {
    key: Key,
    equal: bool,
    value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Id,
    Hostname,
    Ip,
    Role,
    Os,
    Arch,
    Label(String),
    EngineLabel(String),
}

/// What is wrong with a constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?}: {reason}; write a key, == or !=, and a value, such as node.labels.zone==north")]
pub struct ConstraintError {
    text: String,
    reason: &'static str,
}

impl Constraint {
    /// Whether it holds on that node.
    pub fn holds(&self, node: &NodeState) -> bool {
        let is = |actual: &str| actual.eq_ignore_ascii_case(&self.value);
        let label = |labels: &std::collections::BTreeMap<String, String>, name: &str| {
            is(labels.get(name).map_or("", String::as_str))
        };
        let same = match &self.key {
            Key::Id => is(node.id.as_str()),
            Key::Hostname => is(&node.hostname),
            // Swarm itself checks addresses when it gives the task to the node.
            Key::Ip => return true,
            Key::Role => is(match node.role {
                Role::Manager => "manager",
                Role::Worker => "worker",
            }),
            Key::Os => is(&node.platform.os),
            Key::Arch => normal_arch(&node.platform.arch) == normal_arch(&self.value),
            Key::Label(name) => label(&node.labels, name),
            Key::EngineLabel(name) => label(&node.engine_labels, name),
        };
        same == self.equal
    }
}

/// Docker's names for what is one architecture.
fn normal_arch(arch: &str) -> String {
    match arch.to_ascii_lowercase().as_str() {
        "x86_64" | "x86-64" | "amd64" => "amd64".into(),
        "aarch64" | "arm64" => "arm64".into(),
        "armv7l" | "armhf" | "arm" => "arm".into(),
        "i386" | "i686" | "386" => "386".into(),
        other => other.into(),
    }
}

impl FromStr for Constraint {
    type Err = ConstraintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| ConstraintError { text: text.to_owned(), reason };
        let (key, equal, value) = match (text.split_once("=="), text.split_once("!=")) {
            (Some((key, value)), Some((other, _))) if key.len() < other.len() => (key, true, value),
            (_, Some((key, value))) => (key, false, value),
            (Some((key, value)), None) => (key, true, value),
            (None, None) => return Err(error("it has no == or !=")),
        };
        let (key, value) = (key.trim(), value.trim());
        if value.is_empty() {
            return Err(error("it has no value"));
        }
        if value.contains(['=', '!']) {
            return Err(error("it has more than one operator"));
        }
        let lower = key.to_ascii_lowercase();
        let name_behind = |prefix: &str| lower.starts_with(prefix).then(|| key[prefix.len()..].to_owned());
        let key = match lower.as_str() {
            "node.id" => Key::Id,
            "node.hostname" => Key::Hostname,
            "node.ip" => Key::Ip,
            "node.role" => Key::Role,
            "node.platform.os" => Key::Os,
            "node.platform.arch" => Key::Arch,
            _ => match (name_behind("node.labels."), name_behind("engine.labels.")) {
                (Some(name), _) if !name.is_empty() => Key::Label(name),
                (_, Some(name)) if !name.is_empty() => Key::EngineLabel(name),
                _ => {
                    return Err(error(
                        "the key is none of node.id, node.hostname, node.ip, node.role, node.platform.os, \
                         node.platform.arch, node.labels.NAME, engine.labels.NAME",
                    ));
                }
            },
        };
        if key == Key::Role && !["manager", "worker"].contains(&value.to_ascii_lowercase().as_str()) {
            return Err(error("a role is manager or worker"));
        }
        Ok(Self { key, equal, value: value.to_owned() })
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Key::Id => f.write_str("node.id"),
            Key::Hostname => f.write_str("node.hostname"),
            Key::Ip => f.write_str("node.ip"),
            Key::Role => f.write_str("node.role"),
            Key::Os => f.write_str("node.platform.os"),
            Key::Arch => f.write_str("node.platform.arch"),
            Key::Label(name) => write!(f, "node.labels.{name}"),
            Key::EngineLabel(name) => write!(f, "engine.labels.{name}"),
        }?;
        write!(f, " {} {}", if self.equal { "==" } else { "!=" }, self.value)
    }
}

impl From<Constraint> for String {
    fn from(constraint: Constraint) -> Self {
        constraint.to_string()
    }
}

impl TryFrom<String> for Constraint {
    type Error = ConstraintError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
