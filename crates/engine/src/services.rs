//! Services of a Swarm, as raw specs.

use http::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Body, encoded};
use crate::{Engine, EngineError, RegistryAuth};

/// A service as Swarm has it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Service {
    /// Its id.
    #[serde(rename = "ID")]
    pub id: String,
    /// Swarm's version of the object; an update names the one that it was made from.
    #[serde(deserialize_with = "index")]
    pub version: u64,
    /// When it was created, in milliseconds since 1970.
    #[serde(rename = "CreatedAt", deserialize_with = "crate::time::unix_ms")]
    pub created_unix_ms: i64,
    /// The spec, every field as the engine gave it.
    pub spec: Value,
}

impl Service {
    /// Its name.
    pub fn name(&self) -> &str {
        self.spec["Name"].as_str().unwrap_or_default()
    }
}

#[derive(Deserialize)]
pub(crate) struct Version {
    #[serde(rename = "Index")]
    pub(crate) index: u64,
}

fn index<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Version::deserialize(deserializer).map(|version| version.index)
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "ID")]
    id: String,
}

impl Engine {
    /// Every service of the Swarm.
    pub async fn services(&self) -> Result<Vec<Service>, EngineError> {
        self.get("/services").await
    }

    /// One service, by id or name.
    pub async fn service(&self, reference: &str) -> Result<Service, EngineError> {
        self.get(&format!("/services/{}", encoded(reference))).await
    }

    /// Creates a service from its spec; gives its id.
    pub async fn service_create(
        &self,
        spec: &Value,
        auth: Option<&RegistryAuth>,
    ) -> Result<String, EngineError> {
        let created: Created = self.post("/services/create", Body::json(spec, auth)).await?;
        Ok(created.id)
    }

    /// Replaces a service's spec.
    ///
    /// # Errors
    /// [`EngineError::OutOfSequence`] when the service is not at `version` any more; nothing was changed then.
    pub async fn service_update(
        &self,
        id: &str,
        version: u64,
        spec: &Value,
        auth: Option<&RegistryAuth>,
    ) -> Result<(), EngineError> {
        let path = format!("/services/{}/update?version={version}", encoded(id));
        self.call(Method::POST, &path, Body::json(spec, auth)).await.map(drop)
    }

    /// Removes a service.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none such.
    pub async fn service_remove(&self, id: &str) -> Result<(), EngineError> {
        self.call(Method::DELETE, &format!("/services/{}", encoded(id)), Body::default()).await.map(drop)
    }
}
