//! Images: what engines have, and how they get to registries and nodes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `GET /api/v1/images`: what the engine of this manager's node has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImageList {
    /// The images, the newest first.
    pub images: Vec<Image>,
}

/// An image under one of its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Image {
    /// Its repository, such as `registry.example/web`; `<none>` where it has no name.
    pub repository: String,
    /// Its tag; `<none>` where it has none.
    pub tag: String,
    /// Its id: `sha256:` and 64 hexadecimal digits.
    pub id: String,
    /// Its digest in the repository's registry, once it was pushed or pulled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// When it was made.
    pub created_unix_ms: i64,
    /// Its size.
    pub size_bytes: u64,
}

/// Body of `POST /api/v1/images/push`: sends an image of this manager's node to a registry, or straight to nodes.
/// Answered by a job with an item for each layer, or for each node. A registry's log-in comes in `X-Registry-Auth`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImagePush {
    /// The image, by name.
    #[schema(example = "registry.example/web:1")]
    pub reference: String,
    /// Another name to push it by, which it gets first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Where present the image goes to these nodes' engines over SSH instead of to a registry: ids, names, or an
    /// empty list for all that are ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_nodes: Option<Vec<String>>,
}
