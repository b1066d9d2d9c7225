//! What a relocation that pays for itself is made of.

use std::time::Duration;

/// When a move pays.
///
/// The defaults were chosen on four of the PlanetLab days (3 and 22 March, 3 and 11 April 2011) and on Bitbrains' week.
/// There a smaller `trigger` makes more moves for little, and more `sources` or `instances` than these cost time and save
/// hardly anything.
#[derive(Debug, Clone, PartialEq)]
pub struct CostBenefitSettings {
    /// Share of a capacity above which a node is overloaded.
    pub limit: f64,
    /// What it costs that the use of one typical instance is not served, in instances on an overloaded node.
    pub unserved: f64,
    /// How long what is forecast now is taken to last.
    pub horizon: Duration,
    /// How long a move takes from an instance.
    pub cost: Duration,
    /// How many times its cost a move has to bring, while few were made of late.
    pub return_on_cost: f64,
    /// Moves of each instance in a day that are thought right in the long run.
    pub moves_per_instance_day: f64,
    /// Moves that may be made at once without being dear, as a share of the instances.
    pub burst: f64,
    /// How often what a move has to bring doubles until that burst is used up.
    pub doublings: f64,
    /// A node is relieved where at least this share of its instances' time would be lost.
    pub trigger: f64,
    /// How long a node has to have been in need of relief.
    pub evidence: Duration,
    /// How long an instance rests where it came to.
    pub rest: Duration,
    /// How long an instance does not return to a node that it left, while it uses about what it did then.
    pub no_return: Duration,
    /// By what share of a node's capacity the forecast mean use of some resource has to be another than it was when the
    /// instance left that node, for it to return sooner.
    pub other_use: f64,
    /// Measurements from which on an instance is known well enough.
    pub samples: u64,
    /// Most moves in one plan.
    pub at_a_time: usize,
    /// Most moves in a minute.
    pub per_minute: f64,
    /// Most instances of a service that one plan moves.
    pub per_service: usize,
    /// How many nodes in need of relief are looked at, the worst first.
    pub sources: usize,
    /// How many nodes are looked at as targets, the calmest first.
    pub targets: usize,
    /// How many instances of a node are looked at, those first whose leaving helps the most.
    pub instances: usize,
}

impl Default for CostBenefitSettings {
    fn default() -> Self {
        Self {
            limit: 0.9,
            unserved: 0.3,
            horizon: Duration::from_secs(3_600),
            cost: Duration::from_secs(30),
            return_on_cost: 5.0,
            moves_per_instance_day: 1.05,
            burst: 0.4,
            doublings: 4.0,
            trigger: 0.02,
            evidence: Duration::from_secs(30),
            rest: Duration::from_secs(600),
            no_return: Duration::from_secs(24 * 3_600),
            other_use: 0.02,
            samples: 6,
            at_a_time: 60,
            per_minute: 12.0,
            per_service: 1,
            sources: 12,
            targets: 64,
            instances: 16,
        }
    }
}
