//! What an update may change of a service, taken out of a Swarm spec and put into another; all else stays as it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use swarmmanager_api::{DemandUpdate, LimitsUpdate, ServiceUpdate};
use swarmmanager_placement::Platform;
use swarmmanager_units::{Bytes, CpuDemand};

use super::affinity;
use super::labels;
use super::reading::{constraints, is_pin, label};

const IMAGE: &str = "/TaskTemplate/ContainerSpec/Image";
const ARGS: &str = "/TaskTemplate/ContainerSpec/Args";
const ENV: &str = "/TaskTemplate/ContainerSpec/Env";
const PLATFORMS: &str = "/TaskTemplate/Placement/Platforms";
const CONSTRAINTS: &str = "/TaskTemplate/Placement/Constraints";
const FORCE: &str = "/TaskTemplate/ForceUpdate";
const LIMIT_MEMORY: &str = "/TaskTemplate/Resources/Limits/MemoryBytes";
const LIMIT_PIDS: &str = "/TaskTemplate/Resources/Limits/Pids";
const LIMIT_CPU: &str = "/TaskTemplate/Resources/Limits/NanoCPUs";

/// What is taken over as it stands in a spec.
const VALUES: [&str; 7] = [IMAGE, ARGS, ENV, PLATFORMS, FORCE, LIMIT_MEMORY, LIMIT_PIDS];
/// Our labels that are the same on every instance and can change.
const OWN: [&str; 6] = [
    labels::CPU,
    labels::MEMORY_BYTES,
    labels::DISK_BYTES,
    labels::LIMIT_CPU,
    labels::AFFINITY,
    labels::ANTI_AFFINITY,
];

/// What an update may change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// By their place in the spec.
    values: BTreeMap<String, Value>,
    /// The user's, and those of ours that can change.
    labels: BTreeMap<String, String>,
    /// As they are stored, without the pin.
    constraints: Vec<String>,
}

/// An image as specs name it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImageReference {
    /// With its digest, where it could be resolved.
    pub(crate) reference: String,
    /// What it is built for; empty where that is not known.
    pub(crate) platforms: Vec<Platform>,
}

impl Settings {
    /// What a spec has.
    pub(crate) fn of(spec: &Value) -> Self {
        let present = |pointer: &&str| spec.pointer(pointer).filter(|value| !value.is_null()).is_some();
        let values = VALUES.iter().filter(|pointer| present(pointer));
        let labels = spec["Labels"].as_object().into_iter().flatten();
        Self {
            values: values
                .map(|pointer| ((*pointer).to_owned(), spec.pointer(pointer).cloned().into()))
                .collect(),
            labels: labels
                .filter(|(key, _)| is_setting(key))
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect(),
            constraints: constraints(spec).filter(|text| !is_pin(text)).map(str::to_owned).collect(),
        }
    }

    /// The same spec with these, its pin kept.
    pub(crate) fn applied(&self, spec: &Value) -> Value {
        let mut changed = spec.clone();
        for pointer in VALUES {
            set(&mut changed, pointer, self.values.get(pointer).cloned());
        }
        // Written anew for the instance's node where there is one; without a label it is somebody else's.
        if label(spec, labels::LIMIT_CPU).is_some() {
            set(&mut changed, LIMIT_CPU, None);
        }
        let pins = constraints(spec).filter(|text| is_pin(text)).map(str::to_owned);
        let constraints: Vec<String> = self.constraints.iter().cloned().chain(pins).collect();
        set(&mut changed, CONSTRAINTS, Some(json!(constraints)));
        let mut labels = spec["Labels"].as_object().cloned().unwrap_or_else(Map::new);
        labels.retain(|key, _| !is_setting(key));
        labels.extend(self.labels.iter().map(|(key, value)| (key.clone(), json!(value))));
        changed["Labels"] = Value::Object(labels);
        changed
    }

    /// These with what a sound update changes; `image` is what its image was resolved to.
    pub(crate) fn updated(&self, update: &ServiceUpdate, image: Option<&ImageReference>) -> Self {
        let mut new = self.clone();
        if let Some(image) = image {
            new.put(IMAGE, Some(json!(image.reference)));
            let platform = |platform: &Platform| json!({"OS": platform.os, "Architecture": platform.arch});
            let platforms: Vec<Value> = image.platforms.iter().map(platform).collect();
            new.put(PLATFORMS, Some(json!(platforms)).filter(|_| !platforms.is_empty()));
        }
        if let Some(args) = &update.args {
            new.put(ARGS, Some(json!(args)).filter(|_| !args.is_empty()));
        }
        new.change_env(&update.env_add, &update.env_remove);
        new.labels.retain(|key, _| !update.labels_remove.contains(key));
        new.labels.extend(update.labels_add.clone());
        new.constraints.retain(|constraint| !update.constraints_remove.contains(constraint));
        for constraint in &update.constraints_add {
            if !new.constraints.contains(constraint) {
                new.constraints.push(constraint.clone());
            }
        }
        affinity::change(&mut new.labels, update);
        new.change_demand(&update.demand.unwrap_or_default());
        new.change_limits(&update.limits.unwrap_or_default());
        if update.force {
            let times = self.values.get(FORCE).and_then(Value::as_u64).unwrap_or(0);
            new.put(FORCE, Some(json!(times + 1)));
        }
        new
    }

    /// What differs, in words.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let images = [self, other]
            .map(|settings| settings.values.get(IMAGE).and_then(Value::as_str).unwrap_or_default());
        if images[0] != images[1] {
            found.push(format!("image {}", images[1].split("@sha256:").next().unwrap_or_default()));
        }
        let words = [
            (ARGS, "arguments"),
            (ENV, "environment"),
            (LIMIT_MEMORY, "memory limit"),
            (LIMIT_PIDS, "limit of processes"),
            (FORCE, "containers replaced"),
        ];
        let values = words.iter().filter(|(key, _)| self.values.get(*key) != other.values.get(*key));
        found.extend(values.map(|(_, words)| (*words).to_owned()));
        let words = [
            (labels::CPU, "CPU"),
            (labels::MEMORY_BYTES, "memory"),
            (labels::DISK_BYTES, "disk"),
            (labels::LIMIT_CPU, "CPU limit"),
            (labels::AFFINITY, "affinity"),
            (labels::ANTI_AFFINITY, "anti-affinity"),
        ];
        let own = words.iter().filter(|(key, _)| self.labels.get(*key) != other.labels.get(*key));
        found.extend(own.map(|(_, words)| (*words).to_owned()));
        let users = |settings: &Self| -> BTreeMap<String, String> {
            settings.labels.clone().into_iter().filter(|(key, _)| !key.starts_with(labels::PREFIX)).collect()
        };
        if users(self) != users(other) {
            found.push("labels".to_owned());
        }
        if self.constraints != other.constraints {
            found.push("constraints".to_owned());
        }
        found
    }

    fn put(&mut self, pointer: &str, value: Option<Value>) {
        match value {
            Some(value) => drop(self.values.insert(pointer.to_owned(), value)),
            None => drop(self.values.remove(pointer)),
        }
    }

    fn change_env(&mut self, add: &[String], remove: &[String]) {
        if add.is_empty() && remove.is_empty() {
            return;
        }
        let old = self.values.get(ENV).and_then(Value::as_array).into_iter().flatten();
        let mut env: Vec<String> = old.filter_map(Value::as_str).map(str::to_owned).collect();
        env.retain(|variable| !remove.iter().any(|removed| removed == name(variable)));
        for variable in add {
            match env.iter_mut().find(|old| name(old) == name(variable)) {
                Some(old) => old.clone_from(variable),
                None => env.push(variable.clone()),
            }
        }
        self.put(ENV, Some(json!(env)).filter(|_| !env.is_empty()));
    }

    fn change_demand(&mut self, demand: &DemandUpdate) {
        let mut put = |key: &str, text: Option<String>| {
            if let Some(text) = text {
                self.labels.insert(key.to_owned(), text);
            }
        };
        put(labels::CPU, demand.cpu.map(String::from));
        put(labels::MEMORY_BYTES, demand.memory.map(|memory| memory.get().to_string()));
        put(labels::DISK_BYTES, demand.disk.map(|disk| disk.get().to_string()));
    }

    fn change_limits(&mut self, limits: &LimitsUpdate) {
        if let Some(memory) = limits.memory {
            self.put(LIMIT_MEMORY, Some(json!(memory)).filter(|_| memory != Bytes::ZERO));
        }
        if let Some(pids) = limits.pids {
            self.put(LIMIT_PIDS, Some(json!(pids)).filter(|_| pids != 0));
        }
        if let Some(cpu) = limits.cpu {
            match is_nothing(cpu) {
                true => drop(self.labels.remove(labels::LIMIT_CPU)),
                false => drop(self.labels.insert(labels::LIMIT_CPU.to_owned(), cpu.into())),
            }
        }
    }
}

fn is_setting(label: &str) -> bool {
    OWN.contains(&label) || !label.starts_with(labels::PREFIX)
}

fn is_nothing(cpu: CpuDemand) -> bool {
    match cpu {
        CpuDemand::Cores(cores) => cores <= 0.0,
        CpuDemand::Megahertz(amount) => amount.get() <= 0.0,
    }
}

/// The name in `NAME=value`.
fn name(variable: &str) -> &str {
    variable.split('=').next().unwrap_or(variable)
}

/// Writes a value where the pointer says, or takes away what is there.
fn set(spec: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    if let Some(value) = value {
        let mut at = spec;
        for step in parent.split('/').skip(1) {
            if !at[step].is_object() {
                at[step] = json!({});
            }
            at = &mut at[step];
        }
        at[key] = value;
    } else if let Some(Value::Object(fields)) = spec.pointer_mut(parent) {
        fields.remove(key);
    }
}

#[cfg(test)]
mod tests;
