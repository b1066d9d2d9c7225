//! Ours: moves what pays for itself.

mod board;
mod search;

use std::collections::BTreeMap;
use std::time::Duration;

use swarmmanager_units::NodeId;

use crate::relocation::harm::Harm;
use crate::relocation::{Plan, Relocation, Scene};
use crate::{PerResource, Resource};
use board::Board;
use search::Search;

/// The relocation `cost-benefit`.
#[derive(Debug, Clone)]
pub struct CostBenefit {
    /// Share of the capacity above which a node is overloaded.
    pub limit: f64,
    /// What it costs that the use of one typical instance is not served, in instances on an overloaded node.
    pub unserved: f64,
    /// How long what is forecast now is taken to last.
    pub horizon: Duration,
    /// What a move costs, in seconds that an instance is lost.
    pub cost: Duration,
    /// How many times its cost a move has to bring.
    pub return_: f64,
    /// A node is relieved where at least this share of its instances' time is lost.
    pub trigger: f64,
    /// How long a node has to be in need of relief.
    pub evidence: Duration,
    /// How long an instance rests where it came to.
    pub rest: Duration,
    /// Measurements from which on an instance is known well enough.
    pub samples: u64,
    /// Most moves at a time.
    pub at_a_time: usize,
    /// Most moves in a minute.
    pub per_minute: f64,
    /// Moves of each instance in a day that are thought right; the more was moved of late, the more a move has to bring.
    pub per_instance_day: f64,
    /// share
    pub burst: f64,
    /// octaves
    pub steep: f64,
    /// Most instances of a service that are moved at a time.
    pub per_service: usize,
    /// How many of the nodes in need of relief are looked at, and how many of the calmest as targets.
    pub looked_at: usize,
    /// x
    pub targets: usize,
    /// x
    pub heavy: usize,
    /// When each node came to need relief.
    needy: BTreeMap<NodeId, Duration>,
    last: Option<Duration>,
    /// Moves that may be made before they become dear; it fills with time.
    allowance: f64,
    full: f64,
}

impl Default for CostBenefit {
    fn default() -> Self {
        Self {
            limit: 0.9,
            unserved: 0.7,
            horizon: Duration::from_secs(3_600),
            cost: Duration::from_secs(30),
            return_: 20.0,
            trigger: 0.02,
            evidence: Duration::from_secs(30),
            rest: Duration::from_secs(600),
            samples: 6,
            at_a_time: 60,
            per_minute: 12.0,
            per_instance_day: 0.75,
            burst: 0.1,
            steep: 4.0,
            per_service: 1,
            looked_at: 40,
            targets: 16,
            heavy: 12,
            needy: BTreeMap::new(),
            last: None,
            allowance: f64::INFINITY,
            full: 0.0,
        }
    }
}

impl Relocation for CostBenefit {
    fn name(&self) -> String {
        "cost-benefit".into()
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let since_last = self.last.map_or(Duration::from_secs(60), |last| scene.now.saturating_sub(last));
        let mut board = Board::new(scene, self.harm(scene), self.horizon.as_secs_f64());
        let ripe = self.ripe(&board, scene, since_last);
        let count = scene.instances.len() as f64;
        let most = self.burst * count;
        self.full = most;
        self.allowance =
            (self.allowance + since_last.as_secs_f64() / 86_400.0 * self.per_instance_day * count).min(most);
        let minutes = since_last.as_secs_f64() / 60.0;
        let budget = self.at_a_time.min((self.per_minute * minutes).ceil() as usize);
        let mut search = Search::new(self, scene, &board, &ripe);
        while search.moves.len() < budget && search.take_best(&mut board, budget) {}
        let moves = search.moves;
        self.allowance -= moves.len() as f64;
        self.last = Some(scene.now);
        Plan { moves, left: Vec::new() }
    }
}

impl CostBenefit {
    fn harm(&self, scene: &Scene<'_>) -> Harm {
        let count = scene.instances.len().max(1) as f64;
        let mean = |resource: Resource| {
            scene.instances.iter().map(|running| running.expected[resource].mean).sum::<f64>() / count
        };
        Harm { limit: self.limit, unserved: self.unserved, typical: PerResource::of(mean) }
    }

    /// Seconds of instances that a move has to bring, once so many are planned.
    fn needed(&self, planned: usize) -> f64 {
        let full = self.full.max(1.0);
        let spent = 1.0 - (self.allowance - planned as f64) / full;
        self.cost.as_secs_f64() * self.return_ * (self.steep * spent).exp2()
    }

    /// Which nodes have been in need of relief for long enough.
    fn ripe(&mut self, board: &Board<'_>, scene: &Scene<'_>, since_last: Duration) -> Vec<bool> {
        let mut needy = BTreeMap::new();
        let mut ripe = vec![false; scene.nodes.len()];
        for (index, node) in scene.nodes.iter().enumerate() {
            if !board.needs_relief(index, self.trigger) {
                continue;
            }
            let since = self.needy.get(&node.id).copied().unwrap_or(scene.now);
            // A measurement stands for all the time since the one before.
            ripe[index] = scene.now.saturating_sub(since) + since_last >= self.evidence;
            needy.insert(node.id.clone(), since);
        }
        self.needy = needy;
        ripe
    }
}
