//! Changes of services and nodes.

use http::{HeaderValue, Method};
use swarmmanager_api::{NodeDetail, NodeUpdate, ServiceDetail, ServiceUpdate};

use super::api::segment;
use super::{Client, ClientError};

impl Client {
    /// Changes a service, with the credentials of its image's registry.
    pub(crate) async fn update(
        &self,
        reference: &str,
        update: &ServiceUpdate,
        auth: Option<HeaderValue>,
    ) -> Result<ServiceDetail, ClientError> {
        let path = format!("/api/v1/services/{}", segment(reference));
        let what = format!("PATCH {path}");
        let body = serde_json::to_vec(update).map_err(|source| ClientError::Answer { what, source })?;
        self.ask(Method::PATCH, &path, body.into(), auth).await
    }

    /// Puts a service back to what it was before its last update.
    pub(crate) async fn rollback(&self, reference: &str) -> Result<ServiceDetail, ClientError> {
        let path = format!("/api/v1/services/{}/rollback", segment(reference));
        self.post(&path, &serde_json::json!({}), None).await
    }

    /// Changes a node.
    pub(crate) async fn update_node(
        &self,
        reference: &str,
        update: &NodeUpdate,
    ) -> Result<NodeDetail, ClientError> {
        self.patch(&format!("/api/v1/nodes/{}", segment(reference)), update).await
    }
}
