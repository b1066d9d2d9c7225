//! Docker's placement constraints, with swarmkit's meaning.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{NodeState, Role};

/// One constraint: `node.labels.zone==north`. Cheap to clone.
///
/// It holds exactly where Swarm says that it does, because Swarm checks it again once an instance is pinned, and an
/// instance pinned where it does not hold never starts. So values are compared without regard to case and the names
/// of labels with regard to it; a missing label is the empty text; an architecture is what the engine reports
/// (`x86_64`, never `amd64`). What Swarm accepts although no node can ever meet it is refused here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Constraint {
    text: Arc<str>,
    key: Key,
    equal: bool,
    value_at: usize,
}

#[derive(Clone, PartialEq, Eq)]
enum Key {
    Id,
    Hostname,
    Ip(Network),
    Role,
    Os,
    Arch,
    Label(Arc<str>),
    EngineLabel(Arc<str>),
}

impl Constraint {
    /// Whether it holds on that node.
    pub fn holds(&self, node: &NodeState) -> bool {
        let is = |actual: &str| actual.eq_ignore_ascii_case(&self.text[self.value_at..]);
        let label =
            |labels: &BTreeMap<String, String>, name: &str| is(labels.get(name).map_or("", String::as_str));
        let same = match &self.key {
            Key::Id => is(node.id.as_str()),
            Key::Hostname => is(&node.hostname),
            Key::Ip(network) => node.address.is_some_and(|address| network.contains(address)),
            Key::Role => is(match node.role {
                Role::Manager => "manager",
                Role::Worker => "worker",
            }),
            Key::Os => is(&node.platform.os),
            Key::Arch => is(&node.platform.arch),
            Key::Label(name) => label(&node.labels, name),
            Key::EngineLabel(name) => label(&node.engine_labels, name),
        };
        same == self.equal
    }
}

/// What is wrong with a constraint, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid constraint {text:?}: {problem}")]
pub struct ConstraintError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it has no == or !=; write a key, one of these and a value, such as node.role==manager")]
    NoOperator,
    #[error(
        "a key such as node.labels.zone has at least two characters: \
         letters, digits, -, _ and ., and no digit, - or . at its start"
    )]
    Key,
    #[error(
        "the key is none of node.id, node.hostname, node.ip, node.role, node.platform.os, node.platform.arch, \
         node.labels.NAME, engine.labels.NAME"
    )]
    UnknownKey,
    #[error("it has no value; write one behind the operator, such as node.role==manager")]
    NoValue,
    #[error("Docker takes only ASCII letters, digits, spaces and :-_.*()?+[]\\^$|/ in a value")]
    Value,
    #[error("a role is manager or worker")]
    Role,
    #[error("node.ip wants an address such as 192.168.1.10 or a network such as 192.168.1.0/24")]
    Address,
    #[error("engines report {reported}, and Swarm compares with that; write node.platform.arch=={reported}")]
    Arch { reported: &'static str },
}

impl FromStr for Constraint {
    type Err = ConstraintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|problem| ConstraintError { text: text.to_owned(), problem })
    }
}

fn parse(text: &str) -> Result<Constraint, Problem> {
    // Swarm looks for == first: to it a!=b==c has the key a!=b, which is none.
    let (operator, (key, value)) = ["==", "!="]
        .into_iter()
        .find_map(|operator| Some((operator, text.split_once(operator)?)))
        .ok_or(Problem::NoOperator)?;
    let (spelled, value) = (key.trim(), value.trim());
    if !is_key(spelled) {
        return Err(Problem::Key);
    }
    if value.is_empty() {
        return Err(Problem::NoValue);
    }
    if !value.chars().all(is_value_character) {
        return Err(Problem::Value);
    }
    Ok(Constraint {
        text: format!("{spelled}{operator}{value}").into(),
        key: key_of(spelled, value)?,
        equal: operator == "==",
        value_at: spelled.len() + operator.len(),
    })
}

fn key_of(spelled: &str, value: &str) -> Result<Key, Problem> {
    let value = value.to_ascii_lowercase();
    match spelled.to_ascii_lowercase().as_str() {
        "node.id" => Ok(Key::Id),
        "node.hostname" => Ok(Key::Hostname),
        "node.ip" => Ok(Key::Ip(value.parse()?)),
        "node.role" if !["manager", "worker"].contains(&value.as_str()) => Err(Problem::Role),
        "node.role" => Ok(Key::Role),
        "node.platform.os" => Ok(Key::Os),
        "node.platform.arch" => match value.as_str() {
            "amd64" => Err(Problem::Arch { reported: "x86_64" }),
            "arm64" => Err(Problem::Arch { reported: "aarch64" }),
            _ => Ok(Key::Arch),
        },
        _ => match (name_behind(spelled, "node.labels."), name_behind(spelled, "engine.labels.")) {
            (Some(name), _) => Ok(Key::Label(name.into())),
            (_, Some(name)) => Ok(Key::EngineLabel(name.into())),
            _ => Err(Problem::UnknownKey),
        },
    }
}

/// The label's name as it was spelled, where there is one behind `prefix`.
fn name_behind<'a>(spelled: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, name) = spelled.split_at_checked(prefix.len())?;
    (head.eq_ignore_ascii_case(prefix) && !name.is_empty()).then_some(name)
}

fn is_key(key: &str) -> bool {
    let mut characters = key.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && key.len() > 1
        && characters.all(|next| next.is_ascii_alphanumeric() || "-_.".contains(next))
}

fn is_value_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || " \t\n\r\u{c}:-_.*()?+[]\\^$|/".contains(character)
}

/// All addresses that start with the same bits; one address where that is all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        let same_bits = match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => (ours.to_bits() ^ theirs.to_bits()).leading_zeros(),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits() ^ theirs.to_bits()).leading_zeros(),
            _ => return false,
        };
        same_bits >= self.prefix
    }
}

impl FromStr for Network {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(head, tail)| (head, Some(tail)));
        let address = address.parse::<IpAddr>().map_err(|_| Problem::Address)?.to_canonical();
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(bits), str::parse).map_err(|_| Problem::Address)?;
        if prefix <= bits { Ok(Self { address, prefix }) } else { Err(Problem::Address) }
    }
}

impl fmt::Display for Constraint {
    /// As Docker's own pages write it: `node.role==manager`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Constraint({})", self.text)
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

#[cfg(test)]
mod tests;
