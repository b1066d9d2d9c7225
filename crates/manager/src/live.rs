//! What followers want to see, made once for all who follow the same and only while somebody does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use swarmmanager_api::Fleet;
use swarmmanager_units::NodeId;
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval};

use crate::state::Manager;
use crate::views::{self, View};

/// What can be followed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// All nodes as live pages want them.
    Fleet,
    /// All nodes.
    Nodes,
    /// One node with its containers.
    Node(NodeId),
    /// All services.
    Services,
    /// One service with its instances, by its name.
    Service(String),
}

/// The latest state of a subject, as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    /// All of it.
    Whole(Arc<str>),
    /// The nodes with their revision, and their readings.
    Fleet { revision: u64, fleet: Arc<str>, readings: Arc<str> },
}

/// The latest frame; `None` until the first was made. Whoever is slow misses those in between.
pub(crate) type Latest = watch::Receiver<Option<Frame>>;

/// The shared streams. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Live {
    streams: Arc<Mutex<HashMap<Subject, watch::Sender<Option<Frame>>>>>,
    /// Somebody waits for a first frame.
    wanted: Arc<Notify>,
}

impl Live {
    /// Streams that nobody follows yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Follows a subject: a frame at once and, where it changed, another each second.
    pub(crate) fn follow(&self, subject: Subject) -> Latest {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let stream = streams.entry(subject).or_insert_with(|| watch::Sender::new(None));
        if stream.borrow().is_none() {
            self.wanted.notify_one();
        }
        stream.subscribe()
    }

    /// Makes the frames until dropped.
    pub(crate) async fn run(self, manager: Manager) {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut fleet = FleetFrames::default();
        loop {
            let everything = tokio::select! {
                _ = ticks.tick() => true,
                () = self.wanted.notified() => false,
            };
            let streams = self.followed(everything);
            if streams.is_empty() {
                continue;
            }
            let view = manager.view();
            for (subject, stream) in streams {
                let frame = match &subject {
                    Subject::Fleet => fleet.next(&view, &manager.node),
                    Subject::Nodes => whole(Some(views::node_list(&view))),
                    Subject::Node(id) => whole(views::node_detail(&view, id.as_str())),
                    Subject::Services => whole(Some(views::service_list(&view))),
                    Subject::Service(name) => whole(views::service_detail(&view, name)),
                };
                if let Some(frame) = frame {
                    put(&stream, frame);
                }
            }
        }
    }

    /// The streams that somebody follows, or only those of them that have no frame yet; the others are dropped.
    fn followed(&self, everything: bool) -> Vec<(Subject, watch::Sender<Option<Frame>>)> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain(|_, stream| stream.receiver_count() > 0);
        streams
            .iter()
            .filter(|(_, stream)| everything || stream.borrow().is_none())
            .map(|(subject, stream)| (subject.clone(), stream.clone()))
            .collect()
    }
}

/// Makes the fleet's frames; remembers what the revision stands for.
#[derive(Default)]
struct FleetFrames {
    latest: Fleet,
    json: Arc<str>,
}

impl FleetFrames {
    fn next(&mut self, view: &View, own: &NodeId) -> Option<Frame> {
        let fleet = Fleet { revision: self.latest.revision, ..views::fleet(view) };
        if fleet != self.latest || self.latest.revision == 0 {
            self.latest = Fleet { revision: fleet.revision + 1, ..fleet };
            self.json = json(&self.latest)?;
        }
        let readings = json(&views::fleet_readings(view, &self.latest, own))?;
        Some(Frame::Fleet { revision: self.latest.revision, fleet: Arc::clone(&self.json), readings })
    }
}

fn whole(value: Option<impl Serialize>) -> Option<Frame> {
    json(&value?).map(Frame::Whole)
}

fn json(value: &impl Serialize) -> Option<Arc<str>> {
    serde_json::to_string(value).ok().map(Arc::from)
}

fn put(stream: &watch::Sender<Option<Frame>>, frame: Frame) {
    stream.send_if_modified(|latest| {
        let changed = latest.as_ref() != Some(&frame);
        if changed {
            *latest = Some(frame);
        }
        changed
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(frame: &Option<Frame>) -> &str {
        match frame {
            Some(Frame::Whole(json)) => json,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_is_made_of_what_nobody_follows() {
        let live = Live::new();
        assert!(live.followed(true).is_empty());
        let follower = live.follow(Subject::Service("web".into()));
        let others = live.follow(Subject::Service("web".into()));
        assert_eq!(live.followed(true).len(), 1, "made once for both");
        drop((follower, others));
        assert!(live.followed(true).is_empty());
    }

    #[test]
    fn who_comes_later_starts_with_the_latest_and_who_is_slow_misses_what_lies_between() {
        let live = Live::new();
        let mut slow = live.follow(Subject::Nodes);
        let stream = live.followed(false).remove(0).1;
        for text in ["1", "2", "3"] {
            put(&stream, Frame::Whole(text.into()));
        }
        assert!(live.followed(false).is_empty(), "it has its first frame");
        assert_eq!(text(&slow.borrow_and_update()), "3");
        assert_eq!(text(&live.follow(Subject::Nodes).borrow()), "3");
        put(&stream, Frame::Whole("3".into()));
        assert!(!slow.has_changed().unwrap(), "what did not change is not sent");
    }
}
