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
//! A node has room where Swarm would start the instance: by all that is promised, not by the memory alone. What finds no
//! such node stays. There is no rest after a move.

mod cpu_use;
mod random;
mod target;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use swarmmanager_units::Bytes;

use crate::relocation::roster::{Roster, by_number, share};
use crate::relocation::{Candidate, Detection, Left, Move, Plan, Relocation, Running, Scene, Selection};
use crate::{NodeState, Resource};
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

    /// Takes instances off a node until it is not overloaded.
    fn relieve(&mut self, roster: &mut Roster<'_>, node: usize, mut cpu: CpuUse) -> Vec<Taken> {
        let mut taken = Vec::new();
        while self.is_overloaded(&cpu) {
            let Some(instance) = self.choose(roster, node) else { break };
            roster.take_off(instance, node);
            taken.push(Taken { instance, share: cpu.now });
            cpu = CpuUse::of(roster, node);
        }
        taken
    }

    /// Which instance a node gives away next.
    fn choose(&mut self, roster: &Roster<'_>, node: usize) -> Option<usize> {
        let random = if self.selection == Selection::Random { self.random.next() } else { 0 };
        let state = roster.node(node);
        let candidates: Vec<_> = roster.all_running(node).map(|running| candidate(running, state)).collect();
        self.selection.choose(&candidates, random).map(|index| roster.on(node)[index])
    }

    /// The best of the nodes that may take an instance.
    fn find(
        &self,
        roster: &Roster<'_>,
        uses: &[CpuUse],
        is_calm: &[bool],
        running: &Running,
    ) -> Option<usize> {
        let used = running.used[Resource::Cpu];
        let mut nodes: Vec<usize> =
            roster.known_nodes().filter(|node| is_calm[*node] && uses[*node].has_room(used)).collect();
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
        let is_calm: Vec<bool> = uses.iter().map(|cpu| !self.is_overloaded(cpu)).collect();
        let sources: Vec<usize> = roster.sources().filter(|node| !is_calm[*node]).collect();
        let mut taken = Vec::new();
        for node in sources {
            taken.extend(self.relieve(&mut roster, node, uses[node].clone()));
        }
        sort_for_placing(&mut taken, &roster);
        let mut plan = Plan::default();
        for Taken { instance, share } in taken {
            let running = roster.running(instance);
            let name = running.name.clone();
            let Some(to) = self.find(&roster, &uses, &is_calm, running) else {
                roster.put_on(instance, running.node);
                let reason = format!("no other node may take {name}");
                plan.left.push(Left { node: running.node, reason });
                continue;
            };
            roster.put_on(instance, to);
            uses[to] = CpuUse::of(&roster, to);
            let reason = format!("CPU is {:.0} % used", 100.0 * share);
            plan.moves.push(Move { instance, name, to: Some(to), reason });
        }
        plan
    }
}

/// An instance that was taken off its node, with the share of the node's CPU that was used then.
struct Taken {
    instance: usize,
    share: f64,
}

/// What uses the most CPU comes first, else by name.
fn sort_for_placing(taken: &mut [Taken], roster: &Roster<'_>) {
    let running = |one: &Taken| roster.running(one.instance);
    let used = |one: &Taken| running(one).used[Resource::Cpu];
    taken.sort_by(|a, b| by_number(used(b), used(a)).then_with(|| running(a).name.cmp(&running(b).name)));
}

/// What an instance may use at most is what it asks for; all of the node where it asks for nothing.
fn candidate<'a>(running: &'a Running, node: &NodeState) -> Candidate<'a> {
    let used = running.used[Resource::Cpu];
    let most = running.request.demand.on(node).cpu.get();
    Candidate {
        memory: Bytes::new(running.used[Resource::Memory] as u64),
        utilisation: if most > 0.0 { used / most } else { share(used, node, Resource::Cpu) },
        history: &running.history,
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
