//! The nodes with what is on them, as it is after the moves that were planned.

use swarmmanager_units::{Bytes, Megahertz};

use crate::feasibility::{ROUNDING, Rules, may_be_used, takes_any};
use crate::relocation::harm::Harm;
use crate::relocation::{Running, Scene};
use crate::{Load, PerResource, Request, Resources};

/// What is on a node.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Content {
    count: f64,
    load: Load,
}

impl Content {
    pub(super) fn with(&self, running: &Running) -> Self {
        Self { count: self.count + 1.0, load: self.load.with(&running.expected) }
    }

    pub(super) fn without(&self, running: &Running) -> Self {
        Self { count: self.count - 1.0, load: self.load.without(&running.expected) }
    }
}

pub(super) struct Board<'a> {
    scene: &'a Scene<'a>,
    harm: Harm,
    /// Seconds that loads are taken to last.
    lasts: f64,
    capacities: Vec<PerResource<f64>>,
    contents: Vec<Content>,
    /// Lost seconds of instances, of each node.
    lost: Vec<f64>,
    reserved: Vec<Resources>,
    on: Vec<Vec<usize>>,
}

impl<'a> Board<'a> {
    pub(super) fn new(scene: &'a Scene<'a>, harm: Harm, lasts: f64) -> Self {
        let count = scene.nodes.len();
        let mut contents = vec![Content::default(); count];
        let mut on = vec![Vec::new(); count];
        for (index, running) in scene.instances.iter().enumerate() {
            contents[running.node] = contents[running.node].with(running);
            on[running.node].push(index);
        }
        let capacities = scene.nodes.iter().map(|node| PerResource::of(|r| node.capacity_of(r))).collect();
        let reserved = scene.nodes.iter().map(|node| node.reserved).collect();
        let mut board =
            Self { scene, harm, lasts, capacities, contents, lost: vec![0.0; count], reserved, on };
        for node in 0..count {
            board.lost[node] = board.lost_with(node, &board.contents[node]);
        }
        board
    }

    /// Lost seconds of instances on that node, were that on it.
    pub(super) fn lost_with(&self, node: usize, content: &Content) -> f64 {
        self.lasts * self.harm.of(content.count, &content.load, &self.capacities[node])
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

    /// The largest share of a capacity that is expected to be used, give or take.
    pub(super) fn fullness(&self, node: usize) -> f64 {
        let pairs = self.contents[node].load.values().iter().zip(self.capacities[node].values());
        let shares = pairs.filter(|(_, capacity)| **capacity > 0.0);
        shares.map(|(moments, capacity)| (moments.mean + moments.deviation()) / capacity).fold(0.0, f64::max)
    }

    pub(super) fn nodes(&self) -> usize {
        self.contents.len()
    }

    /// Whether at least that share of the time of the node's instances is lost.
    pub(super) fn needs_relief(&self, node: usize, share: f64) -> bool {
        let time = self.contents[node].count * self.lasts;
        time > 0.0 && self.lost[node] >= share * time
    }

    /// Whether a node may take an instance at all, but for its size.
    pub(super) fn may_take(&self, node: usize, request: &Request) -> bool {
        may_be_used(&self.scene.nodes[node], request, Rules::All, takes_any(request))
    }

    /// Whether reservations leave room for one once another one left.
    pub(super) fn has_room(&self, node: usize, request: &Request, leaving: Option<&Request>) -> bool {
        let state = &self.scene.nodes[node];
        let mut reserved = self.reserved[node];
        if let Some(leaving) = leaving {
            release(&mut reserved, &leaving.demand.on(state));
        }
        request.overcommit || fits_beside(&reserved, &request.demand.on(state), &state.capacity)
    }

    pub(super) fn apply(&mut self, instance: usize, from: usize, to: usize) {
        let running = &self.scene.instances[instance];
        self.on[from].retain(|other| *other != instance);
        self.on[to].push(instance);
        self.contents[from] = self.contents[from].without(running);
        self.contents[to] = self.contents[to].with(running);
        release(&mut self.reserved[from], &running.request.demand.on(&self.scene.nodes[from]));
        let demand = running.request.demand.on(&self.scene.nodes[to]);
        self.reserved[to].cpu += demand.cpu;
        self.reserved[to].memory += demand.memory;
        self.reserved[to].disk += demand.disk;
        for node in [from, to] {
            self.lost[node] = self.lost_with(node, &self.contents[node]);
        }
    }
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
