//! Agents come back: from being killed, from new certificates, and with a manager out of reach.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{Stage, said};
use crate::watch::{during, window};

/// Swarm waits a second before it starts a task again, and the agent needs two samples.
const RESTART_LIMIT: Duration = Duration::from_secs(30);
const ROTATION_LIMIT: Duration = Duration::from_secs(120);
const WINDOW: Duration = Duration::from_secs(15);

#[test]
fn a_killed_agent_is_started_again_and_reports() {
    let stage = Stage::start();
    for _ in 0..2 {
        let killed = stage.agent("ap3").unwrap();
        let last = stage.latest("ap3").unwrap().at;
        kill_process(Pid::from_raw(i32::try_from(killed.pid).unwrap()).unwrap(), Signal::KILL).unwrap();
        let successor = stage.until("another agent", RESTART_LIMIT, || {
            let agent = stage.agent("ap3")?;
            if agent == killed { Err("it runs still".to_owned()) } else { Ok(agent) }
        });
        assert_ne!(successor.pid, killed.pid);
        // What was under way when it died says nothing: two seconds are more than a report takes.
        stage.until("a report of it", RESTART_LIMIT, || {
            let age = stage.latest("ap3").unwrap().at.since(last);
            if age > Duration::from_secs(2) { Ok(()) } else { Err(age) }
        });
    }
}

#[test]
fn a_rotated_root_ca_is_taken_over_with_every_certificate() {
    let stage = Stage::start();
    let file = |name: &str| {
        let folder = stage.worker().root().unwrap().join("var/lib/docker/swarm/certificates");
        fs::read(folder.join(name)).unwrap()
    };
    let files = || ["swarm-node.crt", "swarm-root-ca.crt"].map(file);
    for _ in 0..2 {
        let before = files();
        let first = stage.lab.node("ap1").unwrap();
        said(first.docker().args(["swarm", "ca", "--rotate", "--quiet"])).unwrap();
        let rotated = stage.until("new certificates on the worker", ROTATION_LIMIT, || {
            let now = files();
            if now[0] != before[0] && now[1] != before[1] { Ok(now) } else { Err("the old ones") }
        });
        // Both sides have looked at their files by then, and the receiver has let go of what was proved by the old root.
        let (reports, ()) = during(&stage, "ap3", || window(WINDOW));
        let age = reports.last().unwrap().at.since(reports[0].at);
        assert!(
            age > WINDOW - Duration::from_secs(5),
            "no report any more: {:?}",
            stage.receiver.stats.snapshot()
        );
        assert_eq!(files(), rotated);
        for node in ["ap1", "ap2", "ap3"] {
            let last = stage.latest(node).unwrap().at;
            stage.until(&format!("a report of {node}"), RESTART_LIMIT, || {
                if stage.latest(node).unwrap().at > last { Ok(()) } else { Err("none") }
            });
        }
    }
}

#[test]
fn a_manager_out_of_reach_costs_the_others_nothing() {
    let stage = Stage::start();
    stage.lab.node("ap1").unwrap().partition().unwrap();
    let (reports, ()) = during(&stage, "ap3", || window(WINDOW));
    assert!(reports.len() + 2 >= WINDOW.as_secs() as usize, "{} reports in {WINDOW:?}", reports.len());
    let last = reports.last().unwrap();
    assert_eq!(last.node.dropped_reports, 0);
    let delay = reports.windows(2).map(|pair| pair[1].at.since(pair[0].at)).max().unwrap();
    assert!(delay < Duration::from_millis(2500), "{delay:?} without a report");
}
