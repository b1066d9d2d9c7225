//! Progress on a terminal: a line for the whole and one for each task.

use std::collections::BTreeMap;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use swarmmanager_api::ServiceDetail;

use super::super::words::state;
use super::{overall, step};

/// Docker shows as many tasks one by one.
const MOST_TASKS: usize = 20;

/// The lines.
pub(super) struct Bars {
    all: MultiProgress,
    whole: ProgressBar,
    tasks: BTreeMap<String, ProgressBar>,
}

impl Bars {
    /// No line yet.
    pub(super) fn new() -> Self {
        let all = MultiProgress::new();
        let whole = all.add(ProgressBar::no_length().with_style(style("{msg}")));
        Self { all, whole, tasks: BTreeMap::new() }
    }

    /// Shows how far it is.
    pub(super) fn show(&mut self, detail: &ServiceDetail) {
        self.whole.set_message(overall(detail));
        if detail.instances.len() > MOST_TASKS {
            return;
        }
        let name = |instance: &swarmmanager_api::Instance| match (instance.number, &instance.hostname) {
            (None, Some(hostname)) => hostname.clone(),
            _ => instance.name.clone(),
        };
        self.tasks.retain(|task, bar| {
            let stays = detail.instances.iter().any(|instance| name(instance) == *task);
            if !stays {
                self.all.remove(bar);
            }
            stays
        });
        for instance in &detail.instances {
            let bar = self.tasks.entry(name(instance)).or_insert_with(|| {
                let bar = ProgressBar::new(9).with_style(style("{prefix}: {msg:11} [{bar:50}]"));
                self.all.add(bar.with_prefix(name(instance)))
            });
            bar.set_message(state(instance).to_lowercase());
            bar.set_position(step(instance.state));
        }
    }

    /// Leaves the lines as they are, for what is written after them.
    pub(super) fn leave(&mut self) {
        self.tasks.values().chain([&self.whole]).for_each(ProgressBar::abandon);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
