use swarmmanager_api::{
    EndpointMode, FileReference, Healthcheck, Mount, MountKind, NetworkAttachment, Protocol, PublishMode,
    PublishedPort, RestartCondition, RestartPolicy,
};
use swarmmanager_units::Bytes;

use super::*;
use crate::service::reading::{demand, host_ports, max_per_node, platforms, users_labels};

fn on(per_core_mhz: f64) -> PlacedOn {
    PlacedOn { node: "ap1".into(), per_core: Megahertz::new(per_core_mhz), cores: 1.0 }
}

fn web(change: impl FnOnce(&mut ServiceCreate)) -> Value {
    let mut request = ServiceCreate::new("web", "app:1");
    change(&mut request);
    let references = References {
        networks: BTreeMap::from([("lan".to_owned(), "lan-id".to_owned())]),
        secrets: BTreeMap::from([("key".to_owned(), "key-id".to_owned())]),
        configs: BTreeMap::from([("conf".to_owned(), "conf-id".to_owned())]),
        image: "app:1@sha256:41".to_owned(),
        platforms: vec![Platform { os: "linux".to_owned(), arch: "arm64".to_owned() }],
    };
    anchor_spec(&request, &references)
}

/// Checks one part of the spec that a request becomes.
#[track_caller]
fn check(change: impl FnOnce(&mut ServiceCreate), pointer: &str, expected: Value) {
    let spec = web(change);
    assert_eq!(spec.pointer(pointer), Some(&expected), "{pointer} of {spec:#}");
}

#[test]
fn an_anchor_runs_nothing_before_it_is_placed() {
    let spec = web(|request| request.mode = Mode::Replicated(3));
    assert_eq!(spec["Name"], "web-0");
    assert_eq!(spec["Mode"], json!({"Replicated": {"Replicas": 0}}));
    assert_eq!(label(&spec, labels::REPLICAS), Some("3"));
    assert_eq!(spec["TaskTemplate"]["ContainerSpec"]["Image"], "app:1@sha256:41");
    assert_eq!(platforms(&spec)[0].to_string(), "linux/arm64");
}

#[test]
fn a_demand_is_written_as_labels_and_reservations_of_the_node() {
    let anchor = web(|request| {
        request.demand.cpu = CpuDemand::Megahertz(Megahertz::new(500.0));
        request.demand.memory = Bytes::from_mib(32);
        request.limits.cpu = Some(CpuDemand::Cores(0.5));
        request.limits.memory = Some(Bytes::from_mib(48));
        request.limits.pids = Some(9);
    });
    let spec = pinned(&anchor, &on(2000.0));
    assert_eq!(
        spec["TaskTemplate"]["Resources"],
        json!({
            "Reservations": {"NanoCPUs": 250_000_000, "MemoryBytes": 32 << 20},
            "Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 48 << 20, "Pids": 9},
        })
    );
    assert_eq!(label(&spec, labels::CPU_MHZ), Some("500"));
    assert_eq!(demand(&spec).memory, Bytes::from_mib(32));
    let moved = pinned(&spec, &on(1000.0));
    assert_eq!(moved["TaskTemplate"]["Resources"]["Reservations"]["NanoCPUs"], 500_000_000);
    assert_eq!(moved["TaskTemplate"]["Placement"]["Constraints"], json!(["node.id==ap1"]));
}

#[test]
fn a_limit_beyond_the_node_is_the_node() {
    let anchor = web(|request| request.limits.cpu = Some(CpuDemand::Megahertz(Megahertz::new(3000.0))));
    let limit = |on| pinned(&anchor, &on)["TaskTemplate"]["Resources"]["Limits"]["NanoCPUs"].clone();
    assert_eq!(limit(on(1000.0)), 1_000_000_000);
    assert_eq!(limit(PlacedOn { cores: 4.0, ..on(1000.0) }), 3_000_000_000_u64);
}

#[test]
fn further_instances_are_the_anchor_less_its_intent() {
    let anchor = with_removal(&web(|request| {
        request.mode = Mode::Replicated(3);
        request.labels.insert("tier".into(), "front".into());
        request.max_replicas_per_node = Some(2);
    }));
    let spec = instance_spec(&anchor, "web", 2, &on(1000.0));
    assert_eq!(spec["Name"], "web-2");
    assert_eq!(label(&spec, labels::INSTANCE), Some("2"));
    assert_eq!((label(&spec, labels::REPLICAS), label(&spec, labels::REMOVING)), (None, None));
    assert_eq!(users_labels(&spec), BTreeMap::from([("tier".to_owned(), "front".to_owned())]));
    assert_eq!(max_per_node(&spec), Some(2));
}

#[test]
fn fields_that_nobody_here_knows_are_kept() {
    let mut anchor = web(|_| {});
    anchor["TaskTemplate"]["ContainerSpec"]["Sysctls"] = json!({"net.core.somaxconn": "1024"});
    anchor["TaskTemplate"]["LogDriver"] = json!({"Name": "json-file"});
    let spec = unpinned(&instance_spec(&anchor, "web", 1, &on(1000.0)));
    assert_eq!(
        spec["TaskTemplate"]["ContainerSpec"]["Sysctls"],
        anchor["TaskTemplate"]["ContainerSpec"]["Sysctls"]
    );
    assert_eq!(spec["TaskTemplate"]["LogDriver"], anchor["TaskTemplate"]["LogDriver"]);
}

#[test]
fn a_global_service_is_one_swarm_service_without_megahertz() {
    let spec = web(|request| request.mode = Mode::Global);
    assert_eq!(spec["Name"], "web");
    assert_eq!(spec["Mode"], json!({"Global": {}}));
    assert_eq!(spec["TaskTemplate"]["Resources"]["Reservations"], json!({"MemoryBytes": 64 << 20}));
}

#[test]
fn containers_are_described_in_docker_s_keys() {
    let container = |key: &str| format!("/TaskTemplate/ContainerSpec/{key}");
    check(|r| r.args = vec!["serve".into()], &container("Args"), json!(["serve"]));
    check(|r| r.entrypoint = vec!["/app".into()], &container("Command"), json!(["/app"]));
    check(|r| r.env = vec!["A=b".into()], &container("Env"), json!(["A=b"]));
    check(|r| r.workdir = Some("/srv".into()), &container("Dir"), json!("/srv"));
    check(|r| r.stop_grace_period_ms = Some(1500), &container("StopGracePeriod"), json!(1_500_000_000));
    check(|r| r.init = Some(false), &container("Init"), json!(false));
    check(|r| r.read_only = true, &container("ReadOnly"), json!(true));
    check(|r| r.cap_drop = vec!["ALL".into()], &container("CapabilityDrop"), json!(["ALL"]));
    let spec = web(|_| {});
    assert_eq!(
        spec["TaskTemplate"]["ContainerSpec"],
        json!({"Image": "app:1@sha256:41"}),
        "nothing that was not asked for"
    );
}

#[test]
fn mounts_are_described_in_docker_s_keys() {
    let mount = |kind, source: Option<&str>| Mount {
        kind,
        source: source.map(str::to_owned),
        target: "/data".into(),
        read_only: true,
        tmpfs_size: (kind == MountKind::Tmpfs).then(|| Bytes::from_mib(1)),
        bind_propagation: (kind == MountKind::Bind).then(|| "rslave".to_owned()),
        volume_driver: (kind == MountKind::Volume).then(|| "local".to_owned()),
    };
    check(
        |r| {
            r.mounts = vec![
                mount(MountKind::Bind, Some("/srv")),
                mount(MountKind::Volume, Some("data")),
                mount(MountKind::Tmpfs, None),
            ];
        },
        "/TaskTemplate/ContainerSpec/Mounts",
        json!([
            {"Type": "bind", "Source": "/srv", "Target": "/data", "ReadOnly": true, "BindOptions": {"Propagation": "rslave"}},
            {"Type": "volume", "Source": "data", "Target": "/data", "ReadOnly": true,
             "VolumeOptions": {"DriverConfig": {"Name": "local"}}},
            {"Type": "tmpfs", "Target": "/data", "ReadOnly": true, "TmpfsOptions": {"SizeBytes": 1 << 20}},
        ]),
    );
}

#[test]
fn secrets_and_configs_carry_their_ids_and_docker_s_defaults() {
    let file = |source: &str| FileReference {
        source: source.into(),
        target: None,
        uid: None,
        gid: None,
        mode: None,
    };
    let expected = |kind: &str, name: &str| {
        json!([{
            (format!("{kind}ID")): format!("{name}-id"), (format!("{kind}Name")): name,
            "File": {"Name": name, "UID": "0", "GID": "0", "Mode": 292},
        }])
    };
    check(
        |r| r.secrets = vec![file("key")],
        "/TaskTemplate/ContainerSpec/Secrets",
        expected("Secret", "key"),
    );
    check(
        |r| r.configs = vec![file("conf")],
        "/TaskTemplate/ContainerSpec/Configs",
        expected("Config", "conf"),
    );
}

#[test]
fn instances_share_the_service_s_name_on_every_network() {
    let lan =
        NetworkAttachment { name: "lan".into(), aliases: vec!["www".into()], driver_opts: BTreeMap::new() };
    check(
        |r| r.networks = vec![lan],
        "/TaskTemplate/Networks",
        json!([{"Target": "lan-id", "Aliases": ["web", "www"], "DriverOpts": {}}]),
    );
}

#[test]
fn ports_of_the_node_are_told_from_those_of_the_routing_mesh() {
    let port = |mode| PublishedPort { target: 80, published: Some(8080), protocol: Protocol::Udp, mode };
    let spec = web(|r| {
        r.publish = vec![port(PublishMode::Host)];
        r.endpoint_mode = Some(EndpointMode::Dnsrr);
    });
    assert_eq!(
        spec["EndpointSpec"],
        json!({"Mode": "dnsrr", "Ports": [
            {"Protocol": "udp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}
        ]})
    );
    assert_eq!(host_ports(&spec).collect::<Vec<_>>(), [(8080, "udp")]);
    let spec = web(|r| r.publish = vec![port(PublishMode::Ingress)]);
    assert_eq!(host_ports(&spec).count(), 0);
}

#[test]
fn health_checks_and_restart_policies_are_in_nanoseconds() {
    let check_every = |interval_ms| Healthcheck {
        command: Some("true".into()),
        interval_ms: Some(interval_ms),
        retries: Some(2),
        ..Healthcheck::default()
    };
    check(
        |r| r.healthcheck = Some(check_every(2000)),
        "/TaskTemplate/ContainerSpec/Healthcheck",
        json!({"Test": ["CMD-SHELL", "true"], "Interval": 2_000_000_000, "Retries": 2}),
    );
    check(
        |r| r.healthcheck = Some(Healthcheck { disable: true, ..Healthcheck::default() }),
        "/TaskTemplate/ContainerSpec/Healthcheck",
        json!({"Test": ["NONE"]}),
    );
    let policy = RestartPolicy {
        condition: RestartCondition::OnFailure,
        delay_ms: Some(5),
        max_attempts: Some(3),
        window_ms: None,
    };
    check(
        |r| r.restart = Some(policy),
        "/TaskTemplate/RestartPolicy",
        json!({"Condition": "on-failure", "Delay": 5_000_000, "MaxAttempts": 3}),
    );
}
