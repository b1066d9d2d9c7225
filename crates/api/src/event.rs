//! What the live stream carries.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Decision, NodeDetail, NodeList, ServiceList};

/// What a page wants to hear of: the `topic` parameter of `GET /api/v1/events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventTopic {
    /// All nodes, once a second.
    Nodes,
    /// One node with its containers, once a second; wants the `node` parameter.
    Node,
    /// All services, whenever something about them changes.
    Services,
    /// Each decision when it is made.
    Decisions,
}

/// One server-sent event; the event's name is the topic, its data the value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase", tag = "topic", content = "data")]
pub enum Event {
    /// All nodes.
    Nodes(NodeList),
    /// One node.
    Node(Box<NodeDetail>),
    /// All services.
    Services(ServiceList),
    /// One decision.
    Decisions(Box<Decision>),
}
