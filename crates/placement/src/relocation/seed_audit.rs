//! The audit of the original SwarmManager, as it was meant.
//!
//! Source: the audit of the original, which never ran as written: it used a module that was not imported. Its rule:
//!
//! ```text
//! overloaded    mean use > 90 % of the CPU, the memory or the disk
//! what goes     the container with the largest cpu / total + memory / total + disk / total
//! where         wherever a new one would go, be it the same node
//! ```
//!
//! There is no rest after a move: the node is looked at again in the next scene.

use crate::Resource;
use crate::relocation::roster::{Roster, largest_first, share};
use crate::relocation::{Left, Move, Plan, Relocation, Scene};

const COUNTED: [Resource; 3] = [Resource::Cpu, Resource::Memory, Resource::Disk];

/// The relocation `seed-audit`. The placement policy says where an instance goes; with `availability` or
/// `seed-original` that is the node with the lowest of the original's scores.
#[derive(Debug, Clone, Copy)]
pub struct SeedAudit {
    /// Share of a capacity above which a node is overloaded.
    pub limit: f64,
}

impl Default for SeedAudit {
    fn default() -> Self {
        Self { limit: 0.9 }
    }
}

impl Relocation for SeedAudit {
    fn name(&self) -> String {
        "seed-audit".into()
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let roster = Roster::new(scene);
        let mut plan = Plan::default();
        for node in roster.sources() {
            let Some((resource, used)) = self.overload(&roster, node) else { continue };
            let mut instances = roster.on(node).to_vec();
            largest_first(&mut instances, |instance| size(&roster, instance));
            let Some(&instance) = instances.first() else {
                plan.left.push(Left { node, reason: "nothing on it can be moved".into() });
                continue;
            };
            let name = roster.running(instance).name.clone();
            let reason = format!("{} is {:.0} % used", resource.as_str(), 100.0 * used);
            plan.moves.push(Move { instance, name, to: None, reason });
        }
        plan
    }
}

impl SeedAudit {
    /// The first resource that is overloaded, with the share that is used.
    fn overload(&self, roster: &Roster<'_>, node: usize) -> Option<(Resource, f64)> {
        let node = roster.node(node);
        let usage = node.usage.as_ref()?;
        let mut shares =
            COUNTED.into_iter().map(|resource| (resource, share(usage.of(resource).mean, node, resource)));
        shares.find(|(_, share)| *share > self.limit)
    }
}

/// What an instance uses of its node: the shares of all resources together.
fn size(roster: &Roster<'_>, instance: usize) -> f64 {
    let running = roster.running(instance);
    let node = roster.node(running.node);
    COUNTED.into_iter().map(|resource| share(running.used[resource], node, resource)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relocation::stage::{Stage, moved};

    #[test]
    fn the_largest_of_all_resources_together_goes() {
        // small: 0.5 + 0.05, large: 0.42 + 0.25; together 92 % of the CPU.
        let stage = Stage::new().node("ap1", 1_000.0, 1_000).node("ap2", 1_000.0, 1_000);
        let stage = stage.instance("small", "ap1", 500.0, 50).instance("large", "ap1", 420.0, 250);
        let plan = stage.plan(&mut SeedAudit::default());
        assert_eq!(moved(&plan), ["large →"]);
        assert_eq!(plan.moves[0].reason, "CPU is 92 % used");
    }

    #[test]
    fn one_goes_of_each_overloaded_node_and_none_of_others() {
        let stage = Stage::new().node("ap2", 1_000.0, 1_000).node("ap1", 1_000.0, 1_000);
        let stage = stage.node("ap3", 1_000.0, 1_000).instance("c", "ap3", 900.0, 100);
        let stage = stage.instance("b", "ap2", 950.0, 100).instance("a", "ap1", 100.0, 950);
        assert_eq!(moved(&stage.plan(&mut SeedAudit::default())), ["a →", "b →"]);
    }

    #[test]
    fn equal_ones_go_by_name_and_there_is_no_rest() {
        let stage = Stage::new().node("ap1", 1_000.0, 1_000);
        let stage = stage.instance("b", "ap1", 480.0, 100).instance("a", "ap1", 480.0, 100);
        let mut audit = SeedAudit::default();
        assert_eq!(moved(&stage.plan(&mut audit)), ["a →"]);
        assert_eq!(moved(&stage.plan(&mut audit)), ["a →"]);
    }
}
