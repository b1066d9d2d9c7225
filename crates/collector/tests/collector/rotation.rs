//! Docker rotates certificates under a running collector.

use swarmmanager_agent::Config;
use swarmmanager_collector::Cause;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::agent::{Agent, closed, dial};
use crate::rig::{LIMIT, Rig};
use crate::swarm::{MANAGER, Swarm, WORKER};

/// The certificate that the collector shows to a node that trusts that Swarm's root, if it trusts it.
async fn shown(rig: &Rig, swarm: &Swarm) -> Option<Vec<u8>> {
    let tls = dial(rig.address, swarm.client("visitor")).await.ok()?;
    Some(tls.get_ref().1.peer_certificates()?.first()?.to_vec())
}

/// The very agent that is shipped, on a node whose Docker has its files in that folder.
struct RealAgent {
    docker_root: TempDir,
    running: JoinHandle<()>,
}

impl RealAgent {
    fn start(rig: &Rig, node: &str) -> Self {
        let docker_root = tempfile::tempdir().unwrap();
        let swarm = docker_root.path().join("swarm");
        std::fs::create_dir_all(swarm.join("certificates")).unwrap();
        std::fs::write(swarm.join("state.json"), r#"[{"node_id":"manager","addr":"127.0.0.1:2377"}]"#)
            .unwrap();
        rig.swarm.write_node(&swarm.join("certificates"), WORKER, node);
        let (root, port) = (docker_root.path().to_str().unwrap(), rig.address.port().to_string());
        let flags = ["--proc", "/proc", "--sys", "/sys", "--docker-root", root, "--manager-port", &port];
        let config = Config::read(flags, |_| None).unwrap();
        let running = tokio::spawn(async move {
            swarmmanager_agent::run(config).await;
        });
        Self { docker_root, running }
    }

    fn certificates(&self) -> std::path::PathBuf {
        self.docker_root.path().join("swarm/certificates")
    }
}

impl Drop for RealAgent {
    fn drop(&mut self) {
        self.running.abort();
    }
}

#[tokio::test]
async fn a_real_agent_s_reports_arrive() {
    let rig = Rig::start().await;
    let _agent = RealAgent::start(&rig, "w1");
    rig.until("three reports", |counters| counters.accepted >= 3).await;
    let latest = rig.latest("w1").unwrap();
    assert!(latest.node.cpu_capacity.get() > 0.0 && latest.node.memory_total.get() > 0);
    assert!(latest.clock_skew_ms.abs() < 5_000, "{}", latest.clock_skew_ms);
    assert_eq!(rig.refused_in_all(), 0);
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_and_agents_stay() {
    let rig = Rig::start().await;
    let mut agent = Agent::connect(&rig, "w1").await;
    agent.send_report();
    let old = shown(&rig, &rig.swarm).await;
    assert!(old.is_some());

    rig.swarm.write_node(rig.certificates(), MANAGER, "manager");
    let mut new = old.clone();
    let renewed = async {
        while new == old || new.is_none() {
            new = shown(&rig, &rig.swarm).await;
        }
    };
    tokio::time::timeout(LIMIT, renewed).await.expect("the old certificate is shown");
    agent.send_report();
    rig.until("on the same connection", |counters| counters.accepted == 2).await;
}

#[tokio::test]
async fn half_written_files_change_nothing() {
    let rig = Rig::start().await;
    let file = rig.certificates().join("swarm-node.crt");
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    // Longer than the collector takes to look.
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    let mut agent = Agent::connect(&rig, "w1").await;
    agent.send_report();
    rig.until("with the old certificate", |counters| counters.accepted == 1).await;
}

#[tokio::test]
async fn a_new_root_is_followed_and_a_real_agent_comes_back_with_it() {
    let rig = Rig::start().await;
    let agent = RealAgent::start(&rig, "w1");
    rig.until("under the old root", |counters| counters.accepted >= 2).await;

    // Docker's order: both roots are trusted, then everyone gets a new certificate, then the old root goes.
    let new = Swarm::new("cluster");
    let folders = [rig.certificates().to_owned(), agent.certificates()];
    for folder in &folders {
        rig.swarm.write_roots(folder, &[&new]);
    }
    new.write_node(&folders[0], MANAGER, "manager");
    new.write_node(&folders[1], WORKER, "w1");

    let back = async {
        while shown(&rig, &new).await.is_none() {}
        let so_far = rig.counters().accepted;
        rig.until("back", |counters| counters.accepted >= so_far + 2).await;
    };
    tokio::time::timeout(LIMIT * 2, back).await.expect("the agent does not come back");

    let before = rig.refused(Cause::NotAuthenticated);
    let left_behind = new.client_with(Some(&rig.swarm.leaf(WORKER, "w2")));
    let mut tls = dial(rig.address, left_behind).await.unwrap();
    closed(&mut tls).await;
    rig.until("the old root is not trusted", |counters| counters.refused[&Cause::NotAuthenticated] > before)
        .await;
}
