//! Small nodes and instances, and a relocation that writes down what it sees.

use std::collections::BTreeMap;

use swarmmanager_placement::relocation::{Move, Plan, Relocation, Scene};
use swarmmanager_placement::{NodeState, NodeStatus, PerResource, Resource};
use swarmmanager_simulator::churn::Happening;
use swarmmanager_simulator::fleet::NodeClass;
use swarmmanager_simulator::workload::{Instance, Series, Workload};
use swarmmanager_units::Bytes;

/// Nodes `n-0`, `n-1` and so on, of 1,000 MHz and so many bytes.
pub(crate) fn nodes(count: usize, memory: u64) -> Vec<NodeState> {
    let class = NodeClass {
        name: "n".into(),
        cores: 1.0,
        cpu_mhz: 1_000.0,
        memory: Bytes::new(memory),
        disk: Bytes::ZERO,
        disk_bytes_per_s: 0.0,
        network_bytes_per_s: 0.0,
        weight: 1,
    };
    (0..count).map(|index| class.node(index)).collect()
}

/// An instance of a service of its own that asks for a hundredth of a node's CPU.
pub(crate) fn instance(name: &str, cpu: &[f32], memory: f64) -> Instance {
    let mut used = PerResource::<Series>::of(|_| Series::default());
    used[Resource::Cpu] = Series::Samples(cpu.to_vec());
    used[Resource::Memory] = Series::Constant(memory as f32);
    let mut demand = PerResource::default();
    demand[Resource::Cpu] = 10.0;
    demand[Resource::Memory] = memory;
    Instance { name: name.into(), service: name.into(), demand, used, arrives: None, departs: None }
}

pub(crate) fn workload(steps: usize, instances: Vec<Instance>) -> Workload {
    Workload { name: "stage".into(), step_seconds: 300, steps, instances }
}

pub(crate) fn deploy(instances: &[usize]) -> Happening {
    Happening { deploy: instances.to_vec(), ..Happening::default() }
}

/// Moves what it is told to and keeps what it sees.
#[derive(Default)]
pub(crate) struct Witness {
    /// `(step, instance, node)`: what to move where.
    pub(crate) moves: Vec<(usize, &'static str, usize)>,
    /// For each step, before its moves: which instance is on which node.
    pub(crate) seen: Vec<BTreeMap<String, usize>>,
    /// For each step: which nodes are ready.
    pub(crate) ready: Vec<Vec<bool>>,
    /// For each step: how many instances each node says that it has.
    pub(crate) counts: Vec<Vec<u64>>,
}

impl Relocation for Witness {
    fn name(&self) -> String {
        "witness".into()
    }

    fn plan(&mut self, scene: &Scene<'_>) -> Plan {
        let step = self.seen.len();
        let places: BTreeMap<String, usize> =
            scene.instances.iter().map(|one| (one.name.to_string(), one.node)).collect();
        assert_eq!(places.len(), scene.instances.len(), "an instance is in two places at step {step}");
        self.seen.push(places);
        self.ready.push(scene.nodes.iter().map(|node| node.status == NodeStatus::Ready).collect());
        self.counts.push(scene.nodes.iter().map(NodeState::instances_at_all).collect());
        let due = self.moves.iter().filter(|(when, ..)| *when == step);
        let moves = due.filter_map(|(_, name, to)| {
            let instance = scene.instances.iter().position(|one| &*one.name == *name)?;
            let name = scene.instances[instance].name.clone();
            Some(Move { instance, name, to: Some(*to), reason: "told to".into() })
        });
        Plan { moves: moves.collect(), left: Vec::new() }
    }
}
