//! Operations that take longer than a request: they go on when nobody looks, can be followed and broken off, and end in
//! a stated result.

mod run;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use swarmmanager_api::{Job, JobKind, JobList, JobState};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use crate::clock::unix_ms;

pub(crate) use run::{NewItem, Run};

/// Jobs that ended and are still remembered.
const REMEMBERED: usize = 100;
/// Whoever follows hears of changes no more often.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Why a job is not broken off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CancelError {
    /// There is none such.
    #[error("no such job: {0}")]
    NoSuchJob(String),
    /// It is over.
    #[error("job {0} is over; there is nothing to cancel")]
    Over(String),
}

/// All jobs of this process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Jobs {
    table: Arc<Mutex<VecDeque<Entry>>>,
    /// Counts the changes of all jobs.
    revision: watch::Sender<u64>,
}

struct Entry {
    job: watch::Sender<Job>,
    work: Option<AbortHandle>,
}

impl Jobs {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self { table: Arc::default(), revision: watch::Sender::new(0) }
    }

    /// Begins a job. What `work` gives is its result in a sentence: an error where not all of it was done.
    ///
    /// The job goes on whoever leaves. When it is cancelled the work is dropped where it waits, so nothing half-done may
    /// be held in it that somebody has to clear away.
    pub(crate) fn start<W>(
        &self,
        kind: JobKind,
        title: impl Into<String>,
        by: &str,
        items: Vec<NewItem>,
        work: impl FnOnce(Run) -> W,
    ) -> Job
    where
        W: Future<Output = Result<String, String>> + Send + 'static,
    {
        let job = Job {
            id: new_id(),
            kind,
            title: title.into(),
            state: JobState::Running,
            by: by.to_owned(),
            started_unix_ms: unix_ms(),
            ended_unix_ms: None,
            result: None,
            items: items.into_iter().map(NewItem::into_item).collect(),
        };
        tracing::info!(job = job.id, title = job.title, by, "a job begins");
        let sender = watch::Sender::new(job.clone());
        let run = Run::new(sender.clone(), self.revision.clone());
        let work = tokio::spawn(work(run.clone()));
        let entry = Entry { job: sender, work: Some(work.abort_handle()) };
        self.remember(entry);
        tokio::spawn(async move {
            match work.await {
                Ok(Ok(result)) => run.end(JobState::Succeeded, result),
                Ok(Err(result)) => run.end(JobState::Failed, result),
                Err(error) if error.is_cancelled() => run.end(JobState::Cancelled, "cancelled".to_owned()),
                Err(error) => run.end(JobState::Failed, format!("it ended unexpectedly ({error})")),
            }
        });
        job
    }

    /// Those that run and the last that ended, the newest first.
    pub(crate) fn list(&self) -> JobList {
        JobList { jobs: self.table().iter().map(|entry| entry.job.borrow().clone()).collect() }
    }

    /// One of them.
    pub(crate) fn get(&self, id: &str) -> Option<Job> {
        self.sender(id).map(|sender| sender.borrow().clone())
    }

    /// Breaks a job off; gives it as it stands once it ended.
    pub(crate) async fn cancel(&self, id: &str) -> Result<Job, CancelError> {
        let sender = self.sender(id).ok_or_else(|| CancelError::NoSuchJob(id.to_owned()))?;
        let work = self.table().iter_mut().find(|entry| entry.is(id)).and_then(|entry| entry.work.take());
        let mut job = sender.subscribe();
        match work {
            Some(work) if !sender.borrow().state.is_over() => work.abort(),
            _ => return Err(CancelError::Over(id.to_owned())),
        }
        let ended = job.wait_for(|job| job.state.is_over()).await;
        ended.map(|job| job.clone()).map_err(|_| CancelError::NoSuchJob(id.to_owned()))
    }

    /// All jobs, at once and whenever one changes.
    pub(crate) fn follow_all(&self) -> impl Stream<Item = JobList> + Send + 'static {
        let (jobs, revision) = (self.clone(), self.revision.subscribe());
        stream::unfold((jobs, revision, true), async |(jobs, mut revision, is_first)| {
            if !is_first {
                sleep_until(Instant::now() + TELL_EVERY).await;
                revision.changed().await.ok()?;
            }
            revision.borrow_and_update();
            let list = jobs.list();
            Some((list, (jobs, revision, false)))
        })
        .boxed()
    }

    /// One job, at once and whenever it changes, until it ended.
    pub(crate) fn follow(&self, id: &str) -> Option<impl Stream<Item = Job> + Send + 'static> {
        let job = self.sender(id)?.subscribe();
        let told = stream::unfold((Some(job), true), async |(job, is_first)| {
            let mut job = job?;
            if !is_first {
                sleep_until(Instant::now() + TELL_EVERY).await;
                job.changed().await.ok()?;
            }
            let latest = job.borrow_and_update().clone();
            let next = Some(job).filter(|_| !latest.state.is_over());
            Some((latest, (next, false)))
        });
        Some(told.boxed())
    }

    fn sender(&self, id: &str) -> Option<watch::Sender<Job>> {
        self.table().iter().find(|entry| entry.is(id)).map(|entry| entry.job.clone())
    }

    fn remember(&self, entry: Entry) {
        let mut table = self.table();
        table.push_front(entry);
        let mut ended = 0;
        table.retain(|entry| {
            ended += usize::from(entry.job.borrow().state.is_over());
            !entry.job.borrow().state.is_over() || ended <= REMEMBERED
        });
        drop(table);
        self.revision.send_modify(|revision| *revision += 1);
    }

    fn table(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is(&self, id: &str) -> bool {
        self.job.borrow().id == id
    }
}

/// Twelve hexadecimal digits. Not a secret: knowing an id opens nothing.
fn new_id() -> String {
    let mut bytes = [0_u8; 6];
    if getrandom::fill(&mut bytes).is_err() {
        // A system without random numbers still has a clock that moves on.
        bytes.copy_from_slice(&unix_ms().to_be_bytes()[2..]);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
