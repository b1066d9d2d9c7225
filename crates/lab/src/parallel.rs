//! Does the same for many nodes at once.

use std::thread;

use crate::LabError;

/// Does it for each on a thread of its own; gives the first error once all have ended.
pub(crate) fn for_each<T: Send>(
    all: impl Iterator<Item = T>,
    work: impl Fn(T) -> Result<(), LabError> + Sync,
) -> Result<(), LabError> {
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = all.map(|one| scope.spawn(move || work(one))).collect();
        let results: Vec<_> = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        results.into_iter().collect()
    })
}
