//! The nodes with what is on them, as it is after the moves that were planned.

use std::cmp::Ordering;

use swarmmanager_units::{Bytes, Megahertz};

use crate::driver::by_name;
use crate::feasibility::{ROUNDING, Rules, may_be_used, takes_any};
use crate::relocation::harm::Harm;
use crate::relocation::{Running, Scene};
use crate::{Load, NodeState, PerResource, Request, Resources};

/// What is on a node.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Content {
    count: f64,
    load: Load,
}

impl Content {
    #[inline]
    pub(super) fn with(&self, running: &Running) -> Self {
        Self { count: self.count + 1.0, load: self.load.with(&running.expected) }
    }

    #[inline]
    pub(super) fn without(&self, running: &Running) -> Self {
        Self { count: self.count - 1.0, load: self.load.without(&running.expected) }
    }
}

pub(super) struct Board<'a> {
    scene: &'a Scene<'a>,
    harm: Harm,
    /// Seconds that loads are taken to last.
    horizon: f64,
    capacities: Vec<PerResource<f64>>,
    contents: Vec<Content>,
    /// Seconds of instances that are expected to be lost, of each node.
    lost: Vec<f64>,
    /// The nodes as they are booked.
    booked: Vec<NodeState>,
    on: Vec<Vec<usize>>,
}

impl<'a> Board<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, harm: Harm, horizon: f64) -> Self {
        let count = scene.nodes.len();
        let mut on = vec![Vec::new(); count];
        for (index, running) in scene.instances.iter().enumerate() {
            if let Some(on) = on.get_mut(running.node) {
                on.push(index);
            }
        }
        let mut board = Self {
            scene,
            harm,
            horizon,
            capacities: scene
                .nodes
                .iter()
                .map(|node| PerResource::of(|resource| node.capacity_of(resource)))
                .collect(),
            contents: vec![Content::default(); count],
            lost: vec![0.0; count],
            booked: scene.nodes.to_vec(),
            on,
        };
        for node in 0..count {
            board.sum_up(node);
        }
        board
    }

    /// Adds up what is on a node, in the order of names, so that it does not matter in which order it came.
    fn sum_up(&mut self, node: usize) {
        let instances = &self.scene.instances;
        self.on[node].sort_by(|a, b| instances[*a].name.cmp(&instances[*b].name));
        let others = self.others(node);
        self.contents[node] = self.on[node]
            .iter()
            .fold(Content { count: 0.0, load: others }, |content, index| content.with(&instances[*index]));
        self.lost[node] = self.lost_with(node, &self.contents[node]);
    }

    /// What is used on the node by what cannot be moved.
    fn others(&self, node: usize) -> Load {
        self.scene.nodes[node].background.unwrap_or_default()
    }

    /// Seconds of instances that would be lost on that node, were that on it.
    #[inline]
    pub(super) fn lost_with(&self, node: usize, content: &Content) -> f64 {
        self.horizon * self.harm.of(content.count, &content.load, &self.capacities[node])
    }

    pub(super) fn lost(&self, node: usize) -> f64 {
        self.lost[node]
    }

    pub(super) fn content(&self, node: usize) -> &Content {
        &self.contents[node]
    }

    pub(super) fn on(&self, node: usize) -> &[usize] {
        &self.on[node]
    }

    pub(super) fn nodes(&self) -> usize {
        self.contents.len()
    }

    /// Whether at least that share of the time of the node's instances would be lost.
    pub(super) fn needs_relief(&self, node: usize, share: f64) -> bool {
        let time = self.contents[node].count * self.horizon;
        time > 0.0 && self.lost[node] >= share * time
    }

    /// Whether the mean of each use would stay below the limit.
    pub(super) fn stays_below_limit(&self, node: usize, content: &Content) -> bool {
        let pairs = content.load.values().iter().zip(self.capacities[node].values());
        pairs.into_iter().all(|(moments, capacity)| {
            *capacity <= 0.0 || moments.mean <= self.harm.limit * capacity || moments.mean <= 0.0
        })
    }

    /// The nodes from which the least is lost, and of those the emptiest.
    pub(super) fn calmest(&self, most: usize) -> Vec<usize> {
        let mut nodes: Vec<(f64, usize)> =
            (0..self.nodes()).map(|node| (self.fullness(node), node)).collect();
        nodes.sort_by(|(a_full, a), (b_full, b)| {
            let by_loss = self.lost[*a].total_cmp(&self.lost[*b]);
            by_loss.then(a_full.total_cmp(b_full)).then_with(|| self.by_name(*a, *b))
        });
        nodes.into_iter().map(|(_, node)| node).take(most).collect()
    }

    /// The one from which less is lost first.
    pub(super) fn by_loss(&self, a: usize, b: usize) -> Ordering {
        self.lost[a].total_cmp(&self.lost[b]).then_with(|| self.by_name(b, a))
    }

    fn by_name(&self, a: usize, b: usize) -> Ordering {
        by_name(&self.scene.nodes[a], &self.scene.nodes[b])
    }

    /// The largest share of a capacity that is used, give or take.
    fn fullness(&self, node: usize) -> f64 {
        let pairs = self.contents[node].load.values().iter().zip(self.capacities[node].values());
        let known = pairs.filter(|(_, capacity)| **capacity > 0.0);
        known.map(|(moments, capacity)| (moments.mean + moments.deviation()) / capacity).fold(0.0, f64::max)
    }

    /// Whether a node may take an instance once another one left, but for its size.
    pub(super) fn may_take(&self, node: usize, request: &Request, leaving: Option<&Request>) -> bool {
        let takes_any = takes_any(request);
        let Some(leaving) = leaving.filter(|_| !takes_any) else {
            return may_be_used(&self.booked[node], request, Rules::All, takes_any);
        };
        let mut without = self.booked[node].clone();
        unbook(&mut without, leaving);
        may_be_used(&without, request, Rules::All, false)
    }

    /// Whether reservations leave room for one once another one left.
    pub(super) fn has_room(&self, node: usize, request: &Request, leaving: Option<&Request>) -> bool {
        let state = &self.booked[node];
        let mut reserved = state.reserved;
        if let Some(leaving) = leaving {
            release(&mut reserved, &leaving.demand.on(state));
        }
        request.overcommit || fits_beside(&reserved, &request.demand.on(state), &state.capacity)
    }

    pub(super) fn apply(&mut self, instance: usize, from: usize, to: usize) {
        let running = &self.scene.instances[instance];
        self.on[from].retain(|other| *other != instance);
        self.on[to].push(instance);
        unbook(&mut self.booked[from], &running.request);
        self.booked[to].book(&running.request);
        self.sum_up(from);
        self.sum_up(to);
    }
}

fn unbook(node: &mut NodeState, request: &Request) {
    let demand = request.demand.on(node);
    release(&mut node.reserved, &demand);
    if let Some(count) = node.instances.get_mut(&request.service) {
        *count = count.saturating_sub(1);
    }
    node.host_ports.retain(|port| !request.host_ports.contains(port));
}

fn release(reserved: &mut Resources, demand: &Resources) {
    reserved.cpu = Megahertz::new((reserved.cpu.get() - demand.cpu.get()).max(0.0));
    reserved.memory = reserved.memory.saturating_sub(demand.memory);
    reserved.disk = reserved.disk.saturating_sub(demand.disk);
}

/// Whether what is reserved leaves room for a demand.
fn fits_beside(reserved: &Resources, demand: &Resources, capacity: &Resources) -> bool {
    let bytes = |demand: Bytes, reserved: Bytes, capacity: Bytes| {
        demand == Bytes::ZERO || demand <= capacity.saturating_sub(reserved)
    };
    let (cpu, limit) = (demand.cpu.get(), capacity.cpu.get() * (1.0 + ROUNDING));
    (cpu <= 0.0 || reserved.cpu.get() + cpu <= limit)
        && bytes(demand.memory, reserved.memory, capacity.memory)
        && bytes(demand.disk, reserved.disk, capacity.disk)
}
