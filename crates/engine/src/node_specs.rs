//! What is asked of nodes, as raw specs.

use serde::Deserialize;
use serde_json::Value;
use swarmmanager_units::NodeId;

use crate::request::{Request, segment};
use crate::{Engine, EngineError};

/// A node's spec as Swarm has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpec {
    /// The node's id.
    pub id: NodeId,
    /// Swarm's version of the node; an update names the one that it was made from.
    pub version: u64,
    /// The spec, every field as the engine gave it.
    pub spec: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawNode {
    #[serde(rename = "ID")]
    id: String,
    version: crate::services::Version,
    spec: Value,
}

impl Engine {
    /// A node's spec, by the node's id, unique beginning of its id, or name.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none such.
    pub async fn node_spec(&self, reference: &str) -> Result<NodeSpec, EngineError> {
        let raw: RawNode = self.call(&Request::get(format!("/nodes/{}", segment(reference)))).await?;
        Ok(NodeSpec { id: raw.id.into(), version: raw.version.index, spec: raw.spec })
    }

    /// Replaces a node's spec.
    ///
    /// # Errors
    /// [`EngineError::OutOfSequence`] when the node is not at that version any more, which Swarm's own notes about it
    /// change as well; [`EngineError::Refused`] for what would lose the managers' quorum.
    pub async fn node_update(&self, node: &NodeSpec) -> Result<(), EngineError> {
        let request = Request::post(format!("/nodes/{}/update", segment(node.id.as_str())))
            .with("version", &node.version.to_string())
            .json(&node.spec);
        self.call_raw(&request).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_that_is_read_and_written_again_is_the_same_json() {
        let text = include_str!("../tests/answers/nodes.json");
        let specs: Vec<RawNode> = serde_json::from_str(text).unwrap();
        let raw: Value = serde_json::from_str(text).unwrap();
        for (node, raw) in specs.iter().zip(raw.as_array().unwrap()) {
            assert_eq!(node.spec.to_string(), raw["Spec"].to_string());
            assert!(node.version.index > 0);
        }
    }
}
