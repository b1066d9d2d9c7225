use std::future::pending;

use futures_util::StreamExt as _;
use swarmmanager_api::{ItemState, JobKind, JobState};
use tokio::sync::oneshot;

use super::*;

fn items() -> Vec<NewItem> {
    vec![NewItem::new("ap1").detail("10.0.0.1:22"), NewItem::new("ap2")]
}

#[tokio::test]
async fn a_job_is_followed_from_its_beginning_to_its_stated_end() {
    let jobs = Jobs::new();
    let (go, gone) = oneshot::channel::<()>();
    let job = jobs.start(JobKind::Join, "Join 2 nodes", "ada", items(), |run| async move {
        run.step(0, "connecting");
        let _ = gone.await;
        run.done(0, "joined");
        run.fail(1, "no route");
        Err("1 of 2 nodes joined; 1 failed".to_owned())
    });
    assert_eq!((job.state, job.by.as_str(), job.id.len()), (JobState::Running, "ada", 12));
    let mut told = jobs.follow(&job.id).unwrap();
    assert_eq!(told.next().await.unwrap().items.len(), 2);
    assert_eq!(told.next().await.unwrap().items[0].step.as_deref(), Some("connecting"));
    go.send(()).unwrap();
    let rest: Vec<_> = told.collect().await;
    let last = rest.last().unwrap();
    assert_eq!(
        (last.state, last.result.as_deref()),
        (JobState::Failed, Some("1 of 2 nodes joined; 1 failed"))
    );
    assert_eq!((last.items[0].state, last.items[1].state), (ItemState::Done, ItemState::Failed));
    assert!(last.items[0].step.is_none() && last.ended_unix_ms.is_some());
    assert_eq!(jobs.get(&job.id).as_ref(), Some(last));
}

#[tokio::test]
async fn a_job_that_is_cancelled_says_what_was_done() {
    let jobs = Jobs::new();
    let (begun, begins) = oneshot::channel::<()>();
    let job = jobs.start(JobKind::Remove, "Remove 2 nodes", "ada", items(), |run| async move {
        run.step(0, "draining");
        let _ = begun.send(());
        pending().await
    });
    begins.await.unwrap();
    let ended = jobs.cancel(&job.id).await.unwrap();
    assert_eq!(ended.state, JobState::Cancelled);
    assert_eq!(ended.items[0].message.as_deref(), Some("broken off while draining"));
    assert_eq!(ended.items[1].message.as_deref(), Some("not begun"));
    assert_eq!(jobs.cancel(&job.id).await, Err(CancelError::Over(job.id)));
    assert_eq!(jobs.cancel("x").await, Err(CancelError::NoSuchJob("x".into())));
}

#[tokio::test]
async fn a_job_that_breaks_down_ends_all_the_same() {
    let jobs = Jobs::new();
    let job =
        jobs.start(JobKind::Push, "Push", "ada", Vec::new(), |_| async move { panic!("it breaks down") });
    let ended = jobs.follow(&job.id).unwrap().collect::<Vec<_>>().await.pop().unwrap();
    assert_eq!(ended.state, JobState::Failed);
    assert!(ended.result.unwrap().contains("unexpectedly"));
}

#[tokio::test]
async fn what_runs_is_never_forgotten_and_what_ended_is_in_the_end() {
    let jobs = Jobs::new();
    let first = jobs.start(JobKind::Drain, "Drain", "ada", Vec::new(), |_| pending());
    let mut last = first.clone();
    for _ in 0..REMEMBERED + 20 {
        last = jobs.start(JobKind::Push, "Push", "ada", Vec::new(), |_| async { Ok(String::new()) });
        let mut job = jobs.sender(&last.id).unwrap().subscribe();
        job.wait_for(|job| job.state == JobState::Succeeded).await.unwrap();
    }
    let list = jobs.list().jobs;
    assert!(list.len() <= REMEMBERED + 2, "{}", list.len());
    assert_eq!(list.first().unwrap().id, last.id);
    assert_eq!(list.last().unwrap().id, first.id);
    assert_eq!(jobs.follow_all().next().await.unwrap().jobs.len(), list.len());
}
