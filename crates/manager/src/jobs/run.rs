//! A job as its own work sees it: where it says what it does.

use swarmmanager_api::{ItemState, Job, JobItem, JobState};
use tokio::sync::watch;

use crate::clock::unix_ms;

/// One of the things that a job has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewItem {
    name: String,
    detail: Option<String>,
}

impl NewItem {
    /// By its name alone.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), detail: None }
    }

    /// With more of it, such as an address.
    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(super) fn into_item(self) -> JobItem {
        JobItem {
            name: self.name,
            detail: self.detail,
            state: ItemState::Waiting,
            step: None,
            message: None,
            done_bytes: None,
            total_bytes: None,
        }
    }
}

/// Where a job's work says how it gets on. Cheap to clone. Items are numbered as they were given.
#[derive(Clone)]
pub(crate) struct Run {
    job: watch::Sender<Job>,
    revision: watch::Sender<u64>,
}

impl Run {
    pub(super) fn new(job: watch::Sender<Job>, revision: watch::Sender<u64>) -> Self {
        Self { job, revision }
    }

    /// One more thing to do; gives its number.
    pub(crate) fn add(&self, item: NewItem) -> usize {
        let mut number = 0;
        self.change(|job| {
            number = job.items.len();
            job.items.push(item.into_item());
        });
        number
    }

    /// The item is being worked at: says with what.
    pub(crate) fn step(&self, item: usize, step: impl Into<String>) {
        self.item(item, |item| {
            item.state = ItemState::Running;
            item.step = Some(step.into());
        });
    }

    /// So much of the item was sent.
    pub(crate) fn progress(&self, item: usize, done_bytes: u64, total_bytes: u64) {
        self.item(item, |item| {
            item.state = ItemState::Running;
            item.done_bytes = Some(done_bytes);
            item.total_bytes = Some(total_bytes);
        });
    }

    /// The item is done.
    pub(crate) fn done(&self, item: usize, message: impl Into<String>) {
        self.finish(item, ItemState::Done, message.into());
    }

    /// There was nothing to do.
    pub(crate) fn skip(&self, item: usize, message: impl Into<String>) {
        self.finish(item, ItemState::Skipped, message.into());
    }

    /// The item was not done, and why.
    pub(crate) fn fail(&self, item: usize, message: impl Into<String>) {
        self.finish(item, ItemState::Failed, message.into());
    }

    /// Whether that item ended.
    pub(crate) fn is_over(&self, item: usize) -> bool {
        self.job.borrow().items.get(item).is_none_or(|item| item.state.is_over())
    }

    /// How many items ended so.
    pub(crate) fn count(&self, state: ItemState) -> usize {
        self.job.borrow().items.iter().filter(|item| item.state == state).count()
    }

    pub(super) fn end(&self, state: JobState, result: String) {
        self.change(|job| {
            for item in job.items.iter_mut().filter(|item| !item.state.is_over()) {
                let is_running = item.state == ItemState::Running;
                item.state = ItemState::Cancelled;
                item.message = Some(match item.step.take().filter(|_| is_running) {
                    Some(step) => format!("broken off while {step}"),
                    None => "not begun".to_owned(),
                });
            }
            job.state = state;
            job.ended_unix_ms = Some(unix_ms());
            job.result = Some(result.clone());
        });
        tracing::info!(job = self.job.borrow().id, ?state, result, "a job ended");
    }

    fn finish(&self, number: usize, state: ItemState, message: String) {
        self.item(number, |item| {
            item.state = state;
            item.step = None;
            item.message = Some(message).filter(|message| !message.is_empty());
        });
    }

    fn item(&self, number: usize, change: impl FnOnce(&mut JobItem)) {
        self.change(|job| {
            if let Some(item) = job.items.get_mut(number) {
                change(item);
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        self.job.send_modify(change);
        self.revision.send_modify(|revision| *revision += 1);
    }
}
