//! A lab's nodes as a file that `swarm-manager swarm join` reads.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::LabError;
use crate::lab::Lab;
use crate::node::Node;
use crate::spec::Role;
use crate::ssh::{Keys, PORT};

/// How root is to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// By the lab's key.
    Key,
    /// By the lab's password.
    Password,
    /// By the lab's password, in the form of the research prototype's `remote_nodes.json`.
    Prototype,
}

/// How an inventory is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InventoryFormat {
    /// As JSON.
    Json,
    /// As TOML.
    Toml,
    /// As YAML.
    Yaml,
}

impl Lab {
    /// The nodes but the first, which is where a manager runs, as an inventory in JSON.
    ///
    /// # Errors
    /// Where the lab's keys cannot be read or made.
    pub fn inventory(&self, sign_in: SignIn) -> Result<String, LabError> {
        self.inventory_as(sign_in, InventoryFormat::Json)
    }

    /// The same in another format.
    ///
    /// # Errors
    /// Where the lab's keys cannot be read or made.
    pub fn inventory_as(&self, sign_in: SignIn, format: InventoryFormat) -> Result<String, LabError> {
        let keys = Keys::of(&self.site().layout)?;
        let nodes: Result<Vec<Value>, LabError> =
            self.nodes().iter().skip(1).map(|node| entry(node, &keys, sign_in)).collect();
        let nodes = nodes?;
        Ok(match format {
            InventoryFormat::Json => format!("{:#}\n", json!({"nodes": nodes})),
            InventoryFormat::Toml => {
                nodes.iter().map(|node| fields("[[nodes]]\n", "", " = ", node)).collect()
            }
            InventoryFormat::Yaml => {
                let nodes = nodes.iter().map(|node| fields("  -\n", "    ", ": ", node));
                format!("nodes:\n{}", nodes.collect::<String>())
            }
        })
    }

    /// The file of the key by which root signs in to every node.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn ssh_key(&self) -> Result<PathBuf, LabError> {
        Ok(Keys::of(&self.site().layout)?.key())
    }

    /// The password by which root signs in to every node.
    ///
    /// # Errors
    /// Where it cannot be read or made.
    pub fn ssh_password(&self) -> Result<String, LabError> {
        Keys::of(&self.site().layout)?.password()
    }
}

/// A line for each field. Strings and numbers without anything special are written alike in all the formats.
fn fields(head: &str, indent: &str, equals: &str, node: &Value) -> String {
    let fields = node.as_object().into_iter().flatten();
    let lines = fields.map(|(name, value)| format!("{indent}{name}{equals}{value}\n"));
    head.to_owned() + &lines.collect::<String>()
}

fn entry(node: &Node, keys: &Keys, sign_in: SignIn) -> Result<Value, LabError> {
    let role = match node.spec().role {
        Role::Manager => "manager",
        Role::Worker => "worker",
    };
    let (name, address) = (node.name(), node.address());
    Ok(match sign_in {
        SignIn::Prototype => json!({
            "name": name, "addr": address, "user": "root", "password": keys.password()?, "ssh_port": PORT,
            "engine_port": 2376, "engine": "aufs", "role": role,
        }),
        SignIn::Password => json!({
            "name": name, "address": address, "user": "root", "password": keys.password()?, "role": role,
            "advertise_address": address,
        }),
        SignIn::Key => json!({
            "name": name, "address": address, "user": "root", "key_file": keys.key(), "role": role,
            "advertise_address": address,
        }),
    })
}
