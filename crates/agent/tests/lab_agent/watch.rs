//! Reports as they come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use swarmmanager_telemetry::{ContainerSample, LatestReport};
use swarmmanager_units::ContainerId;

use crate::stage::Stage;

/// Every report of a node that came while `action` ran, and the one before.
pub(crate) fn during<T>(stage: &Stage, node: &str, action: impl FnOnce() -> T) -> (Vec<LatestReport>, T) {
    let (id, done) = (stage.id(node), AtomicBool::new(false));
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut reports: Vec<LatestReport> = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let latest = stage.receiver.fleet.read(&id, |history| history.latest().cloned()).flatten();
                if let Some(latest) =
                    latest.filter(|latest| reports.last().is_none_or(|last| last.at < latest.at))
                {
                    reports.push(latest);
                }
                thread::park_timeout(Duration::from_millis(50));
            }
            reports
        });
        let end = End(&done);
        let result = action();
        drop(end);
        (watcher.join().unwrap(), result)
    })
}

/// Ends the watching, also where the action panics: or the test would wait for it.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Lets measured time pass. Nothing is waited for: the length of the window is what matters.
pub(crate) fn window(length: Duration) {
    let start = std::time::Instant::now();
    while let Some(left) = length.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        thread::park_timeout(left);
    }
}

/// The mean of a figure of a container.
pub(crate) fn mean(reports: &[LatestReport], figure: impl Fn(&LatestReport) -> f64) -> f64 {
    reports.iter().map(figure).sum::<f64>() / reports.len() as f64
}

/// A container in a report.
pub(crate) fn container<'r>(report: &'r LatestReport, id: &ContainerId) -> &'r ContainerSample {
    report.containers.iter().find(|sample| sample.id == *id).unwrap()
}

/// What a rate comes to over the reports.
pub(crate) fn total(reports: &[LatestReport], rate: impl Fn(&LatestReport) -> f32) -> f64 {
    let second =
        |pair: &[LatestReport]| f64::from(rate(&pair[1])) * pair[1].at.since(pair[0].at).as_secs_f64();
    reports.windows(2).map(second).sum()
}
