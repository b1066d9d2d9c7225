//! A manager that is killed around any of its writes to Swarm leaves nothing that the next one does not finish.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what failed by panicking")]

mod stage;

use std::time::Duration;

use serde_json::Value;
use stage::{Cut, CutSocket, Stage};
use swarmmanager_lab::NodeSpec;

/// The next manager has to start, hear of the agents and finish.
const HEAL_LIMIT: Duration = Duration::from_secs(60);

#[test]
fn a_manager_killed_around_any_write_leaves_nothing_that_the_next_one_does_not_finish() {
    let mut stage = Stage::start(&[NodeSpec::manager("ap1").memory_mib(512), NodeSpec::worker("ap2")]);
    let image = stage.busybox();
    let command = ["--memory", "8m", &image, "sleep", "9999"];
    let create =
        [&["service", "create", "--detach", "--name", "web", "--replicas", "2"][..], &command].concat();
    let scale = ["service", "scale", "--detach", "web=1"];
    let remove = ["service", "rm", "web"];

    let path = stage.file("cut.sock");
    let socket = CutSocket::listen(&path, &stage.first().socket());
    stage.kill_manager();
    stage.start_manager_at(&path);
    stage.wait_for_agents();

    // The anchor, its pin, and one more.
    for cut in [Cut::Before(1), Cut::After(1), Cut::Before(2), Cut::After(2), Cut::Before(3), Cut::After(3)] {
        cut_off(&mut stage, &socket, cut, &create);
        // Where Swarm never heard of the service, nobody was told that it had been taken.
        let wanted: &[&str] = if cut == Cut::Before(1) { &[] } else { &["web-0", "web-1"] };
        converges_to(&stage, cut, wanted);
        if cut != Cut::Before(1) {
            stage.ok(&remove);
        }
    }
    // The intent, and the removal of one.
    for cut in [Cut::After(1), Cut::Before(2), Cut::After(2)] {
        stage.ok(&create);
        cut_off(&mut stage, &socket, cut, &scale);
        converges_to(&stage, cut, &["web-0"]);
        stage.ok(&remove);
    }
    // The intent, and the first instance; the second follows by itself.
    for (round, cut) in [Cut::After(1), Cut::Before(2), Cut::After(2)].into_iter().enumerate() {
        if round == 0 {
            stage.ok(&create);
        }
        let variable = format!("ROUND={round}");
        cut_off(&mut stage, &socket, cut, &["service", "update", "--detach", "--env-add", &variable, "web"]);
        stage.until(&format!("{variable} everywhere after {cut:?}"), HEAL_LIMIT, || {
            let environments = ["web-0", "web-1"].map(|name| environment(&stage, name));
            let expected = format!("[\"{variable}\"]");
            environments.iter().all(|found| *found == expected).then_some(()).ok_or(environments)
        });
        converges_to(&stage, cut, &["web-0", "web-1"]);
    }
    stage.ok(&remove);
    // The intent, and the removal of two, the anchor last.
    for cut in [Cut::After(1), Cut::After(2), Cut::After(3)] {
        stage.ok(&create);
        cut_off(&mut stage, &socket, cut, &remove);
        converges_to(&stage, cut, &[]);
    }
}

/// Lets the manager die at that cut of the change, and starts the next one.
fn cut_off(stage: &mut Stage, socket: &CutSocket, cut: Cut, change: &[&str]) {
    socket.arm(cut, stage.manager_id());
    let output = stage.run(change);
    assert!(!output.status.success(), "{cut:?} of {change:?}: a manager that was killed said yes");
    assert!(socket.disarm(), "{cut:?} of {change:?}: it did not come to that write");
    stage.bury_manager();
    stage.start_manager_at(&stage.file("cut.sock"));
    stage.wait_for_agents();
}

/// Waits until Swarm has exactly these services of ours, each running where it is pinned.
fn converges_to(stage: &Stage, cut: Cut, wanted: &[&str]) {
    stage.until(&format!("{wanted:?} after {cut:?}"), HEAL_LIMIT, || {
        let ours: Vec<String> =
            stage.swarm_services().into_iter().filter(|name| name != "swarmmanager-agent").collect();
        let mut names = ours.clone();
        names.sort();
        let unpinned: Vec<&String> = ours.iter().filter(|name| !is_pinned_and_runs(stage, name)).collect();
        (names == wanted && unpinned.is_empty())
            .then_some(())
            .ok_or((names, format!("not yet: {unpinned:?}")))
    });
}

fn environment(stage: &Stage, name: &str) -> String {
    let format = "{{json .Spec.TaskTemplate.ContainerSpec.Env}}";
    stage.docker(&["service", "inspect", name, "--format", format]).trim().to_owned()
}

fn is_pinned_and_runs(stage: &Stage, name: &str) -> bool {
    let Ok(spec) = serde_json::from_str::<Value>(&stage.docker(&["service", "inspect", name])) else {
        return false;
    };
    let constraints = &spec[0]["Spec"]["TaskTemplate"]["Placement"]["Constraints"];
    let pins = constraints.as_array().into_iter().flatten().filter_map(Value::as_str);
    let tasks = ["service", "ps", name, "--filter", "desired-state=running", "--format", "{{.CurrentState}}"];
    pins.filter(|constraint| constraint.starts_with("node.id==")).count() == 1
        && stage.docker(&tasks).starts_with("Running")
}
