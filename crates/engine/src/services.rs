//! Services of a Swarm, as raw specs.

use serde::Deserialize;
use serde_json::Value;

use crate::request::{Request, segment};
use crate::{Engine, EngineError, Filters, RegistryAuth};

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
    /// When it was last changed, in milliseconds since 1970.
    #[serde(rename = "UpdatedAt", default, deserialize_with = "crate::time::unix_ms")]
    pub updated_unix_ms: i64,
    /// The spec, every field as the engine gave it.
    pub spec: Value,
    /// The spec before the last update, if there was one: what a rollback goes back to.
    #[serde(default)]
    pub previous_spec: Option<Value>,
    /// The last update that touched its tasks.
    #[serde(default)]
    pub update_status: Option<UpdateStatus>,
    /// How many tasks it has; only from [`Engine::services_matching`].
    #[serde(default, rename = "ServiceStatus")]
    pub tasks: Option<TaskCounts>,
}

/// How an update goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateStatus {
    /// `updating`, `paused`, `completed`, `rollback_started`, `rollback_paused` or `rollback_completed`.
    pub state: String,
    /// Swarm's words on it.
    pub message: String,
    /// When it began, in milliseconds since 1970.
    #[serde(rename = "StartedAt", deserialize_with = "crate::time::unix_ms")]
    pub started_unix_ms: i64,
    /// When it ended; 0 while it has not.
    #[serde(rename = "CompletedAt", deserialize_with = "crate::time::unix_ms")]
    pub completed_unix_ms: i64,
}

/// How many tasks a service has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TaskCounts {
    /// Those that run.
    #[serde(rename = "RunningTasks")]
    pub running: u64,
    /// Those that should.
    #[serde(rename = "DesiredTasks")]
    pub desired: u64,
}

/// How many tasks a service wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceMode {
    /// So many.
    Replicated(u64),
    /// One on each node.
    Global,
    /// One run to its end, replicated or on each node.
    Job,
}

/// What came of creating a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedService {
    /// Its id.
    pub id: String,
    /// What Docker wants to be known about it.
    pub warnings: Vec<String>,
}

impl Service {
    /// Its name.
    pub fn name(&self) -> &str {
        self.spec["Name"].as_str().unwrap_or_default()
    }

    /// The value of one of its labels.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.spec["Labels"].get(key)?.as_str()
    }

    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self.spec["Labels"].as_object().into_iter().flatten();
        labels.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }

    /// How many tasks it wants; `None` for a mode that only a newer Docker knows.
    pub fn mode(&self) -> Option<ServiceMode> {
        let mode = self.spec["Mode"].as_object()?;
        if let Some(replicated) = mode.get("Replicated") {
            return Some(ServiceMode::Replicated(replicated["Replicas"].as_u64().unwrap_or(1)));
        }
        let has = |key| mode.contains_key(key);
        match (has("Global"), has("ReplicatedJob") || has("GlobalJob")) {
            (true, _) => Some(ServiceMode::Global),
            (_, true) => Some(ServiceMode::Job),
            _ => None,
        }
    }
}

/// Swarm's version of an object.
#[derive(Deserialize)]
pub(crate) struct Version {
    #[serde(rename = "Index")]
    pub(crate) index: u64,
}

fn index<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Version::deserialize(deserializer).map(|version| version.index)
}

#[derive(Deserialize)]
struct RawCreated {
    #[serde(rename = "ID")]
    id: String,
    #[serde(flatten)]
    warnings: RawWarnings,
}

/// Docker says one `Warning` in some answers and many `Warnings` in others.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RawWarnings {
    warning: Option<String>,
    warnings: Option<Vec<String>>,
}

impl From<RawWarnings> for Vec<String> {
    fn from(raw: RawWarnings) -> Self {
        let all = raw.warning.into_iter().chain(raw.warnings.into_iter().flatten());
        all.filter(|warning| !warning.is_empty()).collect()
    }
}

impl Engine {
    /// Every service of the Swarm.
    pub async fn services(&self) -> Result<Vec<Service>, EngineError> {
        self.call(&Request::get("/services")).await
    }

    /// The services that pass the filters, with the number of their tasks, which makes it the dearer call.
    pub async fn services_matching(&self, filters: &Filters) -> Result<Vec<Service>, EngineError> {
        self.call(&filters.add_to(Request::get("/services").with("status", "true"))).await
    }

    /// One service, by id, unique beginning of its id, or name.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none such.
    pub async fn service(&self, reference: &str) -> Result<Service, EngineError> {
        self.call(&Request::get(format!("/services/{}", segment(reference)))).await
    }

    /// Creates a service from its spec. The credentials go with it to the nodes that pull its image.
    ///
    /// # Errors
    /// [`EngineError::NameConflict`] where the name is taken.
    pub async fn service_create(
        &self,
        spec: &Value,
        auth: Option<&RegistryAuth>,
    ) -> Result<CreatedService, EngineError> {
        let request = Request::post("/services/create").json(spec).auth(auth);
        let created: RawCreated = self.call(&request).await?;
        Ok(CreatedService { id: created.id, warnings: created.warnings.into() })
    }

    /// Replaces a service's spec; gives what Docker wants to be known about it. Without credentials Swarm keeps those
    /// that it has.
    ///
    /// # Errors
    /// [`EngineError::OutOfSequence`] when the service is not at `version` any more, [`EngineError::NotFound`] when it
    /// is gone.
    pub async fn service_update(
        &self,
        id: &str,
        version: u64,
        spec: &Value,
        auth: Option<&RegistryAuth>,
    ) -> Result<Vec<String>, EngineError> {
        let request = update(id, version).json(spec).auth(auth);
        self.call::<RawWarnings>(&request).await.map(Vec::from)
    }

    /// Puts a service back to its previous spec, as Swarm has kept it.
    ///
    /// # Errors
    /// As [`Self::service_update`]; [`EngineError::Refused`] where there is no previous spec.
    pub async fn service_rollback(&self, service: &Service) -> Result<Vec<String>, EngineError> {
        // Docker wants a valid spec here, too, and does not use it.
        let request = update(&service.id, service.version).with("rollback", "previous").json(&service.spec);
        self.call::<RawWarnings>(&request).await.map(Vec::from)
    }

    /// Removes a service.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none such.
    pub async fn service_remove(&self, id: &str) -> Result<(), EngineError> {
        self.call_raw(&Request::delete(format!("/services/{}", segment(id)))).await.map(drop)
    }
}

fn update(id: &str, version: u64) -> Request<'static> {
    Request::post(format!("/services/{}/update", segment(id))).with("version", &version.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn services() -> Vec<Service> {
        serde_json::from_str(include_str!("../tests/answers/services.json")).unwrap()
    }

    #[test]
    fn services_are_read_whatever_their_mode() {
        let services = services();
        let modes: Vec<_> = services.iter().map(|service| (service.name(), service.mode())).collect();
        assert_eq!(
            modes,
            [
                ("gl", Some(ServiceMode::Global)),
                ("job", Some(ServiceMode::Job)),
                ("web", Some(ServiceMode::Replicated(2))),
            ]
        );
        let web = &services[2];
        assert_eq!((web.label("a"), web.label("b")), (Some("b"), None));
        assert_eq!(web.labels().collect::<Vec<_>>(), [("a", "b")]);
        assert_eq!(web.tasks, Some(TaskCounts { running: 2, desired: 2 }));
        assert_eq!(web.update_status.as_ref().unwrap().state, "completed");
        assert!(web.update_status.as_ref().unwrap().completed_unix_ms > 0);
        assert_eq!((web.version, services[0].previous_spec.is_some()), (139, false));
    }

    #[test]
    fn a_spec_that_is_read_and_written_again_is_the_same_json() {
        let raw: Value = serde_json::from_str(include_str!("../tests/answers/services.json")).unwrap();
        for (service, raw) in services().iter().zip(raw.as_array().unwrap()) {
            assert_eq!(service.spec.to_string(), raw["Spec"].to_string());
        }
    }

    #[test]
    fn numbers_keep_every_digit() {
        let text = r#"{"a":0.1,"b":18446744073709551615,"c":-9223372036854775808,"d":0.30000001192092896}"#;
        assert_eq!(serde_json::from_str::<Value>(text).unwrap().to_string(), text);
    }

    #[test]
    fn warnings_are_gathered_from_wherever_docker_puts_them() {
        let warnings = |json: Value| Vec::from(serde_json::from_value::<RawWarnings>(json).unwrap());
        assert_eq!(warnings(json!({"Warnings": null})), [""; 0]);
        assert_eq!(warnings(json!({"Warning": "", "Warnings": ["a"]})), ["a"]);
        assert_eq!(warnings(json!({"Warning": "b"})), ["b"]);
        let created: RawCreated = serde_json::from_value(json!({"ID": "x", "Warning": "b"})).unwrap();
        assert_eq!((created.id.as_str(), Vec::from(created.warnings)), ("x", vec!["b".to_owned()]));
    }
}
