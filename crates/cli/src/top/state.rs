//! What is on the screen, and what changes it. Time is an argument.

use std::time::{Duration, Instant};

use swarmmanager_api::{Event, Node, NodeDetail, NodeList};

use super::feed::{Heard, Target, What};
use super::keys::Action;
use super::order::{Order, SortKey};

/// The manager speaks at least every 10 seconds; silence for longer is not normal.
const SILENCE: Duration = Duration::from_secs(12);

/// All that is shown.
#[derive(Debug)]
pub(super) struct App {
    pub(super) nodes: Vec<Node>,
    /// When the nodes were heard of.
    pub(super) nodes_at: Instant,
    pub(super) node_order: Order,
    /// The id of the node on which the mark stands.
    pub(super) selected: Option<String>,
    /// The node whose containers are shown.
    pub(super) open: Option<OpenNode>,
    pub(super) container_order: Order,
    pub(super) link: Link,
    pub(super) help: bool,
    /// Rows that fit on the screen, as last drawn.
    pub(super) page: usize,
}

/// The node that is looked at closely.
#[derive(Debug)]
pub(super) struct OpenNode {
    pub(super) id: String,
    pub(super) detail: Option<(NodeDetail, Instant)>,
    /// The container on which the mark stands, by its place.
    pub(super) selected: usize,
}

/// The connection to the manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Link {
    /// It is there.
    Up {
        /// When it was last heard of.
        heard: Instant,
    },
    /// It is gone.
    Down {
        /// Since when.
        since: Instant,
        /// Why.
        reason: String,
    },
}

/// What there is to do outside.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Nothing,
    /// Follow something else from now on.
    Follow(Target),
    Quit,
}

impl App {
    /// The nodes as they were just read.
    pub(super) fn new(list: NodeList, now: Instant) -> Self {
        let mut app = Self {
            nodes: Vec::new(),
            nodes_at: now,
            node_order: Order::by(SortKey::Name),
            selected: None,
            open: None,
            container_order: Order::by(SortKey::Cpu),
            link: Link::Up { heard: now },
            help: false,
            page: 1,
        };
        app.take_nodes(list, now);
        app
    }

    /// Takes in what the manager told.
    pub(super) fn hear(&mut self, heard: Heard, now: Instant) {
        if heard.target != self.target() {
            return;
        }
        match heard.what {
            What::Lost(reason) => {
                let since = match self.link {
                    Link::Down { since, .. } => since,
                    Link::Up { .. } => now,
                };
                self.link = Link::Down { since, reason };
                return;
            }
            What::Alive => {}
            What::Event(Event::Nodes(list)) => self.take_nodes(list, now),
            What::Event(Event::Node(detail)) => self.take_detail(*detail, now),
            What::Event(_) => {}
        }
        self.link = Link::Up { heard: now };
    }

    fn take_nodes(&mut self, list: NodeList, now: Instant) {
        self.nodes = list.nodes;
        self.nodes_at = now;
        self.node_order.nodes(&mut self.nodes);
        if self.selected_row().is_none() {
            self.selected = self.nodes.first().map(|node| node.id.clone());
        }
    }

    fn take_detail(&mut self, mut detail: NodeDetail, now: Instant) {
        self.container_order.containers(&mut detail.containers);
        if let Some(open) = &mut self.open {
            open.selected = open.selected.min(detail.containers.len().saturating_sub(1));
            open.detail = Some((detail, now));
        }
    }

    /// Does what the user wants.
    pub(super) fn act(&mut self, action: Action) -> Effect {
        if self.help {
            self.help = false;
            return if action == Action::Quit { Effect::Quit } else { Effect::Nothing };
        }
        match action {
            Action::Quit => return Effect::Quit,
            Action::Help => self.help = true,
            Action::Move(rows) => self.select(|row, _| row.saturating_add_signed(rows)),
            Action::Page(pages) => {
                let rows = pages.saturating_mul(isize::try_from(self.page.max(1)).unwrap_or(1));
                self.select(|row, _| row.saturating_add_signed(rows));
            }
            Action::First => self.select(|_, _| 0),
            Action::Last => self.select(|_, last| last),
            Action::Open => return self.open_selected(),
            Action::Back => return self.back(),
            Action::Sort(key) => self.sort(|order| match order {
                Order { key: same, reversed } if same == key => Order { key, reversed: !reversed },
                _ => Order::by(key),
            }),
            Action::NextSort => self.sort(Order::next),
            Action::Reverse => self.sort(|order| Order { reversed: !order.reversed, ..order }),
        }
        Effect::Nothing
    }

    /// What is to be followed.
    pub(super) fn target(&self) -> Target {
        self.open.as_ref().map(|open| open.id.clone())
    }

    /// The place of the node on which the mark stands.
    pub(super) fn selected_row(&self) -> Option<usize> {
        let selected = self.selected.as_ref()?;
        self.nodes.iter().position(|node| node.id == *selected)
    }

    /// For how long the manager has been silent, if that is too long.
    pub(super) fn silence(&self, now: Instant) -> Option<Duration> {
        match self.link {
            Link::Up { heard } => Some(now.duration_since(heard)).filter(|silence| *silence >= SILENCE),
            Link::Down { .. } => None,
        }
    }

    fn open_selected(&mut self) -> Effect {
        match (&self.open, &self.selected) {
            (None, Some(id)) => {
                self.open = Some(OpenNode { id: id.clone(), detail: None, selected: 0 });
                Effect::Follow(self.target())
            }
            _ => Effect::Nothing,
        }
    }

    fn back(&mut self) -> Effect {
        match self.open.take() {
            Some(_) => Effect::Follow(None),
            None => Effect::Nothing,
        }
    }

    fn sort(&mut self, change: impl Fn(Order) -> Order) {
        match &mut self.open {
            None => {
                self.node_order = change(self.node_order);
                self.node_order.nodes(&mut self.nodes);
            }
            Some(open) => {
                self.container_order = change(self.container_order);
                if let Some((detail, _)) = &mut open.detail {
                    self.container_order.containers(&mut detail.containers);
                }
            }
        }
    }

    /// Puts the mark on another row: `to` is told where it stands and which row is the last.
    fn select(&mut self, to: impl Fn(usize, usize) -> usize) {
        match &mut self.open {
            None => {
                let last = self.nodes.len().saturating_sub(1);
                let row = to(self.selected_row().unwrap_or(0), last).min(last);
                self.selected = self.nodes.get(row).map(|node| node.id.clone());
            }
            Some(open) => {
                let containers = open.detail.as_ref().map_or(0, |(detail, _)| detail.containers.len());
                let last = containers.saturating_sub(1);
                open.selected = to(open.selected, last).min(last);
            }
        }
    }
}

#[cfg(test)]
mod tests;
