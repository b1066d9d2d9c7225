//! What is counted while a workload runs.

use serde::{Deserialize, Serialize};
use swarmmanager_placement::{PerResource, Resource};

use super::timeline::{Chronicle, Timeline};

/// Share of the capacity above which a node is overloaded.
pub(super) const OVERLOADED: f64 = 0.9;
/// Width of a bin of the histogram of node use.
const BIN: f64 = 0.005;
const BINS: usize = 600;

/// What came of a run. Shares are of 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Share of node-time in which some resource is demanded above 90 %.
    pub node_overload: f64,
    /// The same for each resource.
    pub node_overload_by: PerResource<f64>,
    /// Share of node-time in which some resource is demanded in full or above.
    pub node_saturated: f64,
    /// Share of instance-time on such an overloaded node.
    pub instance_overload: f64,
    /// Share of the CPU demanded that a node did not have.
    pub unserved: f64,
    /// Share of instance-time that is lost: on an overloaded node, waiting for a node, and with each move counted as so many
    /// seconds, 30 or 120.
    pub lost_with_moves: [f64; 2],
    /// What 95 % of node-time stays below, of the most used resource.
    pub p95: f64,
    /// What 99 % of node-time stays below.
    pub p99: f64,
    /// Mean over time of the standard deviation of node use.
    pub imbalance: f64,
    /// Instances that no node took at first.
    pub rejected: u64,
    /// Share of instance-time that was spent waiting: for a node that takes the instance, or for its node to return.
    pub waiting: f64,
    /// Moves.
    pub moves: u64,
    /// Most steps in a row that one node was overloaded.
    pub longest_overload_steps: u64,
    /// Placement decisions made.
    pub decisions: u64,
    /// Instance-steps counted.
    pub instance_steps: u64,
    /// Node-steps counted.
    pub node_steps: u64,
    /// Steps that instances waited, of all instances together.
    pub waiting_steps: u64,
    /// The course of it.
    pub timeline: Timeline,
}

#[derive(Debug, Clone)]
pub(super) struct Tally {
    node_steps: u64,
    over: u64,
    over_by: PerResource<u64>,
    saturated: u64,
    instance_steps: u64,
    instance_over: u64,
    unserved: f64,
    demanded: f64,
    histogram: Vec<u64>,
    deviation: f64,
    steps: u64,
    spells: Vec<u64>,
    longest: u64,
    waiting: u64,
    chronicle: Chronicle,
    pub(super) rejected: u64,
    pub(super) moves: u64,
    pub(super) decisions: u64,
}

impl Tally {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            node_steps: 0,
            over: 0,
            over_by: PerResource::default(),
            saturated: 0,
            instance_steps: 0,
            instance_over: 0,
            unserved: 0.0,
            demanded: 0.0,
            histogram: vec![0; BINS],
            deviation: 0.0,
            steps: 0,
            spells: vec![0; nodes],
            longest: 0,
            waiting: 0,
            chronicle: Chronicle::default(),
            rejected: 0,
            moves: 0,
            decisions: 0,
        }
    }

    /// One node in one step; gives what is used of its most used resource, as a share.
    pub(super) fn node(
        &mut self,
        node: usize,
        capacity: &PerResource<f64>,
        demanded: &PerResource<f64>,
        instances: u64,
    ) -> f64 {
        let mut most: f64 = 0.0;
        for resource in Resource::ALL {
            if capacity[resource] > 0.0 {
                let share = demanded[resource] / capacity[resource];
                most = most.max(share);
                self.over_by[resource] += u64::from(share > OVERLOADED);
            }
        }
        self.node_steps += 1;
        self.instance_steps += instances;
        self.histogram[((most / BIN) as usize).min(BINS - 1)] += 1;
        self.saturated += u64::from(most >= 1.0);
        if most > OVERLOADED {
            self.over += 1;
            self.instance_over += instances;
            self.spells[node] += 1;
            self.longest = self.longest.max(self.spells[node]);
        } else {
            self.spells[node] = 0;
        }
        self.demanded += demanded[Resource::Cpu];
        self.unserved += (demanded[Resource::Cpu] - capacity[Resource::Cpu]).max(0.0);
        most
    }

    /// The end of a step.
    pub(super) fn step(&mut self, shares: &[f64], waiting: u64) {
        let count = shares.len().max(1) as f64;
        let mean = shares.iter().sum::<f64>() / count;
        let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / count;
        self.deviation += variance.sqrt();
        self.steps += 1;
        self.waiting += waiting;
        self.chronicle.step(self.instance_over, self.instance_steps, self.moves, mean);
    }

    pub(super) fn figures(&self, step_seconds: f64) -> Figures {
        let per = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        let instance_overload = per(self.instance_over, self.instance_steps);
        let with_moves = |seconds: f64| {
            let moving = self.moves as f64 * seconds / step_seconds;
            let wanted = (self.instance_steps + self.waiting).max(1) as f64;
            ((self.instance_over + self.waiting) as f64 + moving) / wanted
        };
        Figures {
            node_overload: per(self.over, self.node_steps),
            node_overload_by: PerResource::of(|resource| per(self.over_by[resource], self.node_steps)),
            node_saturated: per(self.saturated, self.node_steps),
            instance_overload,
            unserved: if self.demanded > 0.0 { self.unserved / self.demanded } else { 0.0 },
            lost_with_moves: [with_moves(30.0), with_moves(120.0)],
            p95: self.percentile(0.95),
            p99: self.percentile(0.99),
            imbalance: self.deviation / self.steps.max(1) as f64,
            rejected: self.rejected,
            waiting: per(self.waiting, self.instance_steps + self.waiting),
            moves: self.moves,
            longest_overload_steps: self.longest,
            decisions: self.decisions,
            instance_steps: self.instance_steps,
            node_steps: self.node_steps,
            waiting_steps: self.waiting,
            timeline: self.chronicle.timeline(),
        }
    }

    fn percentile(&self, share: f64) -> f64 {
        let wanted = share * self.node_steps as f64;
        let mut seen = 0;
        for (bin, count) in self.histogram.iter().enumerate() {
            seen += count;
            if seen as f64 >= wanted {
                return (bin + 1) as f64 * BIN;
            }
        }
        BINS as f64 * BIN
    }
}
