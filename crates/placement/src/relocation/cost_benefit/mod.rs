//! Ours: moves what pays for itself.

mod board;
mod search;
mod settings;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use swarmmanager_units::NodeId;

use crate::relocation::harm::Harm;
use crate::relocation::{Left, Plan, Relocation, Scene};
use crate::{Load, NodeStatus, PerResource, Resource};
use board::Board;
use search::Search;
pub use settings::CostBenefitSettings;

/// What the first scene is taken to stand for.
const FIRST: Duration = Duration::from_secs(60);

/// The relocation `cost-benefit`.
///
/// Every node is priced in seconds of its instances that are expected to be lost to overload, and every move in what it
/// takes from the instance that is moved. The move, or the exchange of two instances, that saves the most for each
/// instance moved is planned, then the next, as long as it saves enough: several times what it costs, and the more, the
/// more was moved of late. So a saving is worth moving for whatever percentages the nodes are at, and the sum of all that
/// is lost falls with every move: under a load that stays, moves come to an end. An instance does not return to a
/// node that it left, for a day, unless it is expected to use another part of that node than when it left.
///
/// ```text
/// lost(node) = horizon × (count × (1 − Π P(use_r ≤ limit × capacity_r))
///                         + unserved × max E[(use_r − capacity_r)⁺] / typical use_r)
/// price      = cost × return × 2^(doublings × share of the allowance that is used up)
/// ```
///
/// The allowance fills by so many moves for each instance and day. Exchanges matter where reservations leave no room to
/// move much: one of the two goes first, to where there is room for it.
#[derive(Debug, Clone, Default)]
pub struct CostBenefit {
    settings: CostBenefitSettings,
    /// Since when each node is in need of relief.
    needy: BTreeMap<NodeId, Duration>,
    /// The last scene's moment.
    last: Option<Duration>,
    /// Moves of the allowance that are used up.
    used_up: f64,
    departures: Departures,
}

/// Which instance left which node.
type Departures = BTreeMap<(Arc<str>, NodeId), Departure>;

/// When an instance left, and what it was expected to use then.
#[derive(Debug, Clone, Copy)]
struct Departure {
    at: Duration,
    expected: Load,
}

impl Relocation for CostBenefit {
    fn name(&self) -> String {
        "cost-benefit".into()
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let passed = self.last.map_or(FIRST, |last| scene.now.saturating_sub(last));
        self.last = Some(scene.now);
        let count = scene.instances.len() as f64;
        let filled = passed.as_secs_f64() / 86_400.0 * self.settings.moves_per_instance_day * count;
        self.used_up = (self.used_up - filled).max(0.0);
        let price = Price {
            least: self.settings.cost.as_secs_f64() * self.settings.return_on_cost,
            used_up: self.used_up,
            allowance: (self.settings.burst * count).max(1.0),
            doublings: self.settings.doublings,
        };
        let mut board = Board::new(scene, self.harm(scene), self.settings.horizon.as_secs_f64());
        let ripe = self.ripe(&board, scene, passed);
        let per_minute = (self.settings.per_minute * passed.as_secs_f64() / 60.0).ceil() as usize;
        let budget = self.settings.at_a_time.min(per_minute);
        let kept = self.settings.no_return;
        self.departures.retain(|_, left| scene.now.saturating_sub(left.at) < kept);
        let mut search = Search::new(&self.settings, price, scene, &self.departures, &board, &ripe);
        while search.take_best(&mut board, budget) {}
        let moves = search.into_moves();
        self.used_up += moves.len() as f64;
        for planned in &moves {
            let running = &scene.instances[planned.instance];
            let left = (planned.name.clone(), scene.nodes[running.node].id.clone());
            self.departures.insert(left, Departure { at: scene.now, expected: running.expected });
        }
        let left = left(&self.settings, &board, scene, &ripe);
        Plan { moves, left }
    }
}

impl CostBenefit {
    /// With other settings than the default ones.
    pub fn new(settings: CostBenefitSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    fn harm(&self, scene: &Scene<'_>) -> Harm {
        let count = scene.instances.len().max(1) as f64;
        let mean = |resource: Resource| {
            scene.instances.iter().map(|running| running.expected[resource].mean).sum::<f64>() / count
        };
        Harm { limit: self.settings.limit, unserved: self.settings.unserved, typical: PerResource::of(mean) }
    }

    /// Which nodes have been in need of relief for long enough.
    fn ripe(&mut self, board: &Board<'_>, scene: &Scene<'_>, passed: Duration) -> Vec<bool> {
        let mut needy = BTreeMap::new();
        let mut ripe = vec![false; scene.nodes.len()];
        for (index, node) in scene.nodes.iter().enumerate() {
            // What is on a lost node is not moved: it is placed anew.
            let is_ready = node.status == NodeStatus::Ready;
            if is_ready && board.needs_relief(index, self.settings.trigger) {
                let since = self.needy.get(&node.id).copied().unwrap_or(scene.now);
                // A measurement stands for all the time since the one before.
                ripe[index] = scene.now.saturating_sub(since) + passed >= self.settings.evidence;
                needy.insert(node.id.clone(), since);
            }
        }
        self.needy = needy;
        ripe
    }
}

/// What a move has to save, in seconds of instances.
#[derive(Debug, Clone, Copy)]
struct Price {
    least: f64,
    used_up: f64,
    allowance: f64,
    doublings: f64,
}

impl Price {
    /// Of the next move, once so many are planned.
    fn after(&self, planned: usize) -> f64 {
        let used_up = (self.used_up + planned as f64) / self.allowance;
        self.least * (self.doublings * used_up).exp2()
    }
}

/// The nodes that still need relief, with why they get none.
fn left(settings: &CostBenefitSettings, board: &Board<'_>, scene: &Scene<'_>, ripe: &[bool]) -> Vec<Left> {
    let needy = (0..scene.nodes.len()).filter(|node| board.needs_relief(*node, settings.trigger));
    let reason = |node: usize| {
        if ripe[node] {
            "no move or exchange saves what it would cost".to_owned()
        } else {
            format!("not in need of relief for {} s yet", settings.evidence.as_secs())
        }
    };
    needy.map(|node| Left { node, reason: reason(node) }).collect()
}

#[cfg(test)]
mod tests;
