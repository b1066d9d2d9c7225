use swarmmanager_api::{Mode, ResourceLimits, ServiceCreate};
use swarmmanager_units::Megahertz;

use super::*;
use crate::service::{PlacedOn, References, anchor_spec, pinned};

fn on() -> PlacedOn {
    PlacedOn { node: "n1".into(), per_core: Megahertz::new(1000.0), cores: 2.0 }
}

/// A running instance of `web`.
fn web() -> Value {
    let mut request = ServiceCreate::new("web", "app:1");
    request.mode = Mode::Replicated(2);
    request.env = vec!["A=1".into(), "B=2".into()];
    request.labels = BTreeMap::from([("team".to_owned(), "blue".to_owned())]);
    request.constraints = vec!["node.labels.zone == north".into()];
    request.limits =
        ResourceLimits { cpu: Some(CpuDemand::Cores(0.5)), memory: Some(Bytes::from_mib(64)), pids: None };
    pinned(&anchor_spec(&request, &References { image: "app:1".into(), ..References::default() }), &on())
}

fn updated(update: &ServiceUpdate) -> Value {
    let settings = Settings::of(&web()).updated(update, None);
    pinned(&settings.applied(&web()), &on())
}

#[track_caller]
fn check(update: ServiceUpdate, pointer: &str, expected: Value) {
    let spec = updated(&update);
    assert_eq!(spec.pointer(pointer), Some(&expected), "{spec:#}");
    // Nothing else changed.
    let mut restored = spec;
    let parent = pointer.rsplit_once('/').unwrap().0;
    match web().pointer(pointer) {
        Some(old) => *restored.pointer_mut(pointer).unwrap() = old.clone(),
        None => drop(
            restored
                .pointer_mut(parent)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(pointer.rsplit_once('/').unwrap().1),
        ),
    }
    assert_eq!(restored, web());
}

#[test]
fn what_is_taken_out_and_put_back_changes_nothing() {
    assert_eq!(pinned(&Settings::of(&web()).applied(&web()), &on()), web());
    assert_eq!(updated(&ServiceUpdate::default()), web());
    let json = serde_json::to_string(&Settings::of(&web())).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), Settings::of(&web()));
}

#[test]
fn an_update_changes_what_it_names_and_nothing_else() {
    let container = "/TaskTemplate/ContainerSpec";
    let update = ServiceUpdate {
        env_add: vec!["B=3".into(), "C=4".into()],
        env_remove: vec!["A".into(), "NOWHERE".into()],
        ..ServiceUpdate::default()
    };
    check(update, &format!("{container}/Env"), json!(["B=3", "C=4"]));
    let update = ServiceUpdate { args: Some(vec!["serve".into()]), ..ServiceUpdate::default() };
    check(update, &format!("{container}/Args"), json!(["serve"]));
    let update = ServiceUpdate {
        constraints_add: vec!["node.role == worker".into()],
        constraints_remove: vec!["node.labels.zone == north".into()],
        ..ServiceUpdate::default()
    };
    check(update, "/TaskTemplate/Placement/Constraints", json!(["node.role == worker", "node.id==n1"]));
    let limits = LimitsUpdate { pids: Some(7), ..LimitsUpdate::default() };
    let update = ServiceUpdate { limits: Some(limits), ..ServiceUpdate::default() };
    check(update, "/TaskTemplate/Resources/Limits/Pids", json!(7));
    check(ServiceUpdate { force: true, ..ServiceUpdate::default() }, "/TaskTemplate/ForceUpdate", json!(1));
    let labels_add = BTreeMap::from([("team".to_owned(), "red".to_owned())]);
    check(ServiceUpdate { labels_add, ..ServiceUpdate::default() }, "/Labels/team", json!("red"));
}

#[test]
fn demands_and_limits_reach_swarm_s_own_numbers() {
    let demand =
        DemandUpdate { cpu: Some(CpuDemand::Cores(0.25)), memory: Some(Bytes::from_mib(8)), disk: None };
    let limits = LimitsUpdate { cpu: Some(CpuDemand::Cores(0.0)), memory: Some(Bytes::ZERO), pids: None };
    let spec =
        updated(&ServiceUpdate { demand: Some(demand), limits: Some(limits), ..ServiceUpdate::default() });
    let expected = json!({"Limits": {}, "Reservations": {"NanoCPUs": 250_000_000, "MemoryBytes": 8 << 20}});
    assert_eq!(spec["TaskTemplate"]["Resources"], expected);
    assert_eq!(spec["Labels"][labels::CPU_MHZ], "250");
}

#[test]
fn an_image_comes_with_its_platforms() {
    let image = ImageReference {
        reference: "app:2@sha256:42".into(),
        platforms: vec![Platform { os: "linux".into(), arch: "arm64".into() }],
    };
    let settings = Settings::of(&web()).updated(&ServiceUpdate::default(), Some(&image));
    let spec = settings.applied(&web());
    assert_eq!(spec["TaskTemplate"]["ContainerSpec"]["Image"], "app:2@sha256:42");
    assert_eq!(spec["TaskTemplate"]["Placement"]["Platforms"][0]["Architecture"], "arm64");
    assert_eq!(Settings::of(&web()).differences(&settings), ["image app:2"]);
    assert_eq!(pinned(&Settings::of(&web()).applied(&spec), &on()), web(), "and goes with them");
}

#[test]
fn what_others_wrote_into_the_spec_is_kept() {
    let mut spec = web();
    spec["TaskTemplate"]["ContainerSpec"]["Sysctls"] = json!({"a": "b"});
    spec["TaskTemplate"]["LogDriver"] = json!({"Name": "json-file"});
    spec["Labels"][labels::REPLICAS] = json!("5");
    let update = ServiceUpdate { env_add: vec!["X=1".into()], ..ServiceUpdate::default() };
    let changed = Settings::of(&web()).updated(&update, None).applied(&spec);
    assert_eq!(changed["TaskTemplate"]["ContainerSpec"]["Sysctls"], json!({"a": "b"}));
    assert_eq!(changed["TaskTemplate"]["LogDriver"], json!({"Name": "json-file"}));
    assert_eq!(changed["Labels"][labels::REPLICAS], "5");
}

#[test]
fn wishes_change_as_labels_of_ours_and_are_named() {
    let update = ServiceUpdate { affinity_add: vec!["db".into()], ..ServiceUpdate::default() };
    check(update.clone(), "/Labels/swarmmanager.affinity", json!("db"));
    let before = Settings::of(&web());
    assert_eq!(before.differences(&before.updated(&update, None)), ["affinity"]);
    let back = ServiceUpdate { affinity_remove: vec!["db".into()], ..ServiceUpdate::default() };
    assert_eq!(before.updated(&update, None).updated(&back, None), before);
}
