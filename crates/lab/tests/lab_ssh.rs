//! Nodes that are signed in to: by key and password, each with files of its own, with and without an engine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code, reason = "other tests use the rest")]
mod host;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use host::{assert_gone, refused, succeeded};
use swarmmanager_lab::{InventoryFormat, Lab, Node, NodeSpec, SignIn};

/// `ssh` from the first node to another one.
fn ssh(lab: &Lab, node: &Node, options: &[&str]) -> Command {
    let mut ssh = lab.nodes()[0].command("ssh").unwrap();
    ssh.args(["-o", "LogLevel=ERROR", "-o", "ConnectTimeout=5"]).args(options);
    ssh.arg(format!("root@{}", node.address()));
    ssh
}

/// What a command says on a node to which the lab's key gives access.
fn on(lab: &Lab, node: &Node, command: &str) -> String {
    let key = lab.ssh_key().unwrap();
    let options =
        ["-i", key.to_str().unwrap(), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
    succeeded(ssh(lab, node, &options).arg(command))
}

#[test]
fn every_node_is_signed_in_to_and_keeps_its_files_to_itself() {
    let lab =
        Lab::start(&[NodeSpec::manager("ap1"), NodeSpec::worker("ap2").bare(), NodeSpec::worker("ap3")])
            .unwrap();
    let (second, third) = (lab.node("ap2").unwrap(), lab.node("ap3").unwrap());
    assert_eq!(on(&lab, second, "hostname"), "ap2");
    assert_eq!(
        on(&lab, second, "docker info --format '{{.Name}} {{.Swarm.LocalNodeState}}'"),
        "ap2 inactive"
    );
    assert_eq!(on(&lab, third, "docker info --format '{{.Name}} {{.Swarm.LocalNodeState}}'"), "ap3 active");

    let mark = format!("swarmlab-{}", std::process::id());
    on(
        &lab,
        second,
        &format!("for folder in /root /etc /usr/local/bin /var/lib /tmp; do >$folder/{mark}; done"),
    );
    for folder in ["/root", "/etc", "/usr/local/bin", "/var/lib", "/tmp"] {
        assert!(!Path::new(folder).join(&mark).exists(), "{folder} of this machine was changed");
        let there = format!("[ -e {folder}/{mark} ] && echo yes || echo no");
        assert_eq!(on(&lab, third, &there), "no", "{folder} of another node was changed");
        assert_eq!(on(&lab, second, &there), "yes");
    }
    second.kill().unwrap();
    second.start().unwrap();
    assert_eq!(on(&lab, second, &format!("ls /root/{mark}")), format!("/root/{mark}"));

    let inventory = lab.inventory_as(SignIn::Key, InventoryFormat::Toml).unwrap();
    assert_eq!(inventory.matches("[[nodes]]").count(), 2, "{inventory}");
    assert!(inventory.contains(&format!("address = \"{}\"", third.address())), "{inventory}");
    let name = lab.name().to_owned();
    drop(lab);
    assert_gone(&name);
}

#[test]
fn a_node_takes_its_password_and_shows_its_key_until_either_is_changed() {
    let lab = Lab::start(&[NodeSpec::manager("ap1"), NodeSpec::worker("ap2").bare()]).unwrap();
    let node = lab.node("ap2").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let answer = folder.path().join("answer");
    let known = format!("UserKnownHostsFile={}", folder.path().join("known_hosts").display());
    let by_password = |password: &str| {
        fs::write(&answer, format!("#!/bin/sh\necho '{password}'\n")).unwrap();
        fs::set_permissions(&answer, fs::Permissions::from_mode(0o700)).unwrap();
        let only = ["-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"];
        let new = ["-o", "StrictHostKeyChecking=accept-new", "-o", &known];
        let mut ssh = ssh(&lab, node, &[&only[..], &new].concat());
        ssh.env("SSH_ASKPASS", &answer).env("SSH_ASKPASS_REQUIRE", "force").arg("hostname");
        ssh
    };
    let password = lab.ssh_password().unwrap();
    assert_eq!(succeeded(&mut by_password(&password)), "ap2");
    assert!(refused(&mut by_password("mistaken")).contains("Permission denied"));

    node.change_host_key().unwrap();
    let changed = refused(&mut by_password(&password));
    assert!(
        changed.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") || changed.contains("changed"),
        "{changed}"
    );
    node.stop_ssh().unwrap();
    let stopped = refused(&mut by_password(&password));
    assert!(stopped.contains("refused"), "{stopped}");
}

#[test]
fn an_engine_is_installed_where_there_is_none() {
    let nodes = [NodeSpec::manager("ap1"), NodeSpec::worker("ap2").without_engine()];
    let lab = Lab::start(&nodes).unwrap();
    let node = lab.node("ap2").unwrap();
    assert_eq!(on(&lab, node, "command -v docker dockerd containerd runc || echo none"), "none");
    on(
        &lab,
        node,
        "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq --no-install-recommends install docker.io",
    );
    on(&lab, node, "service docker start && until docker version >/dev/null 2>&1; do sleep 0.2; done");
    let said = on(&lab, node, "docker run --rm --volume /etc:/of-node:ro busybox cat /of-node/hostname");
    assert!(said.ends_with("ap2"), "{said}");
    node.kill().unwrap();
    node.start().unwrap();
    assert!(succeeded(node.docker().args(["image", "ls"])).contains("busybox"));
}

#[test]
fn the_second_registry_asks_for_a_password() {
    let lab = Lab::start(&[NodeSpec::manager("ap1")]).unwrap();
    let registry = lab.private_registry().unwrap();
    let node = lab.node("ap1").unwrap();
    let settings = tempfile::tempdir().unwrap();
    let docker = |words: &[&str]| {
        let mut docker = node.docker();
        docker.env("DOCKER_CONFIG", settings.path()).args(words);
        docker
    };
    let image = format!("{}/busybox", registry.address);
    succeeded(&mut docker(&["pull", "busybox"]));
    succeeded(&mut docker(&["tag", "busybox", &image]));
    let nobody = refused(&mut docker(&["push", &image]));
    assert!(nobody.contains("no basic auth credentials"), "{nobody}");
    let mistaken =
        docker(&["login", "--username", "root", "--password", "mistaken", &registry.address]).output();
    assert!(!mistaken.unwrap().status.success());
    succeeded(&mut docker(&[
        "login",
        "--username",
        &registry.user,
        "--password",
        &registry.password,
        &registry.address,
    ]));
    succeeded(&mut docker(&["push", &image]));
}
