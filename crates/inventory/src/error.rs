//! What is wrong with a file of nodes.

/// Why an inventory is refused. A line of 0 is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InventoryError {
    /// It is no JSON, TOML or YAML.
    #[error("line {line}: this is no valid {format}: {reason}")]
    Syntax {
        /// The line.
        line: usize,
        /// What it was read as.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A field is not what it should be.
    #[error("line {line}, {node}, {field}: {reason}")]
    Field {
        /// The line.
        line: usize,
        /// The node, by its name or number.
        node: String,
        /// The field.
        field: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A node without a place.
    #[error("{}node {node} has no address: give address (or addr), a name or an IP address", at(*.line))]
    NoAddress {
        /// The line.
        line: usize,
        /// The node.
        node: String,
    },
    /// Two nodes at one place.
    #[error("{}nodes {first} and {second} are the same host: address {address}, port {port}", at(*.line))]
    Twice {
        /// The second one's line.
        line: usize,
        /// The first node.
        first: String,
        /// The second node.
        second: String,
        /// The address of both.
        address: String,
        /// The port of both.
        port: u16,
    },
    /// Two fields that say the same thing differently.
    #[error("{}node {node} has {one} and {other}: give one of them", at(*.line))]
    Both {
        /// The line.
        line: usize,
        /// The node.
        node: String,
        /// One field.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// No nodes.
    #[error("there are no nodes in it: write nodes, a list with an address for each")]
    Empty,
}

/// A node names something that cannot be read here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "node {node}: {field} is read by the command line ('swarm-manager swarm join'), not here; paste the key as \
     private_key or the password as password, or leave both out to use the manager's own key"
)]
pub struct OutsideError {
    /// The node.
    pub node: String,
    /// The field.
    pub field: &'static str,
}

fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!("line {line}: ") }
}
