//! The journal as it is written, without a gap.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::stream::{self, Stream};
use swarmmanager_api::Decision;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::{Journal, JournalError};

/// How many entries are read at once by a follower that is behind.
const PAGE: u32 = 200;

/// A follower: told of entries as they are written, it reads those that it missed.
pub(crate) struct Feed {
    journal: Journal,
    news: broadcast::Receiver<Arc<Decision>>,
    /// The greatest id told.
    last: i64,
    /// Read, not yet told.
    ready: VecDeque<Decision>,
    behind: bool,
}

impl Feed {
    /// Follows from the entry after `last`, or from now on.
    pub(crate) fn new(journal: &Journal, last: Option<i64>) -> Result<Self, JournalError> {
        // Subscribed before the journal is read: what is written in between is told rather than missed.
        let news = journal.follow();
        let newest = journal.newest()?;
        let behind = last.is_some_and(|last| last < newest);
        // An id from another journal, or from the future, must not silence this one.
        let last = last.unwrap_or(newest).min(newest);
        Ok(Self { journal: journal.clone(), news, last, ready: VecDeque::new(), behind })
    }

    /// The entries without their numbers, oldest first. An entry that was told while it was planned is told again when
    /// it is concluded. Ends where the journal cannot be read.
    pub(crate) fn stream(self) -> impl Stream<Item = Decision> + Send {
        stream::unfold(self, |mut feed| async move { Some((feed.next().await?, feed)) })
    }

    async fn next(&mut self) -> Option<Decision> {
        loop {
            if let Some(decision) = self.ready.pop_front() {
                self.last = decision.id;
                return Some(decision);
            }
            if self.behind {
                let page = self.journal.read_after(self.last, PAGE);
                let page = page.inspect_err(|error| tracing::warn!(%error, "a follower is left")).ok()?;
                self.behind = page.len() == PAGE as usize;
                self.ready.extend(page);
                continue;
            }
            match self.news.recv().await {
                Ok(decision) if decision.id >= self.last => {
                    self.last = decision.id;
                    return Some(Decision { explanation: None, ..Decision::clone(&decision) });
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::entry;
    use futures_util::{FutureExt as _, StreamExt as _};
    use swarmmanager_api::Outcome;

    fn journal(entries: u32) -> (Journal, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal.db")).unwrap();
        write(&journal, entries);
        (journal, folder)
    }

    fn write(journal: &Journal, entries: u32) {
        for number in 0..entries {
            journal.record(entry("web", number)).unwrap();
        }
    }

    /// The ids that are told without waiting.
    fn told(stream: &mut (impl Stream<Item = Decision> + Unpin)) -> Vec<i64> {
        std::iter::from_fn(|| stream.next().now_or_never().flatten()).map(|decision| decision.id).collect()
    }

    #[tokio::test]
    async fn who_was_away_hears_all_that_was_missed_in_order() {
        let (journal, _folder) = journal(500);
        let mut from_now = Box::pin(Feed::new(&journal, None).unwrap().stream());
        let mut from_3 = Box::pin(Feed::new(&journal, Some(3)).unwrap().stream());
        let mut from_the_future = Box::pin(Feed::new(&journal, Some(9000)).unwrap().stream());
        assert_eq!(told(&mut from_3), (4..=500).collect::<Vec<_>>());
        write(&journal, 1);
        for stream in [&mut from_now, &mut from_3, &mut from_the_future] {
            assert_eq!(told(stream), [501]);
        }
    }

    #[tokio::test]
    async fn who_is_slow_misses_nothing() {
        let (journal, _folder) = journal(0);
        let mut slow = Box::pin(Feed::new(&journal, None).unwrap().stream());
        write(&journal, 1000);
        assert_eq!(told(&mut slow), (1..=1000).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_planned_entry_is_told_again_when_it_is_concluded() {
        let (journal, _folder) = journal(1);
        let mut planned = entry("web", 1);
        planned.outcome = Outcome::Planned;
        let planned = journal.record(planned).unwrap();
        let mut late = Box::pin(Feed::new(&journal, Some(0)).unwrap().stream());
        assert_eq!(told(&mut late), [1, 2]);
        journal.conclude(planned, Outcome::Done).unwrap();
        let concluded = late.next().now_or_never().flatten().unwrap();
        assert_eq!((concluded.id, concluded.outcome), (2, Outcome::Done));
    }
}
