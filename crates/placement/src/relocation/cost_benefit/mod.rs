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
    pub near: Duration,
    /// How long what is usual is taken to last after that.
    pub far: Duration,
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
}

impl Default for CostBenefit {
    fn default() -> Self {
        Self {
            limit: 0.9,
            unserved: 0.7,
            near: Duration::from_secs(1_800),
            far: Duration::from_secs(3 * 3_600),
            cost: Duration::from_secs(30),
            return_: 20.0,
            trigger: 0.02,
            evidence: Duration::from_secs(30),
            rest: Duration::from_secs(600),
            samples: 6,
            at_a_time: 60,
            per_minute: 12.0,
            per_service: 1,
            looked_at: 40,
            targets: 16,
            heavy: 12,
            needy: BTreeMap::new(),
            last: None,
        }
    }
}

impl Relocation for CostBenefit {
    fn name(&self) -> String {
        "cost-benefit".into()
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let since_last = self.last.map_or(Duration::from_secs(60), |last| scene.now.saturating_sub(last));
        let mut board = Board::new(scene, self.harm(scene), [self.near.as_secs_f64(), self.far.as_secs_f64()]);
        let ripe = self.ripe(&board, scene, since_last);
        let minutes = since_last.as_secs_f64() / 60.0;
        let budget = self.at_a_time.min((self.per_minute * minutes).ceil() as usize);
        let mut search = Search::new(self, scene, &board, &ripe);
        while search.moves.len() < budget && search.take_best(&mut board, budget) {}
        let moves = search.moves;
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

    /// Seconds of instances that a move has to bring.
    fn needed(&self) -> f64 {
        self.cost.as_secs_f64() * self.return_
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
