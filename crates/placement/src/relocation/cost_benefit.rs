//! Ours: moves what pays for itself.

use std::time::Duration;

use crate::feasibility::{Rules, fits, levels, may_be_used, takes_any};
use crate::relocation::{Move, Plan, Relocation, Running, Scene};
use crate::risk::{excess, tail};
use crate::{Load, NodeState};

/// The relocation `cost-benefit`.
#[derive(Debug, Clone)]
pub struct CostBenefit {
    /// Share of the capacity above which a node is overloaded.
    pub limit: f64,
    /// What a share of load that is not served costs, in overloaded instances.
    pub unserved: f64,
    /// Steps that a gain lasts.
    pub horizon: f64,
    /// Seconds.
    pub step: f64,
    /// Gain needed in instance-seconds.
    pub cost: f64,
    /// Nodes looked at.
    pub worst: usize,
    /// Moves at a time.
    pub moves: usize,
    /// How long an instance rests after it was moved.
    pub rest: Duration,
    /// Samples from which on an instance is known well enough to be moved.
    pub samples: u64,
}

impl Default for CostBenefit {
    fn default() -> Self {
        Self {
            limit: 0.9,
            unserved: 10.0,
            horizon: 12.0,
            step: 300.0,
            cost: 60.0,
            worst: 3,
            moves: 12,
            rest: Duration::from_secs(600),
            samples: 6,
        }
    }
}

impl CostBenefit {
    fn harm(&self, count: f64, load: &Load, capacities: &[f64; 5]) -> f64 {
        if count <= 0.0 {
            return 0.0;
        }
        let mut calm = 1.0;
        let mut lost: f64 = 0.0;
        for (moments, &capacity) in load.values().iter().zip(capacities) {
            if capacity <= 0.0 || moments.mean <= 0.0 {
                continue;
            }
            let deviation = moments.deviation().max(1e-9 * capacity);
            let z = (self.limit * capacity - moments.mean) / deviation;
            if z > 6.0 {
                continue;
            }
            calm *= 1.0 - tail(z);
            let z = (capacity - moments.mean) / deviation;
            lost = lost.max(deviation * excess(z) / moments.mean);
        }
        count * (1.0 - calm + self.unserved * lost)
    }
}

impl Relocation for CostBenefit {
    fn name(&self) -> String {
        "cost-benefit".into()
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let mut plan = Plan::default();
        let mut nodes: Vec<NodeState> = scene.nodes.to_vec();
        let capacities: Vec<[f64; 5]> =
            nodes.iter().map(|node| crate::Resource::ALL.map(|r| node.capacity_of(r))).collect();
        let mut loads = vec![Load::default(); nodes.len()];
        let mut counts = vec![0.0; nodes.len()];
        let mut on: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
        for (index, running) in scene.instances.iter().enumerate() {
            loads[running.node] = loads[running.node].with(&running.expected);
            counts[running.node] += 1.0;
            on[running.node].push(index);
        }
        let mut harm: Vec<f64> =
            (0..nodes.len()).map(|node| self.harm(counts[node], &loads[node], &capacities[node])).collect();
        let mut moved = vec![false; scene.instances.len()];
        while plan.moves.len() < self.moves {
            let mut order: Vec<usize> = (0..nodes.len()).collect();
            order.sort_by(|a, b| harm[*b].total_cmp(&harm[*a]));
            let mut best: Option<(f64, usize, usize)> = None;
            let needed = self.cost / (self.step * self.horizon);
            for &source in order.iter().take(self.worst) {
                if harm[source] < needed {
                    break;
                }
                for &index in &on[source] {
                    let running: &Running = &scene.instances[index];
                    if moved[index]
                        || running.samples < self.samples
                        || scene.now.saturating_sub(running.since) < self.rest
                    {
                        continue;
                    }
                    let left = loads[source].without(&running.expected);
                    let drop = harm[source] - self.harm(counts[source] - 1.0, &left, &capacities[source]);
                    if drop < needed || best.is_some_and(|(gain, ..)| drop <= gain) {
                        continue;
                    }
                    let request = &running.request;
                    let any = takes_any(request);
                    for target in 0..nodes.len() {
                        if target == source {
                            continue;
                        }
                        let node = &nodes[target];
                        if !may_be_used(node, request, Rules::All, any) {
                            continue;
                        }
                        let demand = request.demand.on(node);
                        if !fits(node, request, Rules::Reservations, &demand, &levels(node, &demand)) {
                            continue;
                        }
                        let after = self.harm(
                            counts[target] + 1.0,
                            &loads[target].with(&running.expected),
                            &capacities[target],
                        );
                        let gain = drop - (after - harm[target]);
                        if gain >= needed && best.is_none_or(|(most, ..)| gain > most) {
                            best = Some((gain, index, target));
                        }
                    }
                }
            }
            let Some((gain, index, target)) = best else { break };
            let running = &scene.instances[index];
            let source = running.node;
            moved[index] = true;
            on[source].retain(|other| *other != index);
            on[target].push(index);
            loads[source] = loads[source].without(&running.expected);
            loads[target] = loads[target].with(&running.expected);
            counts[source] -= 1.0;
            counts[target] += 1.0;
            harm[source] = self.harm(counts[source], &loads[source], &capacities[source]);
            harm[target] = self.harm(counts[target], &loads[target], &capacities[target]);
            nodes[target].book(&running.request);
            plan.moves.push(Move {
                instance: index,
                name: running.name.clone(),
                to: Some(target),
                reason: format!("gain {gain}"),
            });
        }
        plan
    }
}
