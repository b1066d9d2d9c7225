//! Which nodes use little and which much, as the deschedulers of Kubernetes tell them apart.

use crate::relocation::roster::{Roster, share};
use crate::{NodeAvailability, PerResource, Resource};

/// CPU and memory.
pub(super) const COUNTED: [Resource; 2] = [Resource::Cpu, Resource::Memory];

/// Two marks, in percent of a capacity, or of it above and below the mean over all nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Marks {
    /// The same for all.
    Fixed {
        /// A node that is at or below it in everything uses little.
        low: f64,
        /// A node that is above it in anything uses much.
        high: f64,
    },
    /// So far from the mean.
    Deviation {
        /// How far below.
        low: f64,
        /// How far above.
        high: f64,
    },
}

/// The nodes with what is left between their use and the high mark.
pub(super) struct Watermarks {
    /// Percent by resource.
    low: PerResource<f64>,
    high: PerResource<f64>,
    /// What each node uses, in the resource's unit.
    pub(super) used: Vec<PerResource<f64>>,
    /// Nodes that use little, by name.
    pub(super) calm: Vec<usize>,
    /// Nodes that use much, by name.
    pub(super) busy: Vec<usize>,
    /// What the calm ones may take in all, in the resource's unit; endless where no node has any.
    headroom: PerResource<f64>,
}

impl Watermarks {
    /// `None` where there is nothing to do: no node uses much, or none or all use little.
    pub(super) fn new(roster: &Roster<'_>, marks: Marks) -> Option<Self> {
        let known: Vec<usize> = roster.known_nodes().collect();
        let (low, high) = limits(roster, marks, &known);
        let used = vec![PerResource::default(); roster.count()];
        let headroom = PerResource::of(|_| f64::INFINITY);
        let mut marks = Self { low, high, used, calm: Vec::new(), busy: Vec::new(), headroom };
        for &node in &known {
            marks.used[node] = PerResource::of(|resource| measured(roster, node, resource));
        }
        let may_take = |node: &usize| roster.node(*node).availability == NodeAvailability::Active;
        marks.calm =
            known.iter().copied().filter(|node| may_take(node) && marks.is_calm(roster, *node)).collect();
        marks.busy = roster.sources().filter(|node| marks.is_busy(roster, *node)).collect();
        for resource in COUNTED {
            if known.iter().any(|node| roster.node(*node).capacity_of(resource) > 0.0) {
                let room = |node: &usize| marks.limit(roster, *node, resource) - marks.used[*node][resource];
                marks.headroom[resource] = marks.calm.iter().map(room).sum();
            }
        }
        let is_of_use = !marks.calm.is_empty() && marks.calm.len() < known.len() && !marks.busy.is_empty();
        is_of_use.then_some(marks)
    }

    /// What a node may use at most, in the resource's unit.
    pub(super) fn limit(&self, roster: &Roster<'_>, node: usize, resource: Resource) -> f64 {
        self.high[resource] / 100.0 * roster.node(node).capacity_of(resource)
    }

    pub(super) fn is_busy(&self, roster: &Roster<'_>, node: usize) -> bool {
        self.percents(roster, node).any(|(resource, percent)| percent > self.high[resource])
    }

    fn is_calm(&self, roster: &Roster<'_>, node: usize) -> bool {
        self.percents(roster, node).all(|(resource, percent)| percent <= self.low[resource])
    }

    fn percents<'b>(
        &'b self,
        roster: &'b Roster<'_>,
        node: usize,
    ) -> impl Iterator<Item = (Resource, f64)> + 'b {
        let percent = move |resource| 100.0 * share(self.used[node][resource], roster.node(node), resource);
        COUNTED.into_iter().map(move |resource| (resource, percent(resource)))
    }

    /// Whether the calm nodes have some of everything left.
    pub(super) fn is_room_left(&self) -> bool {
        COUNTED.into_iter().all(|resource| self.headroom[resource] > 0.0)
    }

    /// Takes note that so much leaves a node for the calm ones.
    pub(super) fn take(&mut self, node: usize, used: &PerResource<f64>) {
        for resource in COUNTED {
            self.used[node][resource] -= used[resource];
            self.headroom[resource] -= used[resource];
        }
    }

    /// The resources of which a node uses most, in words: `CPU is 80 % used, 50 % allowed`.
    pub(super) fn reason(&self, roster: &Roster<'_>, node: usize) -> String {
        let over = self.percents(roster, node).filter(|(resource, percent)| *percent > self.high[*resource]);
        let words = over.map(|(resource, percent)| {
            format!("{} is {percent:.0} % used, {:.0} % allowed", resource.as_str(), self.high[resource])
        });
        words.collect::<Vec<_>>().join("; ")
    }
}

fn limits(roster: &Roster<'_>, marks: Marks, known: &[usize]) -> (PerResource<f64>, PerResource<f64>) {
    match marks {
        Marks::Fixed { low, high } => (PerResource::of(|_| low), PerResource::of(|_| high)),
        Marks::Deviation { low, high } => {
            let percent = |node: usize, resource| {
                100.0 * share(measured(roster, node, resource), roster.node(node), resource)
            };
            let mean = PerResource::of(|resource| {
                known.iter().map(|node| percent(*node, resource)).sum::<f64>() / known.len().max(1) as f64
            });
            let mark =
                |distance: f64| PerResource::of(|resource| f64::clamp(mean[resource] + distance, 0.0, 100.0));
            (mark(-low), mark(high))
        }
    }
}

fn measured(roster: &Roster<'_>, node: usize, resource: Resource) -> f64 {
    roster.node(node).usage.as_ref().map_or(0.0, |usage| usage.of(resource).mean)
}
