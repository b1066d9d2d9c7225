//! What there is to see: a few services, where they went and why.

use std::process::Command;

use anyhow::Result;

use super::lab::Lab;
use super::programs::Programs;
use super::{MANAGER_NODE, manager};
use crate::command;

/// A service of the demo.
struct Service {
    name: &'static str,
    replicas: u32,
    /// What each instance is expected to use, and further options.
    options: &'static [&'static str],
    /// What it runs, of busybox.
    command: &'static [&'static str],
}

/// Sized so that the three nodes of the lab take them all: each node one `web`, whose port can be had once on a node,
/// and none of them everything.
const SERVICES: [Service; 3] = [
    Service {
        name: "web",
        replicas: 3,
        options: &["--cpu", "100MHz", "--memory", "16m", "--publish", "published=8080,target=80,mode=host"],
        command: &["httpd", "-f"],
    },
    Service {
        name: "camera",
        replicas: 1,
        options: &["--cpu", "800MHz", "--memory", "128m"],
        command: &["sh", "-c", NOW_AND_THEN_BUSY],
    },
    Service {
        name: "sensor",
        replicas: 3,
        options: &["--cpu", "200MHz", "--memory", "24m"],
        command: &["sh", "-c", "while sleep 1; do cat /proc/loadavg > /tmp/reading; done"],
    },
];

/// A little work every second.
const NOW_AND_THEN_BUSY: &str = "while sleep 1; do i=0; while [ $i -lt 120000 ]; do i=$((i + 1)); done; done";

/// Creates the services that are not there yet.
pub(super) fn create_services(programs: &Programs, lab: &Lab) -> Result<()> {
    for service in SERVICES {
        if command::succeeds(programs.client().args(["service", "inspect", service.name])) {
            continue;
        }
        let mut create = programs.client();
        create.args([
            "service",
            "create",
            "--name",
            service.name,
            "--replicas",
            &service.replicas.to_string(),
        ]);
        create.args(service.options).arg(lab.image("busybox:latest"));
        command::run(create.args(service.command))?;
    }
    Ok(())
}

/// Shows nodes, services and, by Docker's own word, where the instances run.
pub(super) fn show(programs: &Programs) -> Result<()> {
    show_command("swarm-manager node ls", programs.client().args(["node", "ls"]))?;
    show_command("swarm-manager service ls", programs.client().args(["service", "ls"]))?;
    let instances: Vec<String> = SERVICES.iter().flat_map(instances).collect();
    let mut docker = programs.lab();
    docker.args(["docker", MANAGER_NODE, "--", "service", "ps", "--filter", "desired-state=running"]);
    show_command("docker service ps (what Swarm says)", docker.args(instances))?;
    show_command(
        "swarm-manager service explain --instance 2 sensor",
        programs.client().args(["service", "explain", "--instance", "2", "sensor"]),
    )
}

/// The names of a service's Swarm services.
fn instances(service: &Service) -> impl Iterator<Item = String> + use<> {
    let name = service.name;
    (0..service.replicas).map(move |instance| format!("{name}-{instance}"))
}

fn show_command(title: &str, command: &mut Command) -> Result<()> {
    println!("\n$ {title}");
    command::run(command)
}

/// What to type to go on from here.
pub(super) fn say_what_next(programs: &Programs) {
    println!(
        "
The Swarm runs until `cargo xtask demo --stop`. To go on from here:

    export PATH={folder}:$PATH SWARM_MANAGER_HOST={address}
    swarm-manager node top
    swarm-manager placement preview --replicas 2 --cpu 300MHz --memory 32m busybox
    swarm-manager service scale sensor=5
    swarm-manager service ps sensor
    swarm-lab --name demo load ap2 --cpu 80% --for 60s     # then look at node top
    swarm-lab --name demo kill ap3",
        folder = programs.folder().display(),
        address = manager::address(),
    );
}

#[cfg(test)]
mod tests {
    use super::{SERVICES, instances};

    #[test]
    fn instances_are_named_as_swarm_services() {
        assert_eq!(instances(&SERVICES[0]).collect::<Vec<_>>(), ["web-0", "web-1", "web-2"]);
    }
}
