//! The best next move, or exchange of two instances.

use std::collections::BTreeMap;

use super::board::{Board, Content};
use super::{CostBenefitSettings, Departures, Price};
use crate::relocation::{Move, Running, Scene};

/// Looks for what saves the most.
pub(super) struct Search<'a> {
    settings: &'a CostBenefitSettings,
    price: Price,
    scene: &'a Scene<'a>,
    departures: &'a Departures,
    movable: Vec<bool>,
    /// Nodes to be relieved, each with the best that was found for it.
    sources: Vec<(usize, Option<Found>)>,
    moves: Vec<Move>,
    by_service: BTreeMap<&'a str, usize>,
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

/// An instance on a node to be relieved.
struct Leaving {
    instance: usize,
    /// What the node saves by its leaving.
    saved: f64,
    /// What stays.
    left: Content,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        settings: &'a CostBenefitSettings,
        price: Price,
        scene: &'a Scene<'a>,
        departures: &'a Departures,
        board: &Board<'_>,
        ripe: &[bool],
    ) -> Self {
        let is_movable = |running: &Running| {
            running.samples >= settings.samples && scene.now.saturating_sub(running.since) >= settings.rest
        };
        let mut sources: Vec<usize> = (0..board.nodes()).filter(|node| ripe[*node]).collect();
        sources.sort_by(|a, b| board.by_loss(*b, *a));
        sources.truncate(settings.sources);
        let mut search = Self {
            settings,
            price,
            scene,
            departures,
            movable: scene.instances.iter().map(is_movable).collect(),
            sources: sources.into_iter().map(|node| (node, None)).collect(),
            moves: Vec::new(),
            by_service: BTreeMap::new(),
        };
        let targets = board.calmest(settings.targets);
        for at in 0..search.sources.len() {
            search.look(board, at, &targets);
        }
        search
    }

    pub(super) fn into_moves(self) -> Vec<Move> {
        self.moves
    }

    /// Plans what saves the most; false where nothing pays or the budget is used up.
    pub(super) fn take_best(&mut self, board: &mut Board<'_>, budget: usize) -> bool {
        let needed = self.price.after(self.moves.len());
        let left = budget.saturating_sub(self.moves.len());
        let fits = |found: &Found| {
            let moves = 1 + usize::from(found.back.is_some());
            found.gain >= needed && moves <= left
        };
        let found = self.sources.iter().filter_map(|(node, found)| Some((*node, found.filter(&fits)?)));
        // Of equals the first, which is that of the worse node.
        let best = found.reduce(|best, next| if next.1.gain > best.1.gain { next } else { best });
        let Some((from, found)) = best else { return false };
        // What comes back goes first, where there is room for it beside what leaves.
        let back_first = found.back.is_some_and(|back| self.has_room(board, from, back));
        if let Some(back) = found.back.filter(|_| back_first) {
            self.push(board, back, found.to, from, found.gain);
        }
        self.push(board, found.instance, from, found.to, found.gain);
        if let Some(back) = found.back.filter(|_| !back_first) {
            self.push(board, back, found.to, from, found.gain);
        }
        self.look_again(board, [from, found.to]);
        true
    }

    fn has_room(&self, board: &Board<'_>, node: usize, instance: usize) -> bool {
        board.has_room(node, &self.scene.instances[instance].request, None)
    }

    /// Whether an instance left that node a short while ago and uses no other part of it than it did then.
    fn left_lately(&self, instance: usize, node: usize) -> bool {
        if self.departures.is_empty() {
            return false;
        }
        let (running, state) = (&self.scene.instances[instance], &self.scene.nodes[node]);
        let left = self.departures.get(&(running.name.clone(), state.id.clone()));
        left.is_some_and(|left| {
            !running.expected.iter().any(|(resource, now)| {
                let change = (now.mean - left.expected[resource].mean).abs();
                let capacity = state.capacity_of(resource);
                capacity > 0.0 && change >= self.settings.other_use * capacity
            })
        })
    }

    fn push(&mut self, board: &mut Board<'_>, instance: usize, from: usize, to: usize, gain: f64) {
        let running = &self.scene.instances[instance];
        board.apply(instance, from, to);
        self.movable[instance] = false;
        *self.by_service.entry(&running.request.service).or_insert(0) += 1;
        self.moves.push(Move {
            instance,
            name: running.name.clone(),
            to: Some(to),
            reason: format!(
                "saves {gain:.0} s of instances on an overloaded {}",
                self.scene.nodes[from].hostname
            ),
        });
    }

    /// Finds anew what two nodes that changed have a part in.
    fn look_again(&mut self, board: &Board<'_>, changed: [usize; 2]) {
        let targets = board.calmest(self.settings.targets);
        for at in 0..self.sources.len() {
            let (node, found) = self.sources[at];
            let is_stale = changed.contains(&node)
                || found.is_some_and(|found| {
                    changed.contains(&found.to)
                        || !self.may_move(found.instance)
                        || found.back.is_some_and(|back| !self.may_move(back))
                });
            if is_stale {
                self.sources[at].1 = None;
                self.look(board, at, &targets);
            } else {
                self.look(board, at, &changed);
            }
        }
    }

    fn may_move(&self, instance: usize) -> bool {
        let service = &*self.scene.instances[instance].request.service;
        self.movable[instance]
            && self.by_service.get(service).copied().unwrap_or(0) < self.settings.per_service
    }

    /// Looks for something better for a node to be relieved, among some targets.
    fn look(&mut self, board: &Board<'_>, at: usize, targets: &[usize]) {
        let (source, mut best) = self.sources[at];
        if !board.needs_relief(source, self.settings.trigger) {
            self.sources[at].1 = None;
            return;
        }
        let needed = self.price.after(self.moves.len());
        for leaving in self.leaving(board, source) {
            for &to in targets.iter().filter(|to| **to != source) {
                let least = best.map_or(needed, |best| best.gain);
                best = self.move_to(board, &leaving, to, least).or(best);
                let least = best.map_or(needed, |best| best.gain);
                best = self.exchange_with(board, &leaving, source, to, least).or(best);
            }
        }
        self.sources[at].1 = best;
    }

    /// The instances of a node that may move, those first whose leaving helps the most.
    fn leaving(&self, board: &Board<'_>, source: usize) -> Vec<Leaving> {
        let movable = board.on(source).iter().copied().filter(|instance| self.may_move(*instance));
        let mut leaving: Vec<Leaving> = movable
            .map(|instance| {
                let left = board.content(source).without(&self.scene.instances[instance]);
                Leaving { instance, saved: board.lost(source) - board.lost_with(source, &left), left }
            })
            .collect();
        leaving
            .sort_by(|a, b| b.saved.total_cmp(&a.saved).then_with(|| self.by_name(a.instance, b.instance)));
        leaving.truncate(self.settings.instances);
        leaving
    }

    fn by_name(&self, a: usize, b: usize) -> std::cmp::Ordering {
        self.scene.instances[a].name.cmp(&self.scene.instances[b].name)
    }

    /// A move, if it saves more than the least.
    fn move_to(&self, board: &Board<'_>, leaving: &Leaving, to: usize, least: f64) -> Option<Found> {
        let running = &self.scene.instances[leaving.instance];
        // It cannot save more than this.
        if leaving.saved <= least || !board.has_room(to, &running.request, None) {
            return None;
        }
        let with = board.content(to).with(running);
        let gain = leaving.saved + board.lost(to) - board.lost_with(to, &with);
        let pays = gain > least
            && board.stays_below_limit(to, &with)
            && board.may_take(to, &running.request, None)
            && !self.left_lately(leaving.instance, to);
        pays.then_some(Found { gain, instance: leaving.instance, to, back: None })
    }

    /// The best exchange with an instance of another node, if it saves more than the least for each of the two.
    fn exchange_with(
        &self,
        board: &Board<'_>,
        leaving: &Leaving,
        source: usize,
        to: usize,
        least: f64,
    ) -> Option<Found> {
        let running = &self.scene.instances[leaving.instance];
        if (leaving.saved + board.lost(to)) / 2.0 <= least {
            return None;
        }
        let before = board.lost(source) + board.lost(to);
        let with = board.content(to).with(running);
        let mut best: Option<Found> = None;
        for &back in board.on(to).iter().filter(|back| self.may_move(**back)) {
            let other = &self.scene.instances[back];
            let same_service = other.request.service == running.request.service;
            // Room is cheaper to look for than what would be lost, and is often missing.
            let is_out = same_service
                || !is_lighter(other, running)
                || !board.has_room(to, &running.request, Some(&other.request))
                || !board.has_room(source, &other.request, Some(&running.request));
            if is_out {
                continue;
            }
            let least = best.map_or(least, |best| best.gain);
            let returned = board.lost_with(source, &leaving.left.with(other));
            if (before - returned) / 2.0 <= least {
                continue;
            }
            let exchanged = with.without(other);
            let gain = (before - returned - board.lost_with(to, &exchanged)) / 2.0;
            if gain > least
                && board.stays_below_limit(to, &exchanged)
                && board.may_take(to, &running.request, Some(&other.request))
                && board.may_take(source, &other.request, Some(&running.request))
                && (self.has_room(board, source, back) || self.has_room(board, to, leaving.instance))
                && !self.left_lately(leaving.instance, to)
                && !self.left_lately(back, source)
            {
                best = Some(Found { gain, instance: leaving.instance, to, back: Some(back) });
            }
        }
        best
    }
}

/// Whether an instance uses less of something than another one.
fn is_lighter(one: &Running, other: &Running) -> bool {
    let mut pairs = one.expected.values().iter().zip(other.expected.values());
    pairs.any(|(one, other)| one.mean < other.mean)
}
