//! Kubernetes' descheduler: off nodes that use much, while others use little.
//!
//! Source: kubernetes-sigs/descheduler `pkg/framework/plugins/nodeutilization`, LowNodeUtilization, with measured use
//! in the place of requests:
//!
//! ```text
//! little    all of CPU and memory ≤ low, and the node takes instances
//! much      any of CPU and memory > high
//! order     nodes by CPU in thousandths of a core + memory in bytes + instances, the most first
//!           instances that ask for nothing first, then by name
//! until     the node is not above high any more, or what all that use little have up to high is used up
//! ```
//!
//! Nothing is done where no node uses little, or all do. Whether any of them can take what is put off is not looked at,
//! as by default there: the placement policy says where it goes.

use swarmmanager_units::CpuDemand;

use crate::Resource;
use crate::relocation::roster::{Roster, largest_first};
use crate::relocation::watermarks::{Marks, Watermarks};
use crate::relocation::{Move, Plan, Relocation, Running, Scene};

/// The relocations `low-node-utilization` and `low-node-utilization-deviation`.
#[derive(Debug, Clone, Copy)]
pub struct LowNodeUtilization {
    /// What is little and what is much.
    pub marks: Marks,
}

impl LowNodeUtilization {
    /// Little is 20 % and much 50 %, as in its documentation.
    pub fn fixed() -> Self {
        Self { marks: Marks::Fixed { low: 20.0, high: 50.0 } }
    }

    /// Little and much are 10 points from the mean.
    pub fn deviation() -> Self {
        Self { marks: Marks::Deviation { low: 10.0, high: 10.0 } }
    }
}

impl Relocation for LowNodeUtilization {
    fn name(&self) -> String {
        match self.marks {
            Marks::Fixed { .. } => "low-node-utilization".into(),
            Marks::Deviation { .. } => "low-node-utilization-deviation".into(),
        }
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let roster = Roster::new(scene);
        let mut plan = Plan::default();
        let Some(mut marks) = Watermarks::new(&roster, self.marks) else { return plan };
        let mut busy = marks.busy.clone();
        largest_first(&mut busy, |node| raw_use(&roster, &marks, node));
        for node in busy {
            let mut instances = roster.on(node).to_vec();
            instances.sort_by_key(|instance| asks_for_something(roster.running(*instance)));
            for instance in instances {
                if !marks.is_busy(&roster, node) || !marks.is_room_left() {
                    break;
                }
                let running = roster.running(instance);
                let reason = marks.reason(&roster, node);
                plan.moves.push(Move { instance, name: running.name.clone(), to: None, reason });
                marks.take(node, &running.used);
            }
        }
        plan
    }
}

/// Thousandths of cores, bytes and instances in one sum, as there.
fn raw_use(roster: &Roster<'_>, marks: &Watermarks, node: usize) -> f64 {
    let per_core = roster.node(node).per_core().get();
    let used = &marks.used[node];
    let cores = if per_core > 0.0 { used[Resource::Cpu] / per_core } else { 0.0 };
    1_000.0 * cores + used[Resource::Memory] + roster.on(node).len() as f64
}

fn asks_for_something(running: &Running) -> bool {
    let demand = &running.request.demand;
    let asks_for_cpu = match demand.cpu {
        CpuDemand::Cores(cores) => cores > 0.0,
        CpuDemand::Megahertz(amount) => amount.get() > 0.0,
    };
    asks_for_cpu || demand.memory.get() > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relocation::stage::{Stage, moved};
    use crate::{Demand, NodeAvailability};

    fn busy_node() -> Stage {
        let stage = Stage::new().node("ap1", 1_000.0, 1_000);
        let stage = stage.instance("a", "ap1", 100.0, 100).instance("b", "ap1", 300.0, 100);
        stage.instance("c", "ap1", 300.0, 100)
    }

    #[test]
    fn instances_go_until_the_node_is_not_above_the_mark() {
        // 70 % without a 60 %, without b 30 %.
        let stage = busy_node().node("ap2", 1_000.0, 1_000);
        let plan = stage.plan(&mut LowNodeUtilization::fixed());
        assert_eq!(moved(&plan), ["a →", "b →"]);
        assert_eq!(plan.moves[0].reason, "CPU is 70 % used, 50 % allowed");
    }

    #[test]
    fn what_asks_for_nothing_goes_first() {
        let nothing = Demand { cpu: "0".parse().unwrap(), memory: "0".parse().unwrap(), ..Demand::default() };
        let stage = busy_node().request(|request| request.demand = nothing).node("ap2", 1_000.0, 1_000);
        assert_eq!(moved(&stage.plan(&mut LowNodeUtilization::fixed())), ["c →"]);
    }

    #[test]
    fn no_more_goes_than_nodes_of_little_use_may_take() {
        // ap2 takes up to half of its 200 MHz: none is left after a.
        let stage = busy_node().node("ap2", 200.0, 1_000);
        assert_eq!(moved(&stage.plan(&mut LowNodeUtilization::fixed())), ["a →"]);
    }

    #[test]
    fn nothing_goes_where_no_node_that_takes_instances_uses_little() {
        let stage = busy_node().node("ap2", 1_000.0, 1_000).instance("d", "ap2", 210.0, 0);
        assert_eq!(moved(&stage.plan(&mut LowNodeUtilization::fixed())), [""; 0]);
        let paused =
            busy_node().node("ap2", 1_000.0, 1_000).with(|node| node.availability = NodeAvailability::Pause);
        assert_eq!(moved(&paused.plan(&mut LowNodeUtilization::fixed())), [""; 0]);
    }

    #[test]
    fn nodes_of_much_memory_use_are_relieved_first() {
        let stage = Stage::new().node("ap1", 1_000.0, 1_000).node("ap2", 1_000.0, 1_000);
        let stage = stage.node("ap3", 1_000.0, 1_000).instance("a", "ap1", 900.0, 100);
        let stage = stage.instance("b", "ap2", 100.0, 600);
        assert_eq!(moved(&stage.plan(&mut LowNodeUtilization::fixed())), ["b →"]);
    }

    #[test]
    fn marks_may_follow_the_mean() {
        // CPU 40, 20, 0 %: mean 20 %, so 10 and 30 %.
        let stage = Stage::new().node("ap1", 1_000.0, 1_000).node("ap2", 1_000.0, 1_000);
        let stage = stage.node("ap3", 1_000.0, 1_000).instance("a", "ap1", 200.0, 0);
        let stage = stage.instance("b", "ap1", 200.0, 0).instance("c", "ap2", 200.0, 0);
        assert_eq!(moved(&stage.plan(&mut LowNodeUtilization::deviation())), ["a →"]);
    }
}
