//! Services as the API shows them.

use std::collections::BTreeMap;

use serde_json::Value;
use swarmmanager_api::{
    Instance, InstanceState, Mode, Protocol, PublishMode, PublishedPort, Service, ServiceDetail, ServiceList,
};
use swarmmanager_engine::{Task, TaskState};
use swarmmanager_telemetry::STALE_AFTER;
use swarmmanager_units::ContainerId;

use super::View;
use super::convergence::convergence;
use super::nodes::container_usage;
use super::tasks::current;
use crate::cluster::Cluster;
use crate::service::{Layout, ManagedService, apart_from, together_with, users_constraints, users_labels};

/// Every service that we keep, by name.
pub(crate) fn service_list(view: &View) -> ServiceList {
    let tasks = by_service(&view.cluster);
    let services = view.managed().values().filter_map(|service| summary(view, service, &tasks)).collect();
    ServiceList { swarm_as_of_unix_ms: view.cluster.as_of_unix_ms, services }
}

/// The name that a reference stands for: a name, or a unique prefix of an id; otherwise the reference itself.
pub(crate) fn service_name(view: &View, reference: &str) -> String {
    let managed = view.managed();
    if managed.contains_key(reference) || reference.is_empty() {
        return reference.to_owned();
    }
    let mut matching = managed
        .values()
        .filter(|service| service.parts().iter().any(|part| part.swarm.id.starts_with(reference)));
    match (matching.next(), matching.next()) {
        (Some(service), None) => service.name.clone(),
        _ => reference.to_owned(),
    }
}

/// One service with its instances.
pub(crate) fn service_detail(view: &View, reference: &str) -> Option<ServiceDetail> {
    let service = view.managed().get(&service_name(view, reference))?;
    let tasks = by_service(&view.cluster);
    let anchor = service.anchor()?;
    Some(ServiceDetail {
        service: summary(view, service, &tasks)?,
        instances: instances(view, service, &tasks),
        labels: users_labels(&anchor.swarm.spec),
        constraints: users_constraints(&anchor.swarm.spec),
        affinity: together_with(&anchor.swarm.spec),
        anti_affinity: apart_from(&anchor.swarm.spec),
        can_roll_back: service.wanted.is_some(),
        specs: service.parts().iter().map(|part| part.swarm.spec.clone()).collect(),
    })
}

pub(super) type Tasks<'a> = BTreeMap<&'a str, Vec<&'a Task>>;

/// All tasks, by the id of their Swarm service.
pub(super) fn by_service(cluster: &Cluster) -> Tasks<'_> {
    let mut tasks = Tasks::new();
    for task in &cluster.tasks {
        tasks.entry(&task.service_id).or_default().push(task);
    }
    tasks
}

fn summary(view: &View, service: &ManagedService, tasks: &Tasks<'_>) -> Option<Service> {
    let anchor = service.anchor()?;
    let spec = &anchor.swarm.spec;
    let running = |id: &str| {
        let of_part = tasks.get(id).into_iter().flatten();
        of_part
            .filter(|task| task.state == TaskState::Running && task.desired_state == TaskState::Running)
            .count()
    };
    let parts = service.parts();
    let (mode, desired, running) = match &service.layout {
        Layout::Instances { desired, .. } => {
            let running = parts.iter().filter(|part| part.is_placed() && running(&part.swarm.id) > 0).count();
            (Mode::Replicated(*desired), *desired, running)
        }
        Layout::Global(one) => {
            let wanted = tasks.get(one.swarm.id.as_str()).into_iter().flatten();
            let desired = wanted.filter(|task| task.desired_state <= TaskState::Running).count();
            (Mode::Global, count(desired), running(&one.swarm.id))
        }
    };
    Some(Service {
        name: service.name.clone(),
        id: anchor.swarm.id.clone(),
        image: text(spec, "/TaskTemplate/ContainerSpec/Image"),
        mode,
        desired,
        running: count(running),
        demand: anchor.demand(),
        publish: published(spec),
        created_unix_ms: anchor.swarm.created_unix_ms,
        convergence: convergence(view, service, desired, count(running), tasks),
    })
}

fn instances(view: &View, service: &ManagedService, tasks: &Tasks<'_>) -> Vec<Instance> {
    let hostnames: BTreeMap<&str, &str> =
        view.cluster.nodes.iter().map(|node| (node.id.as_str(), node.hostname.as_str())).collect();
    let mut rows = Vec::new();
    let mut row =
        |name: String, number: Option<u32>, spec: &Value, pinned: Option<&str>, task: Option<&Task>| {
            let node = task.and_then(|task| task.node_id.as_ref().map(|id| id.as_str())).or(pinned);
            let image = task.map(|task| task.image.clone()).filter(|image| !image.is_empty());
            let usage = task.and_then(|task| {
                let id = ContainerId::from_hex(task.container_id.as_deref()?)?;
                let (sample, age) = view.measurements.container(task.node_id.as_ref()?, &id)?;
                (age <= STALE_AFTER).then(|| container_usage(&sample, None))
            });
            rows.push(Instance {
                name,
                task: task.map(|task| task.id.clone()),
                number,
                image: image.unwrap_or_else(|| text(spec, "/TaskTemplate/ContainerSpec/Image")),
                node: node.map(str::to_owned),
                hostname: node.and_then(|id| hostnames.get(id)).map(|hostname| (*hostname).to_owned()),
                desired_state: task.map_or("running", |task| task.desired_state.as_str()).to_owned(),
                state: task.map_or(InstanceState::New, |task| task_state(task.state)),
                since_unix_ms: task.map(|task| task.since_unix_ms),
                error: task.map(|task| task.error.clone()).filter(|error| !error.is_empty()),
                usage,
            });
        };
    match &service.layout {
        Layout::Instances { instances, .. } => {
            for (number, part) in instances.iter().filter(|(_, part)| part.is_placed()) {
                let task = tasks.get(part.swarm.id.as_str()).and_then(|all| current(all.iter().copied()));
                let pinned = part.node.as_ref().map(|node| node.as_str());
                row(part.swarm.name().to_owned(), Some(*number), &part.swarm.spec, pinned, task);
            }
        }
        Layout::Global(one) => {
            let all = tasks.get(one.swarm.id.as_str()).into_iter().flatten();
            for task in all.filter(|task| task.desired_state <= TaskState::Running) {
                row(one.swarm.name().to_owned(), None, &one.swarm.spec, None, Some(task));
            }
        }
    }
    rows
}

/// Swarm's word for a task's state.
pub(super) fn task_state(state: TaskState) -> InstanceState {
    match state {
        TaskState::New => InstanceState::New,
        TaskState::Allocated | TaskState::Pending => InstanceState::Pending,
        TaskState::Assigned => InstanceState::Assigned,
        TaskState::Accepted => InstanceState::Accepted,
        TaskState::Preparing => InstanceState::Preparing,
        TaskState::Ready => InstanceState::Ready,
        TaskState::Starting => InstanceState::Starting,
        TaskState::Running => InstanceState::Running,
        TaskState::Complete => InstanceState::Complete,
        TaskState::Shutdown => InstanceState::Shutdown,
        TaskState::Failed => InstanceState::Failed,
        TaskState::Rejected => InstanceState::Rejected,
        TaskState::Remove => InstanceState::Remove,
        TaskState::Orphaned => InstanceState::Orphaned,
    }
}

fn published(spec: &Value) -> Vec<PublishedPort> {
    let ports = spec.pointer("/EndpointSpec/Ports").and_then(Value::as_array).into_iter().flatten();
    ports
        .filter_map(|port| {
            Some(PublishedPort {
                target: u16::try_from(port["TargetPort"].as_u64()?).ok()?,
                published: port["PublishedPort"].as_u64().and_then(|port| u16::try_from(port).ok()),
                protocol: match port["Protocol"].as_str() {
                    Some("udp") => Protocol::Udp,
                    Some("sctp") => Protocol::Sctp,
                    _ => Protocol::Tcp,
                },
                mode: if port["PublishMode"] == "host" { PublishMode::Host } else { PublishMode::Ingress },
            })
        })
        .collect()
}

fn text(spec: &Value, pointer: &str) -> String {
    spec.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
