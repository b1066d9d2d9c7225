//! The reports that wait to be sent, shared by the links to all managers.
//!
//! Each report is kept once, in its wire form, until every manager has it or newer ones push it out. Each link has
//! its own place in the row; a link that is too slow loses the oldest and counts them.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::Bytes;
use tokio_stream::Stream;

/// As many seconds a manager can be away and miss nothing.
pub(crate) const CAPACITY: usize = 60;

/// A report in its wire form, but for what differs from manager to manager.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub(crate) sampled_at: Instant,
    pub(crate) body: Bytes,
}

/// The row of reports.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backlog(Arc<Mutex<Row>>);

#[derive(Debug, Default)]
struct Row {
    reports: VecDeque<Sealed>,
    /// The place of the first report in the row, counted from the very first one.
    first: u64,
    links: Vec<Weak<Mutex<Place>>>,
}

/// Where a link stands.
#[derive(Debug)]
struct Place {
    next: u64,
    dropped: u64,
    waker: Option<Waker>,
}

/// A link's view of the row; clones share one place.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    row: Arc<Mutex<Row>>,
    place: Arc<Mutex<Place>>,
}

impl Backlog {
    /// Adds a report, and forgets those that nobody waits for any more or that are too many.
    pub(crate) fn push(&self, report: Sealed) {
        let mut row = lock(&self.0);
        row.links.retain(|link| link.strong_count() > 0);
        let links: Vec<Arc<Mutex<Place>>> = row.links.iter().filter_map(Weak::upgrade).collect();
        let end = row.first + row.reports.len() as u64;
        let wanted = links.iter().map(|link| lock(link).next).min().unwrap_or(end);
        while !row.reports.is_empty() && (row.first < wanted || row.reports.len() >= CAPACITY) {
            row.reports.pop_front();
            row.first += 1;
        }
        row.reports.push_back(report);
        drop(row);
        for waker in links.iter().filter_map(|link| lock(link).waker.take()) {
            waker.wake();
        }
    }

    /// Forgets everything that waits.
    pub(crate) fn clear(&self) {
        let mut row = lock(&self.0);
        row.first += row.reports.len() as u64;
        row.reports.clear();
    }

    /// Whether some link has left more than one report waiting.
    #[cfg(test)]
    pub(crate) fn is_waiting(&self) -> bool {
        lock(&self.0).reports.len() > 5
    }

    /// A place for a new link, behind all reports that there are.
    pub(crate) fn outbox(&self) -> Outbox {
        let mut row = lock(&self.0);
        let next = row.first + row.reports.len() as u64;
        let place = Arc::new(Mutex::new(Place { next, dropped: 0, waker: None }));
        row.links.push(Arc::downgrade(&place));
        Outbox { row: self.0.clone(), place }
    }
}

impl Outbox {
    /// The next report, and how many this link has lost so far.
    fn take(&self, context: &Context<'_>) -> Poll<(Sealed, u64)> {
        let row = lock(&self.row);
        let mut place = lock(&self.place);
        if place.next < row.first {
            place.dropped += row.first - place.next;
            place.next = row.first;
        }
        let at = usize::try_from(place.next - row.first).unwrap_or(usize::MAX);
        match row.reports.get(at) {
            Some(report) => {
                place.next += 1;
                Poll::Ready((report.clone(), place.dropped))
            }
            None => {
                place.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Stream for Outbox {
    type Item = (Sealed, u64);

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.take(context).map(Some)
    }
}

/// Nothing that holds a lock here can fail half-way, so a poisoned lock guards sound data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::task::Wake;

    use super::*;

    fn push(backlog: &Backlog, numbers: std::ops::Range<u8>) {
        for number in numbers {
            backlog.push(Sealed { sampled_at: Instant::now(), body: Bytes::copy_from_slice(&[number]) });
        }
    }

    /// Everything that waits, as numbers, and the count of lost reports.
    fn drain(outbox: &Outbox) -> (Vec<u8>, u64) {
        let (mut numbers, mut lost) = (Vec::new(), lock(&outbox.place).dropped);
        while let Poll::Ready((report, dropped)) = outbox.take(&Context::from_waker(Waker::noop())) {
            numbers.push(report.body[0]);
            lost = dropped;
        }
        (numbers, lost)
    }

    #[test]
    fn each_link_gets_every_report_once_from_when_it_came() {
        let backlog = Backlog::default();
        push(&backlog, 0..3);
        let early = backlog.outbox();
        push(&backlog, 3..5);
        let late = backlog.outbox();
        push(&backlog, 5..6);
        assert_eq!(drain(&early), (vec![3, 4, 5], 0));
        assert_eq!(drain(&early), (vec![], 0));
        assert_eq!(drain(&late), (vec![5], 0));
    }

    #[test]
    fn a_link_that_does_not_send_loses_the_oldest_and_costs_the_others_nothing() {
        let backlog = Backlog::default();
        let (slow, quick) = (backlog.outbox(), backlog.outbox());
        for number in 0..100 {
            push(&backlog, number..number + 1);
            assert_eq!(drain(&quick), (vec![number], 0));
        }
        assert_eq!(drain(&slow), ((40..100).collect(), 40));
        push(&backlog, 100..101);
        assert_eq!(drain(&slow), (vec![100], 40));
    }

    #[test]
    fn what_everyone_has_is_not_kept() {
        let backlog = Backlog::default();
        let outbox = backlog.outbox();
        for number in 0..100 {
            push(&backlog, number..number + 1);
            drain(&outbox);
        }
        assert_eq!(lock(&backlog.0).reports.len(), 1);
        drop(outbox);
        push(&backlog, 100..110);
        assert_eq!(lock(&backlog.0).reports.len(), 1, "nobody waits");
    }

    #[test]
    fn a_waiting_link_is_woken_by_the_next_report() {
        struct Woken(std::sync::atomic::AtomicBool);
        impl Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
        let (backlog, woken) = (Backlog::default(), Arc::new(Woken(false.into())));
        let outbox = backlog.outbox();
        assert!(outbox.take(&Context::from_waker(&Waker::from(woken.clone()))).is_pending());
        push(&backlog, 0..1);
        assert!(woken.0.load(std::sync::atomic::Ordering::Relaxed));
    }
}
