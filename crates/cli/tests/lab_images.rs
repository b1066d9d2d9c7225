//! Images on their way: into a registry that asks for a password, and straight to nodes.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod stage;

use serde_json::Value;
use stage::{Stage, by_key};
use swarmmanager_lab::{Node, NodeSpec};

#[test]
fn images_reach_registries_and_nodes_and_what_is_there_is_not_sent_again() {
    let nodes = [NodeSpec::manager("ap1").memory_mib(512), NodeSpec::worker("ap2"), NodeSpec::worker("ap3")];
    let stage = Stage::waiting(&nodes);
    stage.init("site");
    let entries: Vec<Value> = stage.lab.nodes()[1..].iter().map(|node| by_key(&stage.lab, node)).collect();
    let joined = stage.join(&entries, &["--quiet"]);
    assert_eq!(joined.code, Some(0), "{joined:#?}");
    stage.docker(&["pull", "busybox"]);

    a_registry_takes_what_is_pushed(&stage);
    a_private_registry_asks_for_a_password(&stage);
    layers_are_sent_once(&stage);
}

fn a_registry_takes_what_is_pushed(stage: &Stage) {
    let name = format!("{}/team/web:1", stage.lab.registry());
    let pushed = stage.see(&["image", "push", "busybox", "--as", &name]);
    assert_eq!(pushed.code, Some(0), "{pushed:#?}");
    let job = stage.last_job();
    assert!(job["result"].as_str().unwrap().contains("sha256:"), "{job:#}");
    let pulled = stage.lab.node("ap2").unwrap().docker().args(["pull", &name]).output().unwrap();
    assert!(pulled.status.success(), "{pulled:?}");
    assert!(stage.ok(&["image", "ls"]).contains("team/web"));
}

fn a_private_registry_asks_for_a_password(stage: &Stage) {
    let registry = stage.lab.private_registry().unwrap();
    let name = format!("{}/team/web:1", registry.address);
    let push = ["image", "push", "busybox", "--as", &name];
    let nobody = stage.see(&push);
    assert_eq!(nobody.code, Some(1), "{nobody:#?}");
    let as_root = [&push[..], &["--username", &registry.user, "--password-stdin"]].concat();
    let mistaken = stage.tell(&as_root, "correct-horse-battery\n");
    assert_eq!(mistaken.code, Some(1), "{mistaken:#?}");
    let pushed = stage.tell(&as_root, &format!("{}\n", registry.password));
    assert_eq!(pushed.code, Some(0), "{pushed:#?}");
    stage.assert_untold("correct-horse-battery");
    stage.assert_untold(&registry.password);
    let encoded = format!("{:?}", stage.get("/api/v1/jobs"));
    assert!(!encoded.contains(&registry.password), "{encoded}");
}

fn layers_are_sent_once(stage: &Stage) {
    let (second, third) = (stage.lab.node("ap2").unwrap(), stage.lab.node("ap3").unwrap());
    stage.docker(&["tag", "busybox", "local/only:1"]);
    let sent = stage.see(&["image", "push", "local/only:1", "--to-nodes=ap3"]);
    assert_eq!(sent.code, Some(0), "{sent:#?}");
    assert!(sent.words.contains("0 of 1 layer were there") || sent.words.contains("sent"), "{sent:#?}");
    assert_eq!(id_of(third), id_of(stage.first()));

    let again = stage.see(&["image", "push", "local/only:1", "--to-nodes"]);
    assert_eq!(again.code, Some(0), "{again:#?}");
    assert!(again.words.contains("it had it"), "{again:#?}");
    // The second node has the layers from the registry, under another name.
    assert_eq!(id_of(second), id_of(stage.first()));
}

fn id_of(node: &Node) -> String {
    let output =
        node.docker().args(["image", "inspect", "--format", "{{.Id}}", "local/only:1"]).output().unwrap();
    assert!(output.status.success(), "{}: {output:?}", node.name());
    String::from_utf8(output.stdout).unwrap()
}
