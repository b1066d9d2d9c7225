//! Swarm's configs with what is in them: for small documents that every manager can read.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use crate::request::{Request, segment};
use crate::{Engine, EngineError, Filters};

/// A config. It never changes: a new version is a new config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its id.
    pub id: String,
    /// Its name, unique in the Swarm.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What is in it; empty where the engine sent nothing that can be decoded.
    pub data: Vec<u8>,
}

#[derive(Deserialize)]
struct RawConfig {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "Spec")]
    spec: RawSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawSpec {
    name: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "ID")]
    id: String,
}

impl From<RawConfig> for Config {
    fn from(raw: RawConfig) -> Self {
        let RawSpec { name, labels, data } = raw.spec;
        Self { id: raw.id, name, labels, data: STANDARD.decode(data).unwrap_or_default() }
    }
}

impl Engine {
    /// The configs that pass the filters, with what is in them.
    pub async fn configs_matching(&self, filters: &Filters) -> Result<Vec<Config>, EngineError> {
        let configs: Vec<RawConfig> = self.call(&filters.add_to(Request::get("/configs"))).await?;
        Ok(configs.into_iter().map(Config::from).collect())
    }

    /// Makes a config of at most 500 kB; gives its id.
    ///
    /// # Errors
    /// [`EngineError::NameConflict`] where the name is taken.
    pub async fn config_create(
        &self,
        name: &str,
        labels: &BTreeMap<String, String>,
        data: &[u8],
    ) -> Result<String, EngineError> {
        let request = Request::post("/configs/create").json(&json!({
            "Name": name,
            "Labels": labels,
            "Data": STANDARD.encode(data),
        }));
        let created: Created = self.call(&request).await?;
        Ok(created.id)
    }

    /// Removes a config that no service uses.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none such.
    pub async fn config_remove(&self, id: &str) -> Result<(), EngineError> {
        self.call_raw(&Request::delete(format!("/configs/{}", segment(id)))).await.map(drop)
    }
}
