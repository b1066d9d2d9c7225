//! A node that is overloaded gives instances away until it is not.
//!
//! Source: Beloglazov and Buyya 2012 (see [`Detection`]), algorithms 1 and 2, without the consolidation, which empties
//! nodes in order to switch them off: here they stay on. Like it, this looks at the processor alone.
//!
//! ```text
//! use       Σ what the instances on the node use / capacity, now and in the past
//! what      from each overloaded node what the selection names, until the detection says that it is not any more
//! where     by use, the largest first: to a node that has room, that is not one of those that were overloaded, and
//!           that will not be by the same detection; of these the one that the target rule prefers
//! ```
//!
//! What finds no such node stays. There is no rest after a move.

mod cpu_use;
mod random;
mod target;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use swarmmanager_units::Bytes;

use crate::Resource;
use crate::relocation::roster::{Roster, share};
use crate::relocation::{Candidate, Detection, Left, Move, Plan, Relocation, Scene, Selection};
use cpu_use::CpuUse;
use random::Random;
pub use target::Target;

/// How many intervals between two values of a history a move takes: an image is pulled and an instance started within
/// less than one.
const STEPS_AHEAD: f64 = 1.0;

/// The relocations `thr-mmt-0.8` and the like: `DETECTION-SELECTION-PARAMETER`, or with `-pabfd` at the end.
#[derive(Debug, Clone)]
pub struct Reactive {
    /// Which nodes are overloaded.
    pub detection: Detection,
    /// What they give away.
    pub selection: Selection,
    /// Where it goes.
    pub target: Target,
    random: Random,
}

impl Reactive {
    /// These rules; `seed` is what the selection `rs` draws from.
    pub fn new(detection: Detection, selection: Selection, target: Target, seed: u64) -> Self {
        Self { detection, selection, target, random: Random::new(seed) }
    }

    /// The rules of that name, `None` where it is none.
    pub(super) fn named(name: &str, seed: u64) -> Option<Self> {
        let (name, target) = match name.strip_suffix("-pabfd") {
            Some(name) => (name, Target::LeastPower),
            None => (name, Target::LeastUsed),
        };
        let (detection, rest) = name.split_once('-')?;
        let (selection, parameter) = rest.split_once('-')?;
        let detection = Detection::from_str(&format!("{detection}-{parameter}")).ok()?;
        Some(Self::new(detection, selection.parse().ok()?, target, seed))
    }

    fn is_overloaded(&self, cpu: &CpuUse) -> bool {
        self.detection.is_overloaded(&cpu.history, cpu.now, STEPS_AHEAD)
    }

    /// Takes instances off a node until it is not overloaded; gives them with the use that each was taken off for.
    fn relieve(&mut self, roster: &mut Roster<'_>, node: usize, mut cpu: CpuUse) -> Vec<(usize, f64)> {
        let mut taken = Vec::new();
        while self.is_overloaded(&cpu) {
            let Some(instance) = self.choose(roster, node) else { break };
            roster.take_off(instance, node);
            taken.push((instance, cpu.now));
            cpu = CpuUse::of(roster, node);
        }
        taken
    }

    fn choose(&mut self, roster: &Roster<'_>, node: usize) -> Option<usize> {
        let state = roster.node(node);
        let candidate = |running: &'_ crate::relocation::Running| {
            let used = running.used[Resource::Cpu];
            let most = running.request.demand.on(state).cpu.get();
            let utilisation = if most > 0.0 { used / most } else { share(used, state, Resource::Cpu) };
            (Bytes::new(running.used[Resource::Memory] as u64), utilisation)
        };
        let candidates: Vec<Candidate<'_>> = roster
            .all_running(node)
            .map(|running| {
                let (memory, utilisation) = candidate(running);
                Candidate { memory, utilisation, history: &running.history }
            })
            .collect();
        let random = if self.selection == Selection::Random { self.random.next() } else { 0 };
        self.selection.choose(&candidates, random).map(|index| roster.on(node)[index])
    }

    /// The best of the nodes that may take an instance.
    fn find(
        &self,
        roster: &Roster<'_>,
        uses: &[CpuUse],
        may_take: &[bool],
        instance: usize,
    ) -> Option<usize> {
        let running = roster.running(instance);
        let used = running.used[Resource::Cpu];
        let mut nodes: Vec<usize> =
            roster.known_nodes().filter(|node| may_take[*node] && uses[*node].has_room(used)).collect();
        self.target.sort(&mut nodes, |node| (uses[node].capacity, uses[node].used + used));
        nodes.into_iter().find(|node| {
            roster.may_take(*node, &running.request) && !self.is_overloaded(&uses[*node].with(running))
        })
    }
}

impl Relocation for Reactive {
    fn name(&self) -> String {
        self.to_string()
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let mut roster = Roster::new(scene);
        let mut uses: Vec<CpuUse> = (0..scene.nodes.len()).map(|node| CpuUse::of(&roster, node)).collect();
        let mut may_take: Vec<bool> = uses.iter().map(|cpu| !self.is_overloaded(cpu)).collect();
        let sources: Vec<usize> = roster.sources().filter(|node| !may_take[*node]).collect();
        let mut taken = Vec::new();
        for &node in &sources {
            may_take[node] = false;
            taken.extend(self.relieve(&mut roster, node, uses[node].clone()));
        }
        taken.sort_by(|a, b| {
            let used = |instance: usize| roster.running(instance).used[Resource::Cpu];
            let name = |instance: usize| &roster.running(instance).name;
            super::roster::by_number(used(b.0), used(a.0)).then_with(|| name(a.0).cmp(name(b.0)))
        });
        let mut plan = Plan::default();
        for (instance, now) in taken {
            let running = roster.running(instance);
            let Some(to) = self.find(&roster, &uses, &may_take, instance) else {
                roster.put_on(instance, running.node);
                let reason = format!("no other node may take {}", running.name);
                plan.left.push(Left { node: running.node, reason });
                continue;
            };
            roster.put_on(instance, to);
            uses[to] = CpuUse::of(&roster, to);
            let reason = format!("CPU is {:.0} % used", 100.0 * now);
            plan.moves.push(Move { instance, name: running.name.clone(), to: Some(to), reason });
        }
        plan
    }
}

impl fmt::Display for Reactive {
    /// `thr-mmt-0.8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detection = self.detection.to_string();
        let (detection, parameter) = detection.split_once('-').unwrap_or((&detection, ""));
        let target = match self.target {
            Target::LeastUsed => "",
            Target::LeastPower => "-pabfd",
        };
        write!(f, "{detection}-{}-{parameter}{target}", self.selection)
    }
}
