//! Networks: the Swarm's and the engine's own.

use serde::Deserialize;
use serde_json::json;

use crate::request::Request;
use crate::{Engine, EngineError};

/// A network.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Network {
    /// Its id.
    #[serde(rename = "Id")]
    pub id: String,
    /// Its name, unique among the Swarm's networks.
    pub name: String,
    /// `overlay`, `bridge`, `host`, …
    #[serde(default)]
    pub driver: String,
    /// `swarm` for those of the whole Swarm, `local` for those of this engine.
    #[serde(default)]
    pub scope: String,
    /// Whether containers outside of services can join.
    #[serde(default)]
    pub attachable: bool,
    /// Whether it is the one for Swarm's routing mesh.
    #[serde(default)]
    pub ingress: bool,
}

#[derive(Deserialize)]
struct Created {
    #[serde(rename = "Id")]
    id: String,
}

impl Engine {
    /// Every network that the engine knows. Without a leader these are its own alone; that is no error to Docker.
    pub async fn networks(&self) -> Result<Vec<Network>, EngineError> {
        self.call(&Request::get("/networks")).await
    }

    /// Creates a network; gives its id. With the driver `overlay` it is the Swarm's.
    ///
    /// # Errors
    /// [`EngineError::NameConflict`] where the name is taken.
    pub async fn network_create(
        &self,
        name: &str,
        driver: &str,
        attachable: bool,
    ) -> Result<String, EngineError> {
        let request = Request::post("/networks/create").json(&json!({
            "Name": name,
            "Driver": driver,
            "Attachable": attachable,
            "CheckDuplicate": true,
        }));
        let created: Created = self.call(&request).await?;
        Ok(created.id)
    }

    /// Removes a network, by id or name.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none such.
    pub async fn network_remove(&self, reference: &str) -> Result<(), EngineError> {
        let path = format!("/networks/{}", crate::request::segment(reference));
        self.call_raw(&Request::delete(path)).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_swarm_s_networks_are_told_from_the_engine_s_own() {
        let networks: Vec<Network> =
            serde_json::from_str(include_str!("../tests/answers/networks.json")).unwrap();
        let of_swarm: Vec<(&str, bool, bool)> = networks
            .iter()
            .filter(|network| network.scope == "swarm")
            .map(|network| (network.name.as_str(), network.attachable, network.ingress))
            .collect();
        assert_eq!(of_swarm, [("nn", true, false), ("ingress", false, true), ("n2", true, false)]);
        assert!(networks.iter().any(|network| network.name == "host" && network.scope == "local"));
    }
}
