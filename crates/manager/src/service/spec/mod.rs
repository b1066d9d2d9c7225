//! Swarm specs as raw JSON: built once from what the user asked for, afterwards changed only in the keys that are ours.

mod template;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use swarmmanager_api::{Mode, ServiceCreate, UpdateOrder};
use swarmmanager_placement::Platform;
use swarmmanager_units::{CpuDemand, Megahertz, NodeId};

use super::affinity;
use super::labels;
use super::reading::{host_ports, label, pin, stored_constraints};
use template::{endpoint, task_template};

/// The node chosen for an instance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlacedOn {
    /// Its id.
    pub(crate) node: NodeId,
    /// What one of its cores gives.
    pub(crate) per_core: Megahertz,
    /// Its cores; 0 where that is not known.
    pub(crate) cores: f64,
}

/// Ids that Swarm wants beside the names that users write.
#[derive(Debug, Clone, Default)]
pub(crate) struct References {
    pub(crate) networks: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, String>,
    pub(crate) configs: BTreeMap<String, String>,
    /// The image with its digest, where it could be resolved.
    pub(crate) image: String,
    /// What it is built for; empty where that is not known.
    pub(crate) platforms: Vec<Platform>,
}

/// The spec of the anchor, not placed yet; for a global service the spec of its one Swarm service.
pub(crate) fn anchor_spec(request: &ServiceCreate, references: &References) -> Value {
    let mut labels: Map<String, Value> =
        request.labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    labels.insert(labels::SERVICE.into(), json!(request.name));
    labels.insert(labels::CPU.into(), json!(request.demand.cpu));
    labels.insert(labels::MEMORY_BYTES.into(), json!(request.demand.memory.get().to_string()));
    labels.insert(labels::DISK_BYTES.into(), json!(request.demand.disk.get().to_string()));
    if let Some(limit) = request.limits.cpu {
        labels.insert(labels::LIMIT_CPU.into(), json!(limit));
    }
    if let Some(most) = request.max_replicas_per_node {
        labels.insert(labels::MAX_PER_NODE.into(), json!(most.to_string()));
    }
    affinity::write(&mut labels, request);
    let (name, mode) = match request.mode {
        Mode::Replicated(replicas) => {
            labels.insert(labels::INSTANCE.into(), json!("0"));
            labels.insert(labels::REPLICAS.into(), json!(replicas.to_string()));
            (format!("{}-0", request.name), json!({"Replicated": {"Replicas": 0}}))
        }
        Mode::Global => (request.name.clone(), json!({"Global": {}})),
    };
    let mut spec = json!({
        "Name": name,
        "Labels": labels,
        "TaskTemplate": task_template(request, references),
        "Mode": mode,
        "UpdateConfig": {"Parallelism": 1, "FailureAction": "pause", "Order": order(request.update_order)},
        "RollbackConfig": {"Parallelism": 1, "FailureAction": "pause", "Order": order(request.update_order)},
    });
    if request.endpoint_mode.is_some() || !request.publish.is_empty() {
        spec["EndpointSpec"] = endpoint(request);
    }
    if request.mode == Mode::Global {
        reserve(&mut spec, request.demand.cpu, request.limits.cpu, None);
    }
    spec
}

/// The spec of instance `number`, made from the anchor's and pinned to its node.
pub(crate) fn instance_spec(anchor: &Value, service: &str, number: u32, on: &PlacedOn) -> Value {
    let mut spec = anchor.clone();
    spec["Name"] = json!(format!("{service}-{number}"));
    if let Some(labels) = spec["Labels"].as_object_mut() {
        labels.remove(labels::REPLICAS);
        labels.remove(labels::REMOVING);
        labels.remove(labels::WANTED);
        labels.insert(labels::INSTANCE.into(), json!(number.to_string()));
    }
    pinned(&spec, on)
}

/// The same instance, running on that node.
pub(crate) fn pinned(spec: &Value, on: &PlacedOn) -> Value {
    let mut spec = spec.clone();
    let pin = pin(&on.node);
    let constraints = json!([stored_constraints(&spec), vec![&*pin]].concat());
    ensure_object(&mut spec["TaskTemplate"]["Placement"]).insert("Constraints".into(), constraints);
    spec["Mode"] = json!({"Replicated": {"Replicas": 1}});
    let demand = label(&spec, labels::CPU).and_then(|text| text.parse().ok());
    let limit = label(&spec, labels::LIMIT_CPU).and_then(|text| text.parse().ok());
    if let Some(demand) = demand {
        reserve(&mut spec, demand, limit, Some(on));
    }
    spec
}

/// The same instance with another template, on the node where it is. Where it publishes a port on its node, its
/// successor cannot start before it stops, whatever its user wants when it moves.
pub(crate) fn repinned(spec: &Value, on: &PlacedOn) -> Value {
    let mut spec = pinned(spec, on);
    let user = label(&spec, labels::ORDER).map(str::to_owned);
    let order = user.or_else(|| spec["UpdateConfig"]["Order"].as_str().map(str::to_owned));
    let order = order.unwrap_or_else(|| "start-first".to_owned());
    if host_ports(&spec).next().is_some() {
        spec["UpdateConfig"]["Order"] = json!("stop-first");
        return with_label(&spec, labels::ORDER, &order);
    }
    spec
}

/// The same instance on its way to another node, in its user's order.
pub(crate) fn moved(spec: &Value, on: &PlacedOn) -> Value {
    let mut spec = pinned(spec, on);
    if let Some(order) = label(&spec, labels::ORDER).map(str::to_owned) {
        spec["UpdateConfig"]["Order"] = json!(order);
        ensure_object(&mut spec["Labels"]).remove(labels::ORDER);
    }
    spec
}

/// The same global service with what its labels demand.
pub(crate) fn reserved_anywhere(spec: &Value) -> Value {
    let mut spec = spec.clone();
    if let Some(Value::Object(reservations)) = spec.pointer_mut("/TaskTemplate/Resources/Reservations") {
        reservations.remove("NanoCPUs");
    }
    let limit = label(&spec, labels::LIMIT_CPU).and_then(|text| text.parse().ok());
    if let Some(demand) = label(&spec, labels::CPU).and_then(|text| text.parse().ok()) {
        reserve(&mut spec, demand, limit, None);
    }
    spec
}

/// The same anchor, kept but not running.
pub(crate) fn unpinned(spec: &Value) -> Value {
    let mut spec = spec.clone();
    let constraints = json!(stored_constraints(&spec));
    ensure_object(&mut spec["TaskTemplate"]["Placement"]).insert("Constraints".into(), constraints);
    spec["Mode"] = json!({"Replicated": {"Replicas": 0}});
    spec
}

/// The same spec with how many instances are wanted.
pub(crate) fn with_replicas(spec: &Value, replicas: u32) -> Value {
    with_label(spec, labels::REPLICAS, &replicas.to_string())
}

/// The same spec, marked for removal.
pub(crate) fn with_removal(spec: &Value) -> Value {
    with_label(spec, labels::REMOVING, "true")
}

/// The same spec with another label.
pub(super) fn with_label(spec: &Value, key: &str, value: &str) -> Value {
    let mut spec = spec.clone();
    ensure_object(&mut spec["Labels"]).insert(key.into(), json!(value));
    spec
}

fn ensure_object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object above"),
    }
}

/// Writes the demand as Swarm's reservations and the limit as Swarm's limit, both in cores of the node.
fn reserve(spec: &mut Value, cpu: CpuDemand, limit: Option<CpuDemand>, on: Option<&PlacedOn>) {
    let nano_cpus = |demand: CpuDemand| match (demand, on) {
        (demand, Some(on)) => Some(demand.nano_cpus_on(on.per_core)),
        (CpuDemand::Cores(_), None) => Some(demand.nano_cpus_on(Megahertz::ZERO)),
        // A global service runs on nodes of every speed, so megahertz have no one translation into cores.
        (CpuDemand::Megahertz(_), None) => None,
    };
    if let Some(on) = on {
        let mhz = cpu.on(on.per_core).get().round().to_string();
        ensure_object(&mut spec["Labels"]).insert(labels::CPU_MHZ.into(), json!(mhz));
    }
    let memory = label(spec, labels::MEMORY_BYTES).and_then(|text| text.parse::<u64>().ok());
    let resources = ensure_object(&mut spec["TaskTemplate"]["Resources"]);
    let reservations = ensure_object(resources.entry("Reservations").or_insert(json!({})));
    if let Some(nano_cpus) = nano_cpus(cpu) {
        reservations.insert("NanoCPUs".into(), json!(nano_cpus));
    }
    if let Some(memory) = memory {
        reservations.insert("MemoryBytes".into(), json!(memory));
    }
    if let Some(limit) = limit.and_then(nano_cpus) {
        // Docker refuses to start what may use more cores than the node has.
        let whole = on.filter(|on| on.cores > 0.0).map_or(i64::MAX, |on| (on.cores * 1e9) as i64);
        let limits = ensure_object(resources.entry("Limits").or_insert(json!({})));
        limits.insert("NanoCPUs".into(), json!(limit.min(whole)));
    }
}

fn order(order: UpdateOrder) -> &'static str {
    match order {
        UpdateOrder::StartFirst => "start-first",
        UpdateOrder::StopFirst => "stop-first",
    }
}

#[cfg(test)]
mod tests;
