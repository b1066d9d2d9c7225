//! The client against a real Docker Engine and a Swarm of one node.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod daemon;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use daemon::{Daemon, REGISTRY};
use futures_util::StreamExt;
use serde_json::{Value, json};
use swarmmanager_engine::{
    Availability, Engine, EngineError, Filters, LocalNodeState, NodeState, Role, ServiceMode, Task, TaskState,
};
use swarmmanager_units::NodeId;

const ADDRESS: &str = "10.98.0.1";

async fn started() -> (Daemon, Engine) {
    let (daemon, engine) = Daemon::start().await;
    engine.swarm_init(Some(ADDRESS), None, &BTreeMap::new()).await.unwrap();
    (daemon, engine)
}

/// An image in which `/bin/sh` and what a shell needs are there.
fn busybox(name: &str) -> Vec<u8> {
    let program = std::fs::read("/bin/busybox").expect("Debian's busybox-static is needed");
    let image = swarmmanager_image::Image::new(name).file("/bin/busybox", 0o755, program);
    let image = ["sh", "sleep", "true"]
        .into_iter()
        .fold(image, |image, applet| image.symlink(format!("/bin/{applet}"), "busybox"));
    image.archive().unwrap().bytes
}

/// A spec with much in it that this client knows nothing of.
fn rich_spec(name: &str, image: &str) -> Value {
    json!({
        "Name": name,
        "Labels": {"tier": "edge", "swarmmanager.service": "web"},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": image,
                "Command": ["sleep"],
                "Args": ["1000"],
                "Env": ["A=<&>", "B=\"ü\"\n"],
                "Healthcheck": {
                    "Test": ["CMD", "true"], "Interval": 3_000_000_000_u64, "Timeout": 1_000_000_000,
                    "StartPeriod": 2_000_000_000, "Retries": 7,
                },
                "Sysctls": {"net.core.somaxconn": "100"},
                "Ulimits": [{"Name": "nofile", "Hard": 4096, "Soft": 2048}],
                "CapabilityAdd": ["CAP_NET_ADMIN"],
                "Hosts": ["10.1.2.3 other"],
                "DNSConfig": {"Nameservers": ["10.1.1.1"], "Options": ["ndots:2"]},
                "Mounts": [{"Type": "tmpfs", "Target": "/scratch", "TmpfsOptions": {"SizeBytes": 1_048_576}}],
                "StopGracePeriod": 1_000_000_000,
            },
            "Resources": {"Limits": {"Pids": 50}, "Reservations": {"NanoCPUs": 10_000_000, "MemoryBytes": 8_388_608}},
            "RestartPolicy": {"Condition": "any", "Delay": 1_000_000_000, "MaxAttempts": 0},
            "Placement": {"Constraints": ["node.labels.x!=y"],
                "Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.rack"}}]},
            "LogDriver": {"Name": "json-file", "Options": {"max-size": "1m"}},
        },
        "Mode": {"Replicated": {"Replicas": 1}},
        "UpdateConfig": {"Parallelism": 1, "FailureAction": "pause", "MaxFailureRatio": 0.1, "Order": "start-first"},
        "EndpointSpec": {"Mode": "dnsrr"},
    })
}

async fn running_task(engine: &Engine, service: &str) -> Task {
    let filters = Filters::new().service(service).desired_state(TaskState::Running);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let tasks = engine.tasks_matching(&filters).await.unwrap();
        if let Some(task) = tasks.iter().find(|task| task.state == TaskState::Running) {
            return task.clone();
        }
        assert!(Instant::now() < deadline, "no running task of {service}: {tasks:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn an_engine_is_in_no_swarm_until_it_starts_one() {
    let (_daemon, engine) = Daemon::start().await;
    let version = engine.version().await.unwrap();
    assert!(!version.version.is_empty() && version.api_version.starts_with("1."), "{version:?}");
    let info = engine.info().await.unwrap();
    assert_eq!((info.swarm.state, info.swarm.control_available), (LocalNodeState::Inactive, false));
    for error in [
        engine.nodes().await.unwrap_err(),
        engine.services().await.unwrap_err(),
        engine.swarm_inspect().await.unwrap_err(),
        engine.service_create(&json!({"Name": "web"}), None).await.unwrap_err(),
    ] {
        assert!(matches!(error, EngineError::NotInSwarm { .. }), "{error:?}");
    }

    let node = engine.swarm_init(Some(ADDRESS), None, &BTreeMap::new()).await.unwrap();
    let error = engine.swarm_init(Some(ADDRESS), None, &BTreeMap::new()).await.unwrap_err();
    assert!(matches!(error, EngineError::AlreadyInSwarm { .. }), "{error:?}");

    let info = engine.info().await.unwrap();
    assert_eq!((info.swarm.state, info.swarm.control_available), (LocalNodeState::Active, true));
    assert_eq!((info.swarm.nodes, info.swarm.managers), (Some(1), Some(1)));
    assert_eq!((info.swarm.node_id.as_str(), info.swarm.node_addr.as_str()), (node.as_str(), ADDRESS));
    let settings = engine.swarm_inspect().await.unwrap();
    assert_eq!(info.swarm.cluster_id.as_ref(), Some(&settings.cluster_id));
    assert_eq!(settings.heartbeat_period, Duration::from_secs(5));
    assert!(settings.created_unix_ms > 0 && !settings.autolock);

    let nodes = engine.nodes().await.unwrap();
    let [only] = nodes.as_slice() else { panic!("{nodes:?}") };
    assert_eq!((only.id.as_str(), only.role, only.leader), (node.as_str(), Role::Manager, true));
    assert_eq!((only.state, only.availability), (NodeState::Ready, Availability::Active));
    assert_eq!((only.address.as_str(), only.hostname.as_str()), (ADDRESS, info.hostname.as_str()));
    assert_eq!(only.memory_bytes, info.memory_bytes);
    assert!(engine.is_leader(&only.id).await.unwrap());
    let error = engine.is_leader(&NodeId::from("nobody")).await.unwrap_err();
    assert!(matches!(error, EngineError::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn an_update_changes_what_it_was_asked_to_change_and_nothing_else() {
    let (_daemon, engine) = started().await;
    let created = engine.service_create(&rich_spec("web-0", "busybox:1"), None).await.unwrap();
    let before = engine.service("web-0").await.unwrap();
    assert_eq!((before.id.as_str(), before.mode()), (created.id.as_str(), Some(ServiceMode::Replicated(1))));
    assert_eq!(before.label("swarmmanager.service"), Some("web"));

    let mut wanted = before.spec.clone();
    wanted["TaskTemplate"]["Placement"]["Constraints"] = json!(["node.labels.x!=y", "node.id==abc"]);
    engine.service_update(&before.id, before.version, &wanted, None).await.unwrap();
    let after = engine.service(&before.id).await.unwrap();
    assert_eq!(after.spec, wanted);
    assert_eq!(after.spec["TaskTemplate"]["ContainerSpec"]["Healthcheck"]["Retries"], 7);
    assert!(after.version > before.version && after.updated_unix_ms > after.created_unix_ms);

    let error = engine.service_update(&before.id, before.version, &before.spec, None).await.unwrap_err();
    assert!(matches!(error, EngineError::OutOfSequence), "{error:?}");
    assert_eq!(engine.service(&before.id).await.unwrap().spec, wanted);

    assert_eq!(after.previous_spec.as_ref(), Some(&before.spec));
    // Swarm itself writes into the service how the update goes, so its version may grow at any moment.
    let rolled_back = loop {
        let latest = engine.service(&before.id).await.unwrap();
        match engine.service_rollback(&latest).await {
            Err(EngineError::OutOfSequence) => {}
            result => break result,
        }
    };
    rolled_back.unwrap();
    assert_eq!(engine.service(&before.id).await.unwrap().spec, before.spec);
}

#[tokio::test]
async fn services_are_found_by_label_and_missed_when_they_are_gone() {
    let (_daemon, engine) = started().await;
    let mut other = rich_spec("other", "busybox:1");
    other["Labels"] = json!({});
    engine.service_create(&rich_spec("web-0", "busybox:1"), None).await.unwrap();
    engine.service_create(&other, None).await.unwrap();
    assert_eq!(engine.services().await.unwrap().len(), 2);
    for label in ["swarmmanager.service", "swarmmanager.service=web"] {
        let found = engine.services_matching(&Filters::new().label(label)).await.unwrap();
        assert_eq!(found.iter().map(|service| service.name()).collect::<Vec<_>>(), ["web-0"], "{label}");
        assert_eq!(found[0].tasks.map(|tasks| tasks.desired), Some(1));
    }

    let error = engine.service_create(&rich_spec("web-0", "busybox:1"), None).await.unwrap_err();
    assert!(matches!(error, EngineError::NameConflict { .. }), "{error:?}");
    assert_eq!(error.to_string(), "name conflicts with an existing object: service web-0 already exists");
    let error = engine.service_create(&rich_spec("no name", "busybox:1"), None).await.unwrap_err();
    assert_eq!(error.to_string(), "name must be valid as a DNS name component");
    assert!(matches!(error, EngineError::Refused { status: 400, .. }), "{error:?}");

    let gone = engine.service("web-0").await.unwrap();
    engine.service_remove("web-0").await.unwrap();
    for error in [
        engine.service_remove("web-0").await.unwrap_err(),
        engine.service("web-0").await.unwrap_err(),
        engine.service_update(&gone.id, gone.version, &gone.spec, None).await.unwrap_err(),
        engine.node("nobody").await.unwrap_err(),
    ] {
        assert!(matches!(error, EngineError::NotFound { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn an_image_travels_by_archive_and_registry_into_a_running_task() {
    let (_daemon, engine) = started().await;
    let since = now_ns();
    assert_eq!(engine.image_load(busybox("local/busybox:1")).await.unwrap(), ["local/busybox:1"]);
    let name = format!("{REGISTRY}/team/busybox:1");
    engine.image_tag("local/busybox:1", &name).await.unwrap();
    assert_eq!(engine.resolve_image(&name, None).await.reference, name, "nobody has pushed it yet");
    engine.image_push(&name, None, |_| {}).await.unwrap();
    let image = engine.image_inspect(&name).await.unwrap();
    let resolved = engine.resolve_image(&name, None).await.reference;
    let (tagged, digest) = resolved.split_once('@').unwrap();
    assert_eq!(tagged, name);
    assert_eq!(image.repo_digests, [format!("{REGISTRY}/team/busybox@{digest}")]);
    let platforms = engine.registry_image(&name, None).await.unwrap().platforms;
    assert_eq!(platforms[0].architecture, image.architecture);

    let id = engine.service_create(&rich_spec("web-0", &resolved), None).await.unwrap().id;
    let task = running_task(&engine, "web-0").await;
    assert_eq!(
        (task.service_id.as_str(), task.slot, task.image.as_str()),
        (id.as_str(), Some(1), resolved.as_str())
    );
    assert_eq!((task.reserved_nano_cpus, task.reserved_memory_bytes), (10_000_000, 8 << 20));
    assert_eq!(task.container_id.map(|id| id.len()), Some(64));
    assert_eq!(engine.services_matching(&Filters::new()).await.unwrap()[0].tasks.unwrap().running, 1);

    engine.service_remove(&id).await.unwrap();
    let about = Filters::new().kind("service").of_swarm();
    let events = engine.events_matching(&about, Some(since)).await.unwrap();
    let events: Vec<_> = events.take(2).map(Result::unwrap).collect().await;
    let said: Vec<_> = events.iter().map(|e| (e.action.as_str(), e.attributes["name"].as_str())).collect();
    assert_eq!(said, [("create", "web-0"), ("remove", "web-0")]);
    assert!(events.iter().all(|event| event.actor_id == id && event.is_about_swarm()));
    let mut later = engine.events_matching(&about, Some(events[0].unix_ns)).await.unwrap();
    assert_eq!(later.next().await.unwrap().unwrap(), events[1], "an event is not said twice");
}

#[tokio::test]
async fn transfers_that_fail_say_so() {
    let (_daemon, engine) = Daemon::start().await;
    let error = engine.image_load(b"this is no archive".to_vec()).await.unwrap_err();
    assert!(matches!(error, EngineError::Transfer { .. } | EngineError::Refused { .. }), "{error:?}");
    let error = engine.image_push(&format!("{REGISTRY}/nothing:1"), None, |_| {}).await.unwrap_err();
    assert!(matches!(error, EngineError::Transfer { .. } | EngineError::NotFound { .. }), "{error:?}");
    engine.image_load(busybox("10.98.0.99:5000/busybox:1")).await.unwrap();
    let error = engine.image_push("10.98.0.1:1/busybox:1", None, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error:?}");
    engine.image_tag("10.98.0.99:5000/busybox:1", "10.98.0.1:1/busybox:1").await.unwrap();
    let error = engine.image_push("10.98.0.1:1/busybox:1", None, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("connection refused"), "{error:?}");
    assert!(!engine.has_image("nothing:1").await.unwrap());
    let error = engine.image_tag("nothing:1", "else:1").await.unwrap_err();
    assert!(matches!(error, EngineError::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn networks_secrets_and_configs_are_found_by_name() {
    let (daemon, engine) = started().await;
    let id = engine.network_create("backend", "overlay", true).await.unwrap();
    let error = engine.network_create("backend", "overlay", true).await.unwrap_err();
    assert!(matches!(error, EngineError::NameConflict { .. }), "{error:?}");
    let networks = engine.networks().await.unwrap();
    let found = networks.iter().find(|network| network.name == "backend").unwrap();
    assert_eq!((&found.id, found.scope.as_str(), found.attachable), (&id, "swarm", true));
    engine.network_remove(&id).await.unwrap();
    let error = engine.network_remove(&id).await.unwrap_err();
    assert!(matches!(error, EngineError::NotFound { .. }), "{error:?}");

    let secret = daemon.docker(&["secret", "create", "password", "/etc/hostname"]);
    let config = daemon.docker(&["config", "create", "settings", "/etc/hostname"]);
    let named = |all: Vec<swarmmanager_engine::Named>| {
        all.into_iter().map(|one| (one.id, one.name)).collect::<Vec<_>>()
    };
    assert_eq!(named(engine.secrets().await.unwrap()), [(secret, "password".to_owned())]);
    assert_eq!(named(engine.configs().await.unwrap()), [(config, "settings".to_owned())]);
}

fn now_ns() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_nanos()).unwrap()
}
