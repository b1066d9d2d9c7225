//! The least that looking at every node costs: the seed's score over plain arrays.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use swarmmanager_placement::{NodeState, Request, ResourceUsage, Snapshot};
use swarmmanager_units::CpuDemand;

/// What the floor knows of a node.
pub(crate) type Free = [f64; 3];

pub(crate) fn free(snapshot: &Snapshot) -> Vec<Free> {
    let free = |capacity: f64, usage: ResourceUsage| capacity - usage.mean;
    let node = |node: &NodeState| {
        let usage = node.usage?;
        let (cpu, memory, disk) = (node.capacity.cpu.get(), node.capacity.memory, node.capacity.disk);
        Some([free(cpu, usage.cpu), free(memory.as_f64(), usage.memory), free(disk.as_f64(), usage.disk)])
    };
    snapshot.nodes.iter().filter_map(node).collect()
}

pub(crate) fn demand(request: &Request) -> [f64; 3] {
    let CpuDemand::Megahertz(cpu) = request.demand.cpu else { return [0.0; 3] };
    [cpu.get(), request.demand.memory.as_f64(), request.demand.disk.as_f64()]
}

fn score(demand: &[f64; 3], free: &Free) -> f64 {
    demand.iter().zip(free).map(|(demand, free)| demand / free).sum()
}

/// One decision.
pub(crate) fn one(nodes: &[Free], demand: [f64; 3]) -> Option<usize> {
    let scores = nodes.iter().map(|free| score(&demand, free)).enumerate();
    scores.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

/// Many, with the nodes in a heap: positive floats are in the order of their bits.
pub(crate) fn many(nodes: &[Free], demand: [f64; 3], count: usize) -> Vec<usize> {
    let mut nodes = nodes.to_vec();
    let entry = |index: usize, free: &Free| Reverse((score(&demand, free).to_bits(), index));
    let mut heap: BinaryHeap<_> = nodes.iter().enumerate().map(|(index, free)| entry(index, free)).collect();
    let mut place = || {
        let mut top = heap.peek_mut()?;
        let index = top.0.1;
        let free = &mut nodes[index];
        free.iter_mut().zip(demand).for_each(|(free, demand)| *free -= demand);
        *top = entry(index, free);
        Some(index)
    };
    (0..count).map_while(|_| place()).collect()
}
