//! Nodes of a lab: as large as they were asked to be, one Swarm, lost and found again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code, reason = "other tests use the rest")]
mod host;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use host::{assert_gone, left_of, refused, succeeded, wait_for};
use swarmmanager_engine::{NodeState, Role as SwarmRole};
use swarmmanager_image::Image;
use swarmmanager_lab::{Forwarding, Lab, LabError, Link, Load, Node, NodeSpec, State};
use swarmmanager_units::Bytes;

/// Swarm takes a node for lost after three missed heartbeats of one second each, and a moment.
const LOST_LIMIT: Duration = Duration::from_secs(15);

fn two_nodes() -> Lab {
    Lab::start(&[NodeSpec::manager("ap1"), NodeSpec::worker("ap2")]).unwrap()
}

async fn state_of(lab: &Lab, name: &str) -> NodeState {
    let nodes = lab.node("ap1").unwrap().engine().nodes().await.unwrap();
    nodes.iter().find(|node| node.hostname == name).unwrap().state
}

async fn wait_for_state(lab: &Lab, name: &str, wanted: NodeState) {
    let deadline = Instant::now() + LOST_LIMIT;
    loop {
        let state = state_of(lab, name).await;
        if state == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{name} is {state:?}, not {wanted:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A number in a file of a node's cgroup, whichever version has it.
fn limit(node: &Node, version_1: &str, version_2: &str) -> f64 {
    let cgroup = node.cgroup();
    let cgroup = cgroup.strip_prefix("/").unwrap();
    let top = Path::new("/sys/fs/cgroup");
    let (tree, file) = if top.join("cgroup.controllers").exists() {
        ("", version_2)
    } else {
        (version_1.split('.').next().unwrap(), version_1)
    };
    let path = top.join(tree).join(cgroup).join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.split_whitespace().find_map(|word| word.parse().ok()).unwrap_or_else(|| panic!("{text:?}"))
}

fn cpu_seconds(node: &Node) -> f64 {
    let unit = if Path::new("/sys/fs/cgroup/cgroup.controllers").exists() { 1e6 } else { 1e9 };
    limit(node, "cpuacct.usage", "cpu.stat") / unit
}

fn cores(node: &Node) -> f64 {
    limit(node, "cpu.cfs_quota_us", "cpu.max") / 100_000.0
}

#[tokio::test]
async fn five_nodes_of_different_sizes_are_one_swarm() {
    let sizes =
        [(2000.0, 512, 512), (1000.0, 256, 256), (600.0, 128, 128), (300.0, 64, 128), (100.0, 32, 64)];
    let spec = |(index, (mhz, memory, disk)): (usize, (f64, u64, u64))| {
        let name = format!("edge-{}", index + 1);
        let node = if index < 2 { NodeSpec::manager(name) } else { NodeSpec::worker(name) };
        node.mhz(mhz).memory_mib(memory).disk_mib(disk)
    };
    let lab = Lab::start(&sizes.into_iter().enumerate().map(spec).collect::<Vec<_>>()).unwrap();

    let mut known = lab.node("edge-1").unwrap().engine().nodes().await.unwrap();
    known.sort_by(|one, other| one.hostname.cmp(&other.hostname));
    let seen: Vec<_> =
        known.iter().map(|node| (node.hostname.as_str(), node.address.clone(), node.state)).collect();
    let asked: Vec<_> =
        lab.nodes().iter().map(|node| (node.name(), node.address().to_string(), NodeState::Ready)).collect();
    assert_eq!(seen, asked);
    let managers = known.iter().filter(|node| node.role == SwarmRole::Manager).count();
    assert_eq!(managers, 2);

    for (node, (_, memory, disk)) in lab.nodes().iter().zip(sizes) {
        let memory_limit = limit(node, "memory.limit_in_bytes", "memory.max");
        assert_eq!(memory_limit, Bytes::from_mib(memory).as_f64(), "{}", node.name());
        let folder = node.root().unwrap().join("var/lib/docker");
        let size = rustix::fs::statvfs(&folder).unwrap();
        let mib = (size.f_blocks * size.f_frsize) >> 20;
        assert!((disk * 9 / 10..=disk).contains(&mib), "{}: {mib} MiB of {disk}", node.name());
        assert_eq!(node.engine().info().await.unwrap().hostname, node.name());
    }
    // The same machine gives both, so that the quotas are to each other as the sizes are.
    let per_mhz = |index: usize| cores(&lab.nodes()[index]) / sizes[index].0;
    for index in 1..sizes.len() {
        assert!((per_mhz(index) / per_mhz(0) - 1.0).abs() < 0.002, "{index}: {}", per_mhz(index));
    }
    let status = lab.status().unwrap();
    assert!(
        status.nodes.iter().all(|node| node.state == State::Ready && node.node_id.is_some()),
        "{status:?}"
    );
}

#[test]
fn containers_and_programs_of_a_node_share_its_limits() {
    let small = NodeSpec::worker("ap2").mhz(400.0).memory_mib(64);
    let lab = Lab::start(&[NodeSpec::manager("ap1"), small]).unwrap();
    let node = lab.node("ap2").unwrap();

    let (since, before) = (Instant::now(), cpu_seconds(node));
    let busy = "timeout 2 sh -c 'while :; do :; done' & timeout 2 sh -c 'while :; do :; done'; true";
    let mut program = node.command("sh").unwrap().args(["-c", &format!("{busy}; wait")]).spawn().unwrap();
    succeeded(node.docker().args(["run", "--rm", "busybox", "sh", "-c", &format!("{busy}; wait")]));
    program.wait().unwrap();
    let share = (cpu_seconds(node) - before) / since.elapsed().as_secs_f64() / cores(node);
    assert!((0.7..1.1).contains(&share), "four busy loops used {share} of the quota");

    let greedy = "dd if=/dev/zero of=/dev/null bs=100M count=1";
    for mut command in [node.docker(), node.command("sh").unwrap()] {
        let is_container = command.get_program().to_string_lossy().ends_with("docker");
        if is_container {
            command.args(["run", "--rm", "busybox", "sh"]);
        }
        let output = command.args(["-c", greedy]).output().unwrap();
        assert!(!output.status.success(), "100 MiB fit into 64 MiB: {output:?}");
    }
}

#[test]
fn load_takes_the_share_that_it_was_told() {
    let lab = two_nodes();
    let node = lab.node("ap2").unwrap();
    let (since, before) = (Instant::now(), cpu_seconds(node));
    let load = Load { cpu: 0.5, memory: Bytes::from_mib(100), duration: Duration::from_secs(2) };
    let running = node.load(load).unwrap();
    let wanted = Bytes::from_mib(100).as_f64();
    wait_for("the load's memory", Duration::from_secs(2), || {
        let used = limit(node, "memory.usage_in_bytes", "memory.current");
        if used >= wanted { Ok(()) } else { Err(format!("{used} bytes")) }
    });
    running.wait().unwrap();
    let share = (cpu_seconds(node) - before) / since.elapsed().as_secs_f64() / cores(node);
    assert!((0.4..0.6).contains(&share), "the load used {share} of the node");
    assert!(limit(node, "memory.usage_in_bytes", "memory.current") < wanted / 2.0);
}

#[tokio::test]
async fn a_killed_node_is_lost_and_comes_back_with_its_disk() {
    let lab = two_nodes();
    let node = lab.node("ap2").unwrap();
    succeeded(node.docker().args([
        "run",
        "--detach",
        "--restart=always",
        "--name=kept",
        "busybox",
        "sleep",
        "1000",
    ]));
    let id = node.engine().info().await.unwrap().swarm.node_id;
    let link = || succeeded(node.command("cat").unwrap().arg("/sys/class/net/eth0/address"));
    let hardware_address = link();
    let mut program = node.command("sleep").unwrap().arg("1000").spawn().unwrap();

    node.kill().unwrap();
    assert!(!program.wait().unwrap().success(), "a program survived its node");
    assert!(!node.is_on() && node.engine().ping().await.is_err());
    assert!(matches!(node.command("true"), Err(LabError::Off(_))));
    assert!(matches!(node.partition(), Err(LabError::Off(_))));
    wait_for_state(&lab, "ap2", NodeState::Down).await;
    assert_eq!(lab.status().unwrap().nodes[1].state, State::Off);

    node.start().unwrap();
    wait_for_state(&lab, "ap2", NodeState::Ready).await;
    assert_eq!(node.engine().info().await.unwrap().swarm.node_id, id);
    assert_eq!(link(), hardware_address);
    let since = Instant::now();
    succeeded(lab.node("ap1").unwrap().docker().args(["pull", "busybox"]));
    assert!(since.elapsed() < Duration::from_secs(5), "the registry answered after {:?}", since.elapsed());
    let running = || {
        let names = succeeded(node.docker().args(["ps", "--format", "{{.Names}}"]));
        if names == "kept" { Ok(()) } else { Err(names) }
    };
    wait_for("the node's container to run again", Duration::from_secs(20), running);
}

#[tokio::test]
async fn a_partitioned_node_is_lost_while_it_goes_on() {
    let lab = two_nodes();
    let node = lab.node("ap2").unwrap();
    succeeded(node.docker().args(["run", "--detach", "--name=goes-on", "busybox", "sleep", "1000"]));
    node.partition().unwrap();
    assert_eq!(node.is_connected().unwrap(), Some(false));
    wait_for_state(&lab, "ap2", NodeState::Down).await;
    assert_eq!(lab.status().unwrap().nodes[1].state, State::Partitioned);
    assert_eq!(succeeded(node.docker().args(["ps", "--format", "{{.Names}}"])), "goes-on");

    node.heal().unwrap();
    wait_for_state(&lab, "ap2", NodeState::Ready).await;
    assert_eq!(lab.status().unwrap().nodes[1].state, State::Ready);
}

#[test]
fn images_come_from_the_registry_or_are_refused_at_once() {
    let lab = two_nodes();
    let (manager, worker) = (lab.node("ap1").unwrap(), lab.node("ap2").unwrap());
    for image in ["busybox".to_owned(), format!("{}/busybox", lab.registry())] {
        assert_eq!(succeeded(worker.docker().args(["run", "--rm", &image, "echo", "hello"])), "hello");
    }
    let hello = Image::new("local/hello:1").file("/bin/busybox", 0o755, fs::read("/bin/busybox").unwrap());
    let name = lab.push_image(hello.archive().unwrap().bytes, "team/hello:2").unwrap();
    assert_eq!(name, format!("{}/team/hello:2", lab.registry()));
    assert_eq!(succeeded(worker.docker().args(["run", "--rm", &name, "/bin/busybox", "echo", "hi"])), "hi");

    let since = Instant::now();
    for image in ["no-such-image".to_owned(), format!("{}/no-such-image", lab.registry())] {
        refused(manager.docker().args(["pull", &image]));
    }
    assert!(since.elapsed() < Duration::from_secs(5), "it took {:?}", since.elapsed());
    let error = lab.push_image(b"no archive".to_vec(), "bad:1").unwrap_err();
    assert!(matches!(error, LabError::Engine { .. }), "{error:?}");
}

#[test]
fn a_node_s_program_is_the_process_that_was_started() {
    let lab = two_nodes();
    let node = lab.node("ap2").unwrap();
    assert_eq!(succeeded(node.command("hostname").unwrap().current_dir("/usr")), "ap2");
    assert_eq!(succeeded(node.command("pwd").unwrap().current_dir("/usr")), "/usr");
    assert!(
        succeeded(node.command("ip").unwrap().args(["-brief", "address"]))
            .contains(&node.address().to_string())
    );
    assert_eq!(node.command("sh").unwrap().args(["-c", "exit 7"]).status().unwrap().code(), Some(7));

    let mut child = node.command("sleep").unwrap().arg("1000").spawn().unwrap();
    let name = format!("/proc/{}/comm", child.id());
    wait_for("the program to run", Duration::from_secs(10), || {
        let name = fs::read_to_string(&name).unwrap();
        if name.trim_end() == "sleep" { Ok(()) } else { Err(name) }
    });
    let cgroup = fs::read_to_string(format!("/proc/{}/cgroup", child.id())).unwrap();
    assert!(cgroup.contains(&format!("{}/", node.cgroup().display())), "{cgroup}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_slow_link_is_slow_in_both_directions() {
    let link = Link { rate: Some("4mbit".parse().unwrap()), ..Link::default() };
    let lab = Lab::start(&[NodeSpec::manager("ap1"), NodeSpec::worker("ap2").link(link)]).unwrap();
    let (fast, slow) = (lab.node("ap1").unwrap(), lab.node("ap2").unwrap());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small"), "1").unwrap();
    fs::write(folder.path().join("large"), vec![0; 500_000]).unwrap();
    for (from, to) in [(fast, slow), (slow, fast)] {
        let mut server = from.command("busybox").unwrap();
        let mut server = server.args(["httpd", "-f", "-p", "7000", "-h"]).arg(folder.path()).spawn().unwrap();
        let fetch = |file: &str| {
            let url = format!("http://{}:7000/{file}", from.address());
            to.command("busybox").unwrap().args(["wget", "-q", "-O", "/dev/null", &url]).status().unwrap()
        };
        wait_for("the server to listen", Duration::from_secs(20), || {
            let status = fetch("small");
            if status.success() { Ok(()) } else { Err(status.to_string()) }
        });
        let since = Instant::now();
        assert!(fetch("large").success());
        let seconds = since.elapsed().as_secs_f64();
        server.kill().unwrap();
        server.wait().unwrap();
        assert!((0.8..3.0).contains(&seconds), "4 Mbit at 4 Mbit/s took {seconds} s to {}", to.name());
    }
}

#[test]
fn a_lab_is_gone_once_it_is_dropped() {
    let lab = two_nodes();
    let name = lab.name().to_owned();
    assert!(left_of(&name).len() > 5, "{:?}", left_of(&name));
    drop(lab);
    assert_gone(&name);
    let error = Lab::open(&name).unwrap_err();
    assert_eq!(error.to_string(), format!("there is no lab {name:?}; `swarm-lab --name {name} up` makes it"));
}

/// The hostname that a web server in the node says, read through a forwarded port.
fn asked_through(forwarding: &Forwarding) -> Result<String, String> {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(forwarding.address())?;
        stream.write_all(b"GET /hostname HTTP/1.0\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().map_err(|error| error.to_string())?;
    answer.rsplit_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned()).ok_or(answer)
}

#[test]
fn a_forwarded_port_leads_to_the_node_also_after_it_was_off() {
    let lab = Lab::start(&[NodeSpec::manager("ap1")]).unwrap();
    let node = lab.node("ap1").unwrap();
    let forwarding = node.forward("127.0.0.1:0".parse().unwrap(), 8080).unwrap();
    let taken = node.forward(forwarding.address(), 8080).unwrap_err();
    assert!(matches!(taken, LabError::Listen { .. }), "{taken}");
    for _ in 0..2 {
        let mut server = node.command("busybox").unwrap();
        server.args(["httpd", "-f", "-p", "8080", "-h", "/proc/sys/kernel"]);
        let mut server = server.spawn().unwrap();
        wait_for("the node's answer", Duration::from_secs(20), || {
            let answer = asked_through(&forwarding);
            if answer.as_deref() == Ok("ap1") { Ok(()) } else { Err(format!("{answer:?}")) }
        });
        node.kill().unwrap();
        server.wait().unwrap();
        asked_through(&forwarding).unwrap_err();
        node.start().unwrap();
    }
}
