//! The part of a Swarm spec that describes the containers, in Docker's keys.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use swarmmanager_api::{
    EndpointMode, FileReference, Healthcheck, Mount, MountKind, PublishMode, RestartCondition, RestartPolicy,
    ServiceCreate,
};
use swarmmanager_placement::Platform;

use super::References;

pub(super) fn task_template(request: &ServiceCreate, references: &References) -> Value {
    let mut template = json!({
        "ContainerSpec": container(request, references),
        "Resources": {"Limits": limits(request), "Reservations": {}},
        "Placement": placement(request, references),
        "ForceUpdate": 0,
    });
    if let Some(policy) = &request.restart {
        template["RestartPolicy"] = restart(policy);
    }
    let networks: Vec<Value> = request
        .networks
        .iter()
        .map(|network| {
            let aliases: Vec<&String> = std::iter::once(&request.name).chain(&network.aliases).collect();
            json!({
                "Target": references.networks.get(&network.name).unwrap_or(&network.name),
                "Aliases": aliases,
                "DriverOpts": network.driver_opts,
            })
        })
        .collect();
    if !networks.is_empty() {
        template["Networks"] = Value::Array(networks);
    }
    template
}

fn placement(request: &ServiceCreate, references: &References) -> Value {
    let mut placement = json!({"Constraints": request.constraints});
    if !references.platforms.is_empty() {
        let platform = |platform: &Platform| json!({"OS": platform.os, "Architecture": platform.arch});
        placement["Platforms"] = references.platforms.iter().map(platform).collect();
    }
    placement
}

fn limits(request: &ServiceCreate) -> Value {
    let mut limits = Map::new();
    if let Some(memory) = request.limits.memory {
        limits.insert("MemoryBytes".into(), json!(memory));
    }
    if let Some(pids) = request.limits.pids {
        limits.insert("Pids".into(), json!(pids));
    }
    Value::Object(limits)
}

fn container(request: &ServiceCreate, references: &References) -> Value {
    let mut container = Map::new();
    let mut set = |key: &str, value: Value| {
        let absent = match &value {
            Value::Null | Value::Bool(false) => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        if !absent {
            container.insert(key.into(), value);
        }
    };
    set("Image", json!(references.image));
    set("Labels", json!(request.container_labels));
    set("Command", json!(request.entrypoint));
    set("Args", json!(request.args));
    set("Hostname", json!(request.hostname));
    set("Env", json!(request.env));
    set("Dir", json!(request.workdir));
    set("User", json!(request.user));
    set("StopSignal", json!(request.stop_signal));
    set("StopGracePeriod", json!(request.stop_grace_period_ms.map(nanoseconds)));
    set("TTY", json!(request.tty));
    set("ReadOnly", json!(request.read_only));
    set("Mounts", request.mounts.iter().map(mount).collect());
    set("Healthcheck", request.healthcheck.as_ref().map_or(Value::Null, healthcheck));
    set(
        "Secrets",
        request.secrets.iter().map(|file| reference("Secret", file, &references.secrets)).collect(),
    );
    set(
        "Configs",
        request.configs.iter().map(|file| reference("Config", file, &references.configs)).collect(),
    );
    set("CapabilityAdd", json!(request.cap_add));
    set("CapabilityDrop", json!(request.cap_drop));
    if let Some(init) = request.init {
        container.insert("Init".into(), json!(init));
    }
    Value::Object(container)
}

fn nanoseconds(milliseconds: u64) -> u64 {
    milliseconds.saturating_mul(1_000_000)
}

fn mount(mount: &Mount) -> Value {
    let kind = match mount.kind {
        MountKind::Volume => "volume",
        MountKind::Bind => "bind",
        MountKind::Tmpfs => "tmpfs",
    };
    let mut json = json!({"Type": kind, "Target": mount.target, "ReadOnly": mount.read_only});
    if let Some(source) = &mount.source {
        json["Source"] = json!(source);
    }
    if let Some(propagation) = &mount.bind_propagation {
        json["BindOptions"] = json!({"Propagation": propagation});
    }
    if let Some(driver) = &mount.volume_driver {
        json["VolumeOptions"] = json!({"DriverConfig": {"Name": driver}});
    }
    if let Some(size) = mount.tmpfs_size {
        json["TmpfsOptions"] = json!({"SizeBytes": size});
    }
    json
}

fn healthcheck(check: &Healthcheck) -> Value {
    if check.disable {
        return json!({"Test": ["NONE"]});
    }
    let mut json = Map::new();
    if let Some(command) = &check.command {
        json.insert("Test".into(), json!(["CMD-SHELL", command]));
    }
    for (key, milliseconds) in [
        ("Interval", check.interval_ms),
        ("Timeout", check.timeout_ms),
        ("StartPeriod", check.start_period_ms),
    ] {
        if let Some(milliseconds) = milliseconds {
            json.insert(key.into(), json!(nanoseconds(milliseconds)));
        }
    }
    if let Some(retries) = check.retries {
        json.insert("Retries".into(), json!(retries));
    }
    Value::Object(json)
}

/// A secret or config as a file; `kind` is the word in Docker's keys.
fn reference(kind: &str, file: &FileReference, ids: &BTreeMap<String, String>) -> Value {
    json!({
        (format!("{kind}ID")): ids.get(&file.source),
        (format!("{kind}Name")): file.source,
        "File": {
            "Name": file.target.as_ref().unwrap_or(&file.source),
            "UID": file.uid.as_deref().unwrap_or("0"),
            "GID": file.gid.as_deref().unwrap_or("0"),
            "Mode": file.mode.unwrap_or(0o444),
        },
    })
}

fn restart(policy: &RestartPolicy) -> Value {
    let condition = match policy.condition {
        RestartCondition::None => "none",
        RestartCondition::OnFailure => "on-failure",
        RestartCondition::Any => "any",
    };
    let mut json = json!({"Condition": condition});
    if let Some(delay) = policy.delay_ms {
        json["Delay"] = json!(nanoseconds(delay));
    }
    if let Some(attempts) = policy.max_attempts {
        json["MaxAttempts"] = json!(attempts);
    }
    if let Some(window) = policy.window_ms {
        json["Window"] = json!(nanoseconds(window));
    }
    json
}

pub(super) fn endpoint(request: &ServiceCreate) -> Value {
    let mode = match request.endpoint_mode.unwrap_or_default() {
        EndpointMode::Vip => "vip",
        EndpointMode::Dnsrr => "dnsrr",
    };
    let ports: Vec<Value> = request
        .publish
        .iter()
        .map(|port| {
            let mode = match port.mode {
                PublishMode::Ingress => "ingress",
                PublishMode::Host => "host",
            };
            let mut json =
                json!({"Protocol": port.protocol.as_str(), "TargetPort": port.target, "PublishMode": mode});
            if let Some(published) = port.published {
                json["PublishedPort"] = json!(published);
            }
            json
        })
        .collect();
    json!({"Mode": mode, "Ports": ports})
}
