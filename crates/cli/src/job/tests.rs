use swarmmanager_api::{ItemState, Job, JobItem, JobKind, JobState};

use super::display::step;
use super::*;

fn item(state: ItemState, step: Option<&str>, message: Option<&str>) -> JobItem {
    JobItem {
        name: "ap2".into(),
        detail: Some("root@10.0.0.2:22".into()),
        state,
        step: step.map(str::to_owned),
        message: message.map(str::to_owned),
        done_bytes: None,
        total_bytes: None,
    }
}

#[test]
fn an_item_says_what_is_done_or_what_came_of_it() {
    let said = |state, of, message| step(&item(state, of, message), JobKind::Join);
    assert_eq!(said(ItemState::Waiting, None, None), "waiting");
    assert_eq!(said(ItemState::Running, Some("joining"), None), "joining");
    assert_eq!(said(ItemState::Done, None, Some("joined as a worker")), "joined as a worker");
    assert_eq!(said(ItemState::Failed, None, Some("no route")), "failed: no route");
    assert_eq!(
        said(ItemState::Skipped, None, Some("in this Swarm already")),
        "left alone: in this Swarm already"
    );
}

#[test]
fn jobs_are_listed_with_how_far_they_are() {
    let job = Job {
        id: "3f9c0a51d2e7".into(),
        kind: JobKind::Join,
        title: "Join 2 nodes".into(),
        state: JobState::Running,
        by: "root".into(),
        started_unix_ms: 0,
        ended_unix_ms: None,
        result: None,
        items: vec![item(ItemState::Failed, None, None), item(ItemState::Running, None, None)],
    };
    let table = listing(&[job], 5_000).format(&Format::Table(None)).unwrap();
    let mut lines = table
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap(), ["ID", "TITLE", "STATE", "DONE", "STARTED", "BY"]);
    assert_eq!(
        lines.next().unwrap(),
        ["3f9c0a51d2e7", "Join 2 nodes", "Running", "1/2", "5 seconds ago", "root"]
    );
}
