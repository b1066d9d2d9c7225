//! Secrets and configs: names and ids. What is in them is not read into our types.

use serde::Deserialize;

use crate::request::Request;
use crate::{Engine, EngineError};

/// An object that users call by its name and Swarm by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

#[derive(Deserialize)]
struct RawObject {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Spec")]
    spec: RawSpec,
}

#[derive(Deserialize)]
struct RawSpec {
    #[serde(rename = "Name")]
    name: String,
}

impl Engine {
    /// Every secret of the Swarm.
    pub async fn secrets(&self) -> Result<Vec<Named>, EngineError> {
        self.named("/secrets").await
    }

    /// Every config of the Swarm.
    pub async fn configs(&self) -> Result<Vec<Named>, EngineError> {
        self.named("/configs").await
    }

    async fn named(&self, path: &str) -> Result<Vec<Named>, EngineError> {
        let objects: Vec<RawObject> = self.call(&Request::get(path)).await?;
        Ok(objects.into_iter().map(|raw| Named { id: raw.id, name: raw.spec.name }).collect())
    }
}
