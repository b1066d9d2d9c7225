//! Koordinator's LowNodeLoad: off nodes that are busy for several rounds, while others use little.
//!
//! Source: koordinator `pkg/descheduler/framework/plugins/loadaware`:
//!
//! ```text
//! little    all of CPU and memory ≤ 45 %, and the node takes instances
//! busy      any of CPU and memory > 70 %, in more than five rounds in a row
//! order     busy nodes by CPU and memory use together, the most first
//!           instances by the mean over the resources above 70 % of (x < 1: x, else 1 + 1 / x), the largest first;
//!           x = use of the instance / excess of the node: the smallest that covers the excess comes first
//! only      instances that a node of little use may take without coming above 70 %; their use is booked there
//! until     the node is not above 70 % any more, or what all that use little have up to there is used up
//! ```
//!
//! Nothing is done where no node uses little, or all do; such a round counts for nothing. Once nodes were relieved, the
//! rounds of all are counted anew. The placement policy says where what is put off goes.

use std::collections::BTreeMap;

use swarmmanager_units::NodeId;

use crate::relocation::roster::{Roster, largest_first, share};
use crate::relocation::watermarks::{COUNTED, Marks, Watermarks};
use crate::relocation::{Left, Move, Plan, Relocation, Running, Scene};
use crate::{PerResource, Resource};

/// The relocation `low-node-load`.
#[derive(Debug, Clone)]
pub struct LowNodeLoad {
    /// What is little and what is much.
    pub marks: Marks,
    /// A node is busy that is above the mark in more rounds in a row than this.
    pub rounds: u32,
    /// In how many rounds in a row each node was above the mark.
    above: BTreeMap<NodeId, u32>,
}

impl Default for LowNodeLoad {
    fn default() -> Self {
        Self { marks: Marks::Fixed { low: 45.0, high: 70.0 }, rounds: 5, above: BTreeMap::new() }
    }
}

impl Relocation for LowNodeLoad {
    fn name(&self) -> String {
        "low-node-load".into()
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let roster = Roster::new(scene);
        let mut plan = Plan::default();
        let Some(mut marks) = Watermarks::new(&roster, self.marks) else { return plan };
        let mut busy = self.count_rounds(&roster, &marks);
        if busy.is_empty() {
            return plan;
        }
        largest_first(&mut busy, |node| total_share(&roster, &marks.used[node], node));
        for node in busy {
            relieve(&mut plan, &roster, &mut marks, node);
        }
        self.above.clear();
        plan
    }
}

impl LowNodeLoad {
    /// The nodes that are busy for long enough.
    fn count_rounds(&mut self, roster: &Roster<'_>, marks: &Watermarks) -> Vec<usize> {
        let before = std::mem::take(&mut self.above);
        let mut busy = Vec::new();
        for &node in &marks.busy {
            let id = &roster.node(node).id;
            let rounds = before.get(id).map_or(1, |rounds| rounds.saturating_add(1));
            if rounds > self.rounds {
                busy.push(node);
            }
            self.above.insert(id.clone(), rounds);
        }
        busy
    }
}

fn relieve(plan: &mut Plan, roster: &Roster<'_>, marks: &mut Watermarks, node: usize) {
    let excess = PerResource::of(|resource| marks.used[node][resource] - marks.limit(roster, node, resource));
    let mut instances = roster.on(node).to_vec();
    largest_first(&mut instances, |instance| fitness(roster.running(instance), &excess));
    for instance in instances {
        if !marks.is_busy(roster, node) || !marks.is_room_left() {
            break;
        }
        let running = roster.running(instance);
        let fits = |calm: &usize| {
            roster.may_take(*calm, &running.request) && stays_below(roster, marks, *calm, running)
        };
        let Some(calm) = marks.calm.iter().copied().find(fits) else { continue };
        let reason = marks.reason(roster, node);
        plan.moves.push(Move { instance, name: running.name.clone(), to: None, reason });
        marks.take(node, &running.used);
        for resource in COUNTED {
            marks.used[calm][resource] += running.used[resource];
        }
    }
    if marks.is_busy(roster, node) {
        let reason = "no node of little use may take what is left on it".into();
        plan.left.push(Left { node, reason });
    }
}

fn stays_below(roster: &Roster<'_>, marks: &Watermarks, node: usize, running: &Running) -> bool {
    COUNTED.into_iter().all(|resource| {
        marks.used[node][resource] + running.used[resource] <= marks.limit(roster, node, resource)
    })
}

/// How well an instance covers what is too much.
fn fitness(running: &Running, excess: &PerResource<f64>) -> f64 {
    let one = |resource: Resource| {
        let covered = running.used[resource] / excess[resource];
        if covered < 1.0 { covered } else { 1.0 + 1.0 / covered }
    };
    let over = || COUNTED.into_iter().filter(|resource| excess[*resource] > 0.0);
    over().map(one).sum::<f64>() / over().count().max(1) as f64
}

fn total_share(roster: &Roster<'_>, used: &PerResource<f64>, node: usize) -> f64 {
    COUNTED.into_iter().map(|resource| share(used[resource], roster.node(node), resource)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relocation::stage::{Stage, moved};

    /// What it plans in the sixth round, in which it acts first.
    fn sixth(stage: &Stage) -> Plan {
        let mut relocation = LowNodeLoad::default();
        for _ in 0..5 {
            assert_eq!(stage.plan(&mut relocation), Plan::default());
        }
        stage.plan(&mut relocation)
    }

    fn busy_node() -> Stage {
        let stage = Stage::new().node("ap1", 1_000.0, 1_000);
        let stage = stage.instance("a", "ap1", 50.0, 100).instance("b", "ap1", 120.0, 100);
        stage.instance("c", "ap1", 250.0, 100).instance("d", "ap1", 380.0, 100)
    }

    #[test]
    fn the_smallest_that_covers_the_excess_goes() {
        // 80 % used, 100 MHz too much: a 0.5, b 1 + 1 / 1.2, c 1 + 1 / 2.5, d 1 + 1 / 3.8.
        let plan = sixth(&busy_node().node("ap2", 1_000.0, 1_000));
        assert_eq!(moved(&plan), ["b →"]);
        assert_eq!(plan.moves[0].reason, "CPU is 80 % used, 70 % allowed");
    }

    #[test]
    fn what_no_node_of_little_use_may_take_stays() {
        // b asks for all of ap2's memory and a byte; c is next.
        let stage = busy_node().node("ap2", 1_000.0, 1_000);
        let mut stage = stage.instance("e", "ap2", 100.0, 0);
        let request = std::sync::Arc::make_mut(&mut stage.instances[1].request);
        request.demand.memory = "1000MiB".parse().unwrap();
        request.demand.memory += "1".parse().unwrap();
        assert_eq!(moved(&sixth(&stage)), ["c →"]);
    }

    #[test]
    fn a_node_of_little_use_does_not_come_above_the_mark_itself() {
        // ap2 takes 140 MHz: b, and then nothing more. ap3 is as busy as ap1, but has more memory in use.
        let stage = busy_node().node("ap2", 200.0, 1_000).node("ap3", 1_000.0, 1_000);
        let stage = stage.instance("x", "ap3", 120.0, 200).instance("y", "ap3", 680.0, 300);
        let plan = sixth(&stage);
        assert_eq!(moved(&plan), ["x →"]);
        assert_eq!(plan.left.len(), 1);
    }

    #[test]
    fn rounds_are_counted_anew_once_nodes_were_relieved_or_a_round_was_calm() {
        let stage = busy_node().node("ap2", 1_000.0, 1_000);
        let calm = Stage::new().node("ap1", 1_000.0, 1_000).node("ap2", 1_000.0, 1_000);
        let calm = calm.instance("a", "ap1", 500.0, 100).node("ap3", 100.0, 100);
        let calm = calm.instance("z", "ap3", 80.0, 10);
        let mut relocation = LowNodeLoad::default();
        let mut moves = |stage: &Stage| stage.plan(&mut relocation).moves.len();
        let mut counts: Vec<usize> = (0..4).map(|_| moves(&stage)).collect();
        counts.push(moves(&calm));
        counts.extend((0..13).map(|_| moves(&stage)));
        assert_eq!(counts, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0]);
    }
}
