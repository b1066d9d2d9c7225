//! A request is made sound before anything is done about it.

use std::collections::BTreeSet;

use serde_json::Value;
use swarmmanager_api::{Mode, MountKind, NodeUpdate, PublishMode, ServiceCreate, ServiceUpdate};
use swarmmanager_placement::{Constraint, Policy, SeedOriginal, policies};
use swarmmanager_units::{Bytes, CpuDemand};

use super::labels;
use super::reading::stored;

/// Most instances of one service, as in the original.
const MOST_INSTANCES: u32 = 1000;
/// A DNS label has 63 characters; `-999` and one to spare go behind the name.
const LONGEST_NAME: usize = 58;

/// What is wrong with a request: the field, its value, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid {field}: {reason}")]
pub(crate) struct InvalidService {
    field: &'static str,
    reason: String,
}

fn invalid(field: &'static str, reason: impl Into<String>) -> InvalidService {
    InvalidService { field, reason: reason.into() }
}

/// Refuses what Swarm would refuse later or half-way; gives the request with its constraints in their stored form.
pub(crate) fn validate(request: &ServiceCreate) -> Result<ServiceCreate, InvalidService> {
    check_name(&request.name)?;
    check_image(&request.image)?;
    if let Mode::Replicated(replicas) = request.mode {
        check_replicas(replicas)?;
        check_ports(request, replicas)?;
    }
    check_cpu("demand.cpu", Some(request.demand.cpu))?;
    check_env(&request.env)?;
    check_labels(request.labels.keys().chain(request.container_labels.keys()))?;
    check_mounts(request)?;
    check_affinities(["affinity", "anti_affinity"], [&request.affinity, &request.anti_affinity])?;
    let mut sound = request.clone();
    sound.constraints = stored_forms("constraints", &request.constraints)?;
    if sound.max_replicas_per_node == Some(0) {
        sound.max_replicas_per_node = None;
    }
    Ok(sound)
}

/// Refuses what Swarm would refuse later; gives the update with its constraints in their stored form.
pub(crate) fn validate_update(update: &ServiceUpdate) -> Result<ServiceUpdate, InvalidService> {
    update.image.as_deref().map_or(Ok(()), check_image)?;
    check_cpu("demand.cpu", update.demand.and_then(|demand| demand.cpu))?;
    check_cpu("limits.cpu", update.limits.and_then(|limits| limits.cpu))?;
    check_env(&update.env_add)?;
    if let Some(name) = update.env_remove.iter().find(|name| name.is_empty() || name.contains('=')) {
        return Err(invalid("env_remove", format!("{name:?} is no name of a variable")));
    }
    check_labels(update.labels_add.keys().chain(&update.labels_remove))?;
    check_affinities(
        ["affinity_add", "anti_affinity_add"],
        [&update.affinity_add, &update.anti_affinity_add],
    )?;
    let mut sound = update.clone();
    sound.constraints_add = stored_forms("constraints_add", &update.constraints_add)?;
    sound.constraints_remove = stored_forms("constraints_remove", &update.constraints_remove)?;
    Ok(sound)
}

/// The policy that a preview asks.
pub(crate) fn asked_policy(name: &str) -> Result<Box<dyn Policy>, InvalidService> {
    // A replica of the prototype's faults, to be compared with in the simulator: nobody is to place by it.
    let mut offered: Vec<_> =
        policies().into_iter().filter(|policy| policy.name() != SeedOriginal.name()).collect();
    if let Some(found) = offered.iter().position(|policy| policy.name() == name) {
        return Ok(offered.swap_remove(found));
    }
    let known = offered.iter().map(|policy| policy.name()).collect::<Vec<_>>().join(", ");
    Err(match name == SeedOriginal.name() {
        true => invalid("policy", format!("{name} is for the simulator only; choose one of {known}")),
        false => invalid("policy", format!("there is no placement policy {name:?}; choose one of {known}")),
    })
}

fn check_affinities(fields: [&'static str; 2], lists: [&[String]; 2]) -> Result<(), InvalidService> {
    for (field, services) in fields.into_iter().zip(lists) {
        if let Some(name) = services.iter().find(|name| !is_service_name(name)) {
            return Err(invalid(field, format!("{name:?} is no name of a service")));
        }
    }
    let [together, apart] = lists;
    match apart.iter().find(|name| together.contains(name)) {
        Some(name) => Err(invalid(
            fields[1],
            format!("{name} is in {} as well; an instance is either with it or apart", fields[0]),
        )),
        None => Ok(()),
    }
}

fn check_image(image: &str) -> Result<(), InvalidService> {
    match image.is_empty() || image.contains(char::is_whitespace) {
        true => Err(invalid("image", format!("{image:?} is no image reference, such as nginx:1.27"))),
        false => Ok(()),
    }
}

fn check_cpu(field: &'static str, cpu: Option<CpuDemand>) -> Result<(), InvalidService> {
    match cpu {
        Some(CpuDemand::Cores(cores)) if !cores.is_finite() => {
            Err(invalid(field, "it is not a finite number"))
        }
        _ => Ok(()),
    }
}

fn check_env(variables: &[String]) -> Result<(), InvalidService> {
    match variables.iter().find(|variable| variable.starts_with('=') || variable.is_empty()) {
        Some(variable) => Err(invalid("env", format!("{variable:?} has no name; write NAME=value"))),
        None => Ok(()),
    }
}

fn check_labels<'a>(mut keys: impl Iterator<Item = &'a String>) -> Result<(), InvalidService> {
    match keys.find(|key| key.is_empty() || key.starts_with(labels::PREFIX)) {
        None => Ok(()),
        Some(key) if key.is_empty() => Err(invalid("labels", "a label has no name; write NAME=value")),
        Some(key) => Err(invalid(
            "labels",
            format!("{key:?}: labels that begin with {} are SwarmManager's own", labels::PREFIX),
        )),
    }
}

fn stored_forms(field: &'static str, constraints: &[String]) -> Result<Vec<String>, InvalidService> {
    let parsed =
        constraints.iter().map(|text| text.parse::<Constraint>().map(|constraint| stored(&constraint)));
    parsed.collect::<Result<_, _>>().map_err(|error| invalid(field, error.to_string()))
}

/// Refuses labels of a node that have no name.
pub(crate) fn check_node_labels(update: &NodeUpdate) -> Result<(), InvalidService> {
    match update.labels_add.keys().chain(&update.labels_remove).any(String::is_empty) {
        true => Err(invalid("labels", "a label has no name; write NAME=value")),
        false => Ok(()),
    }
}

/// Refuses labels of a node that are ours, since they say how it is reached; but for those that say what it can carry, and
/// of these what is no rate.
pub(crate) fn check_users_labels<'a>(
    given: impl Iterator<Item = (&'a String, Option<&'a String>)>,
) -> Result<(), InvalidService> {
    for (label, value) in given.filter(|(label, _)| labels::is_own_label(label)) {
        if ![labels::NETWORK_RATE, labels::DISK_RATE].contains(&label.as_str()) {
            let message = format!("{label} is SwarmManager's own; a label of yours begins otherwise");
            return Err(invalid("labels", message));
        }
        if let Some(Err(error)) = value.map(|value| value.parse::<Bytes>()) {
            return Err(invalid("labels", format!("{label} is a size per second: {error}")));
        }
    }
    Ok(())
}

/// Refuses a number of instances that no service may have.
pub(crate) fn check_replicas(replicas: u32) -> Result<(), InvalidService> {
    if replicas > MOST_INSTANCES {
        return Err(invalid(
            "replicas",
            format!("{replicas} is too many; a service has 0 to {MOST_INSTANCES} instances"),
        ));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), InvalidService> {
    let right = "a name has 1 to 58 letters, digits, '-' or '_', and begins and ends with a letter or digit";
    if !is_service_name(name) {
        return Err(invalid("name", format!("{name:?}: {right}")));
    }
    if name == labels::AGENT_SERVICE {
        return Err(invalid("name", format!("{name:?} is SwarmManager's own service")));
    }
    Ok(())
}

fn is_service_name(name: &str) -> bool {
    let edge = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric());
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.len() <= LONGEST_NAME
        && edge(name.chars().next())
        && edge(name.chars().next_back())
        && name.chars().all(inside)
}

fn check_ports(request: &ServiceCreate, replicas: u32) -> Result<(), InvalidService> {
    let mut taken = BTreeSet::new();
    for port in &request.publish {
        if port.target == 0 {
            return Err(invalid("publish", "target 0 is no port; a container listens on 1 to 65535"));
        }
        let Some(published) = port.published.filter(|published| *published != 0) else { continue };
        if !taken.insert((published, port.protocol)) {
            return Err(invalid(
                "publish",
                format!("{published}/{} is published twice", port.protocol.as_str()),
            ));
        }
        if port.mode == PublishMode::Ingress {
            check_mesh_port(published.into(), port.protocol.as_str(), replicas)?;
        }
    }
    Ok(())
}

/// Refuses a number of instances that the ports of a spec cannot serve.
pub(crate) fn check_ports_for(spec: &Value, replicas: u32) -> Result<(), InvalidService> {
    let ports = spec.pointer("/EndpointSpec/Ports").and_then(Value::as_array).into_iter().flatten();
    for port in ports.filter(|port| port["PublishMode"] != "host") {
        if let Some(published) = port["PublishedPort"].as_u64().filter(|published| *published != 0) {
            check_mesh_port(published, port["Protocol"].as_str().unwrap_or("tcp"), replicas)?;
        }
    }
    Ok(())
}

fn check_mesh_port(published: u64, protocol: &str, replicas: u32) -> Result<(), InvalidService> {
    if replicas <= 1 {
        return Ok(());
    }
    Err(invalid(
        "publish",
        format!(
            "{published}/{protocol} goes through the routing mesh, which serves one instance; with {replicas} instances \
             publish it with mode=host, one on each node"
        ),
    ))
}

fn check_mounts(request: &ServiceCreate) -> Result<(), InvalidService> {
    let mut targets = BTreeSet::new();
    for mount in &request.mounts {
        let target = &mount.target;
        if !target.starts_with('/') {
            return Err(invalid("mounts", format!("target {target:?} is no absolute path, such as /data")));
        }
        if !targets.insert(target) {
            return Err(invalid("mounts", format!("target {target:?} is mounted twice")));
        }
        match (mount.kind, mount.source.as_deref()) {
            (MountKind::Bind, Some(source)) if source.starts_with('/') => {}
            (MountKind::Bind, source) => {
                let source = source.unwrap_or_default();
                return Err(invalid(
                    "mounts",
                    format!("source {source:?} of a bind mount is no absolute path of the node"),
                ));
            }
            (MountKind::Tmpfs, Some(source)) => {
                return Err(invalid("mounts", format!("a tmpfs has no source, and {source:?} was given")));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmmanager_api::PublishedPort;

    fn web() -> ServiceCreate {
        ServiceCreate::new("web", "nginx:1.27")
    }

    fn check(change: impl FnOnce(&mut ServiceCreate), expected: &str) {
        let mut request = web();
        change(&mut request);
        let error = validate(&request).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error:?} does not say {expected:?}");
    }

    #[test]
    fn a_plain_request_is_sound() {
        assert_eq!(validate(&web()), Ok(web()));
    }

    #[test]
    fn what_is_wrong_is_named_with_what_would_be_right() {
        check(|r| r.name = "-web".into(), "begins and ends with a letter");
        check(|r| r.name = "a".repeat(59), "1 to 58");
        check(|r| r.name = "swarmmanager-agent".into(), "own service");
        check(|r| r.image = String::new(), "nginx:1.27");
        check(|r| r.mode = Mode::Replicated(1001), "0 to 1000");
        check(|r| r.env = vec!["=x".into()], "NAME=value");
        check(|r| drop(r.labels.insert("swarmmanager.x".into(), "y".into())), "SwarmManager's own");
        check(|r| r.constraints = vec!["node.role".into()], "node.role");
        check(|r| r.affinity = vec!["a,b".into()], "invalid affinity: \"a,b\" is no name of a service");
        check(
            |r| {
                r.affinity = vec!["db".into()];
                r.anti_affinity = vec!["db".into()];
            },
            "invalid anti_affinity: db is in affinity as well",
        );
    }

    #[test]
    fn a_preview_asks_any_policy_but_the_prototype_s() {
        assert_eq!(asked_policy("spread").unwrap().name(), "spread");
        let refused = |name: &str| asked_policy(name).err().unwrap().to_string();
        assert!(refused("best").starts_with(
            "invalid policy: there is no placement policy \"best\"; choose one of headroom, availability, spread"
        ));
        let original = refused("seed-original");
        assert!(
            original.starts_with("invalid policy: seed-original is for the simulator only; choose one of")
        );
        assert!(!original.ends_with("seed-original"), "{original}");
    }

    #[test]
    fn a_port_of_the_routing_mesh_serves_one_instance_only() {
        let port = PublishedPort {
            target: 80,
            published: Some(8080),
            protocol: Default::default(),
            mode: PublishMode::Ingress,
        };
        let mut request = web();
        request.publish = vec![port];
        assert!(validate(&request).is_ok());
        check(
            |r| {
                r.publish = vec![port];
                r.mode = Mode::Replicated(2);
            },
            "mode=host",
        );
    }
}
