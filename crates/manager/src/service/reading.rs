//! What a Swarm spec of ours says.

use std::collections::BTreeMap;

use serde_json::Value;
use swarmmanager_api::Demand;
use swarmmanager_placement::{Constraint, Platform};
use swarmmanager_units::{Bytes, CpuDemand, NodeId};

use super::labels;

/// What a pin begins with. Users' constraints are stored with spaces around the operator, so that a user's own
/// `node.id == …` is never taken for a pin.
const PIN: &str = "node.id==";

/// How the pin to a node is written.
pub(super) fn pin(node: &NodeId) -> String {
    format!("{PIN}{node}")
}

/// How a user's constraint is written.
pub(super) fn stored(constraint: &Constraint) -> String {
    // Neither keys nor values contain these signs.
    constraint.to_string().replace("==", " == ").replace("!=", " != ")
}

/// The node that a spec is pinned to.
pub(super) fn pinned_node(spec: &Value) -> Option<NodeId> {
    constraints(spec).find_map(|constraint| constraint.strip_prefix(PIN)).map(NodeId::from)
}

/// A spec's constraints less its pin, as they are stored.
pub(super) fn stored_constraints(spec: &Value) -> Vec<&str> {
    constraints(spec).filter(|constraint| !is_pin(constraint)).collect()
}

/// A spec's constraints less its pin, as Docker's users write them.
pub(crate) fn users_constraints(spec: &Value) -> Vec<String> {
    let stored = stored_constraints(spec).into_iter();
    stored.map(|text| text.replace(" == ", "==").replace(" != ", "!=")).collect()
}

/// Whether a constraint is a pin.
pub(super) fn is_pin(constraint: &str) -> bool {
    constraint.starts_with(PIN)
}

/// A spec's constraints, the pin as well.
pub(super) fn constraints(spec: &Value) -> impl Iterator<Item = &str> {
    array(spec, "/TaskTemplate/Placement/Constraints").filter_map(Value::as_str)
}

/// What the image is built for; none is anything.
pub(crate) fn platforms(spec: &Value) -> Vec<Platform> {
    let text = |platform: &Value, key: &str| platform[key].as_str().unwrap_or_default().to_owned();
    array(spec, "/TaskTemplate/Placement/Platforms")
        .map(|platform| Platform { os: text(platform, "OS"), arch: text(platform, "Architecture") })
        .collect()
}

/// The demand that its labels carry.
pub(crate) fn demand(spec: &Value) -> Demand {
    let defaults = Demand::default();
    let bytes = |key| label(spec, key).and_then(|text| text.parse().ok()).map(Bytes::new);
    Demand {
        cpu: label(spec, labels::CPU).and_then(|text| text.parse::<CpuDemand>().ok()).unwrap_or(defaults.cpu),
        memory: bytes(labels::MEMORY_BYTES).unwrap_or(defaults.memory),
        disk: bytes(labels::DISK_BYTES).unwrap_or(defaults.disk),
    }
}

/// How many instances of the service may be on one node, where its user set a limit.
pub(crate) fn max_per_node(spec: &Value) -> Option<u64> {
    label(spec, labels::MAX_PER_NODE)?.parse().ok()
}

/// How many instances are wanted, as the anchor says.
pub(crate) fn replicas(spec: &Value) -> Option<u32> {
    label(spec, labels::REPLICAS)?.parse().ok()
}

/// A service's labels less ours.
pub(crate) fn users_labels(spec: &Value) -> BTreeMap<String, String> {
    let labels = spec.get("Labels").and_then(Value::as_object).into_iter().flatten();
    labels
        .filter(|(key, _)| !key.starts_with(labels::PREFIX))
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// Whether its containers have a terminal.
pub(crate) fn has_tty(spec: &Value) -> bool {
    spec.pointer("/TaskTemplate/ContainerSpec/TTY").and_then(Value::as_bool).unwrap_or(false)
}

/// The ports that a spec publishes on the instance's own node, with their protocols.
pub(crate) fn host_ports(spec: &Value) -> impl Iterator<Item = (u16, &str)> {
    array(spec, "/EndpointSpec/Ports").filter(|port| port["PublishMode"] == "host").filter_map(|port| {
        let published = u16::try_from(port["PublishedPort"].as_u64()?).ok()?;
        Some((published, port["Protocol"].as_str().unwrap_or("tcp")))
    })
}

/// A label of the service.
pub(super) fn label<'a>(spec: &'a Value, key: &str) -> Option<&'a str> {
    spec.get("Labels")?.get(key)?.as_str()
}

fn array<'a>(spec: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    spec.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}
