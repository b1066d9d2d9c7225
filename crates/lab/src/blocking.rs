//! Waits for what an engine answers, from code that is not async.

use std::thread;

use crate::LabError;

/// Runs a future to its end on a thread of its own, because the caller may itself be inside a runtime.
pub(crate) fn wait_for<T: Send>(work: impl Future<Output = T> + Send) -> Result<T, LabError> {
    thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            Ok(runtime.map_err(LabError::Runtime)?.block_on(work))
        });
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
