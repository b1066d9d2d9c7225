//! What many followers want to see at once, made once for all of them and only while somebody looks.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::state::Manager;
use crate::views;

/// The latest JSON; `None` until the first was made.
pub(crate) type Latest = watch::Receiver<Option<Arc<str>>>;

/// The shared streams.
#[derive(Clone)]
pub(crate) struct Live {
    nodes: watch::Sender<Option<Arc<str>>>,
    services: watch::Sender<Option<Arc<str>>>,
}

impl Live {
    /// Streams that nobody follows yet.
    pub(crate) fn new() -> Self {
        Self { nodes: watch::Sender::new(None), services: watch::Sender::new(None) }
    }

    /// All nodes, once a second.
    pub(crate) fn nodes(&self) -> Latest {
        self.nodes.subscribe()
    }

    /// All services, when they change.
    pub(crate) fn services(&self) -> Latest {
        self.services.subscribe()
    }

    /// Makes the streams until dropped.
    pub(crate) async fn run(self, manager: Manager) {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if self.nodes.receiver_count() > 0 {
                send(&self.nodes, &views::node_list(&manager.view()));
            } else {
                self.nodes.send_replace(None);
            }
            if self.services.receiver_count() > 0 {
                send(&self.services, &views::service_list(&manager.view()));
            } else {
                self.services.send_replace(None);
            }
        }
    }
}

fn send(stream: &watch::Sender<Option<Arc<str>>>, value: &impl serde::Serialize) {
    let Ok(json) = serde_json::to_string(value) else { return };
    stream.send_if_modified(|latest| {
        let changed = latest.as_deref() != Some(json.as_str());
        if changed {
            *latest = Some(json.into());
        }
        changed
    });
}
