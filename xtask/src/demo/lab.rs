//! What the demo has to know of its lab.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::MANAGER_NODE;
use super::programs::Programs;
use crate::command;

/// The running lab.
pub(super) struct Lab {
    /// Address of the registry that every node reaches.
    pub(super) registry: String,
    /// The manager node's Docker Engine, as `docker --host` takes it.
    pub(super) engine: String,
}

impl Lab {
    /// Asks the lab.
    pub(super) fn ask(programs: &Programs) -> Result<Self> {
        let status = command::output(programs.lab().args(["status", "--format", "json"]))?;
        let status = serde_json::from_str(&status).context("the lab's status is no JSON")?;
        Self::read(&status)
    }

    fn read(status: &Value) -> Result<Self> {
        let registry = status["registry"].as_str().context("the lab's status names no registry")?;
        let mut nodes = status["nodes"].as_array().into_iter().flatten();
        let node = nodes.find(|node| node["name"] == MANAGER_NODE);
        let engine = node.and_then(|node| node["docker_host"].as_str());
        let engine =
            engine.with_context(|| format!("the lab's status names no Docker Engine of {MANAGER_NODE}"))?;
        Ok(Self { registry: registry.to_owned(), engine: engine.to_owned() })
    }

    /// An image's name in the lab's registry.
    pub(super) fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.registry)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Lab;

    #[test]
    fn the_registry_and_the_first_engine_are_read() {
        let lab = Lab::read(&json!({
            "registry": "10.0.0.1:5000",
            "nodes": [{"name": "ap1", "docker_host": "unix:///one"}, {"name": "ap2", "docker_host": "unix:///two"}],
        }));
        let lab = lab.unwrap();
        assert_eq!(lab.engine, "unix:///one");
        assert_eq!(lab.image("busybox:latest"), "10.0.0.1:5000/busybox:latest");
    }

    #[test]
    fn a_lab_without_the_first_node_is_refused() {
        let error = Lab::read(&json!({"registry": "10.0.0.1:5000", "nodes": []})).err().unwrap();
        assert_eq!(error.to_string(), "the lab's status names no Docker Engine of ap1");
    }
}
