//! The engine's own volumes.

use serde::Deserialize;

use crate::request::Request;
use crate::{Engine, EngineError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawVolumes {
    volumes: Option<Vec<RawVolume>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawVolume {
    name: String,
}

impl Engine {
    /// The names of the engine's volumes; those of other nodes are not known here.
    pub async fn volumes(&self) -> Result<Vec<String>, EngineError> {
        let answer: RawVolumes = self.call(&Request::get("/volumes")).await?;
        Ok(answer.volumes.unwrap_or_default().into_iter().map(|volume| volume.name).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_without_volumes_has_none() {
        let raw: RawVolumes = serde_json::from_str(r#"{"Volumes":null,"Warnings":null}"#).unwrap();
        assert!(raw.volumes.is_none());
        let raw: RawVolumes =
            serde_json::from_str(r#"{"Volumes":[{"Name":"db","Driver":"local"}],"Warnings":null}"#).unwrap();
        assert_eq!(raw.volumes.unwrap()[0].name, "db");
    }
}
