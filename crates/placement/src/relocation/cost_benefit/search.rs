//! The best next move, or exchange of two instances.

use super::CostBenefit;
use super::board::Board;
use crate::relocation::{Move, Running, Scene};

/// Looks for what brings the most.
pub(super) struct Search<'a> {
    settings: &'a CostBenefit,
    scene: &'a Scene<'a>,
    movable: Vec<bool>,
    /// Nodes to be relieved, each with the best that was found for it.
    sources: Vec<(usize, Option<Found>)>,
    pub(super) moves: Vec<Move>,
}

/// A move, or an exchange.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// Seconds of instances that it saves for each instance that is moved.
    gain: f64,
    instance: usize,
    to: usize,
    /// What comes back in exchange.
    back: Option<usize>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        settings: &'a CostBenefit,
        scene: &'a Scene<'a>,
        board: &Board<'_>,
        ripe: &[bool],
    ) -> Self {
        let movable = |running: &Running| {
            running.samples >= settings.samples && scene.now.saturating_sub(running.since) >= settings.rest
        };
        let movable = scene.instances.iter().map(movable).collect();
        let mut sources: Vec<usize> = (0..board.nodes())
            .filter(|node| ripe[*node] && board.lost(*node) >= settings.needed(0))
            .collect();
        sources.sort_by(|a, b| board.lost(*b).total_cmp(&board.lost(*a)));
        sources.truncate(settings.looked_at);
        let sources = sources.into_iter().map(|node| (node, None)).collect();
        let mut search = Self { settings, scene, movable, sources, moves: Vec::new() };
        let targets = search.targets(board);
        for at in 0..search.sources.len() {
            search.look(board, at, &targets);
        }
        search
    }

    /// Plans what brings the most; false where nothing pays.
    pub(super) fn take_best(&mut self, board: &mut Board<'_>, budget: usize) -> bool {
        let left = budget - self.moves.len();
        let needed = self.settings.needed(self.moves.len());
        let fits =
            |found: &Found| found.gain >= needed && if found.back.is_some() { left >= 2 } else { left >= 1 };
        let best = self.sources.iter().filter_map(|(node, found)| Some((*node, (*found)?)));
        let best = best.filter(|(_, found)| fits(found)).max_by(|a, b| a.1.gain.total_cmp(&b.1.gain));
        let Some((from, found)) = best else { return false };
        if let Some(back) = found.back {
            self.push(board, back, found.to, from, found.gain);
        }
        self.push(board, found.instance, from, found.to, found.gain);
        self.look_again(board, [from, found.to]);
        true
    }

    /// The calmest nodes.
    fn targets(&self, board: &Board<'_>) -> Vec<usize> {
        let mut nodes: Vec<usize> = (0..board.nodes()).collect();
        let count = self.settings.targets;
        let rank = |node: &usize| (board.lost(*node), board.fullness(*node));
        let by_rank = |a: &usize, b: &usize| {
            let (a, b) = (rank(a), rank(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        };
        if nodes.len() > count {
            nodes.select_nth_unstable_by(count, by_rank);
            nodes.truncate(count);
        }
        nodes.sort_by(by_rank);
        nodes
    }

    fn push(&mut self, board: &mut Board<'_>, instance: usize, from: usize, to: usize, gain: f64) {
        board.apply(instance, from, to);
        self.movable[instance] = false;
        self.moves.push(Move {
            instance,
            name: self.scene.instances[instance].name.clone(),
            to: Some(to),
            reason: format!("saves {gain:.0} s"),
        });
    }

    /// Finds anew what two nodes that changed have a part in.
    fn look_again(&mut self, board: &Board<'_>, changed: [usize; 2]) {
        let all = self.targets(board);
        for at in 0..self.sources.len() {
            let (node, found) = self.sources[at];
            let is_stale = changed.contains(&node) || found.is_some_and(|found| changed.contains(&found.to));
            if is_stale {
                self.sources[at].1 = None;
                self.look(board, at, &all);
            } else {
                self.look(board, at, &changed);
            }
        }
    }

    /// Looks for something better for a node to be relieved, among some targets.
    fn look(&mut self, board: &Board<'_>, at: usize, targets: &[usize]) {
        let (source, mut best) = self.sources[at];
        let needed = self.settings.needed(self.moves.len());
        if board.lost(source) < needed || !board.needs_relief(source, self.settings.trigger) {
            self.sources[at].1 = None;
            return;
        }
        let movable = board.on(source).iter().copied().filter(|instance| self.movable[*instance]);
        let mut heavy: Vec<(f64, usize)> = movable
            .map(|instance| {
                let left = board.content(source).without(&self.scene.instances[instance]);
                (board.lost(source) - board.lost_with(source, &left), instance)
            })
            .collect();
        heavy.sort_by(|a, b| b.0.total_cmp(&a.0));
        heavy.truncate(self.settings.heavy);
        for (drop, instance) in heavy {
            let running = &self.scene.instances[instance];
            if running.node != source {
                continue;
            }
            let left = board.content(source).without(running);
            for &to in targets {
                let least = |best: &Option<Found>| best.map_or(needed, |best| best.gain);
                // Neither a move nor an exchange can bring more than this.
                if to == source
                    || (drop + board.lost(to)).max(2.0 * drop) / 2.0 <= least(&best)
                    || !board.may_take(to, &running.request)
                {
                    continue;
                }
                let with = board.content(to).with(running);
                let gain = drop + board.lost(to) - board.lost_with(to, &with);
                if gain > least(&best) && board.has_room(to, &running.request, None) {
                    best = Some(Found { gain, instance, to, back: None });
                }
                if (drop + board.lost(to)) / 2.0 <= least(&best) {
                    continue;
                }
                for &back in board.on(to) {
                    let other = &self.scene.instances[back];
                    if !self.movable[back] || other.node != to || !is_lighter(other, running) {
                        continue;
                    }
                    let before = board.lost(source) + board.lost(to);
                    let returned = board.lost_with(source, &left.with(other));
                    if (before - returned) / 2.0 <= least(&best) {
                        continue;
                    }
                    let gain = (before - returned - board.lost_with(to, &with.without(other))) / 2.0;
                    if gain > least(&best)
                        && board.may_take(source, &other.request)
                        && board.has_room(to, &running.request, Some(&other.request))
                        && board.has_room(source, &other.request, Some(&running.request))
                    {
                        best = Some(Found { gain, instance, to, back: Some(back) });
                    }
                }
            }
        }
        self.sources[at].1 = best;
    }
}

/// Whether an instance uses less of something than another one.
fn is_lighter(one: &Running, other: &Running) -> bool {
    let pairs = one.expected.values().iter().zip(other.expected.values());
    pairs.into_iter().any(|(one, other)| one.mean < other.mean)
}
