//! Small scenes for tests.

use std::sync::Arc;
use std::time::Duration;

use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

use crate::relocation::{Plan, Relocation, Running, Scene};
use crate::{
    Demand, Load, Moments, NodeState, PerResource, Request, Resource, ResourceUsage, Resources, Usage,
};

/// Nodes and instances that are put together one after the other. Sizes of memory are in MiB.
pub(super) struct Stage {
    pub(super) nodes: Vec<NodeState>,
    pub(super) instances: Vec<Running>,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self { nodes: Vec::new(), instances: Vec::new() }
    }

    /// One more node, idle.
    pub(super) fn node(mut self, name: &str, cpu: f64, memory: u64) -> Self {
        self.nodes.push(NodeState {
            id: name.into(),
            hostname: name.into(),
            cores: 1.0,
            capacity: Resources {
                cpu: Megahertz::new(cpu),
                memory: Bytes::from_mib(memory),
                disk: Bytes::ZERO,
            },
            usage: Some(Usage::default()),
            ..NodeState::default()
        });
        self
    }

    /// One more instance, of a service of its own, that asks for a tenth of what it uses.
    pub(super) fn instance(mut self, name: &str, node: &str, cpu: f64, memory: u64) -> Self {
        let demand = Demand {
            cpu: CpuDemand::Megahertz(Megahertz::new(cpu / 10.0)),
            memory: Bytes::new(Bytes::from_mib(memory).get() / 10),
            disk: Bytes::ZERO,
        };
        let used = PerResource::new([cpu, Bytes::from_mib(memory).as_f64(), 0.0, 0.0, 0.0]);
        let load = Load::of(|resource| Moments::constant(used[resource]));
        let at = self.nodes.iter().position(|one| one.hostname == node).unwrap();
        self.instances.push(Running {
            name: name.into(),
            request: Arc::new(Request::new(name, demand)),
            node: at,
            used,
            expected: load,
            samples: 100,
            since: Duration::ZERO,
            history: vec![cpu; 30],
        });
        let node = &mut self.nodes[at];
        let usage = node.usage.get_or_insert_default();
        let more = |usage: ResourceUsage, used| ResourceUsage { mean: usage.mean + used, ..usage };
        usage.cpu = more(usage.cpu, used[Resource::Cpu]);
        usage.memory = more(usage.memory, used[Resource::Memory]);
        node.book(&self.instances[self.instances.len() - 1].request);
        node.unseen = Resources::default();
        self
    }

    /// The same with another history of the instance that came last.
    pub(super) fn history(mut self, history: &[f64]) -> Self {
        self.instances.last_mut().unwrap().history = history.to_vec();
        self
    }

    /// The same with another request of the instance that came last.
    pub(super) fn request(mut self, change: impl FnOnce(&mut Request)) -> Self {
        change(Arc::make_mut(&mut self.instances.last_mut().unwrap().request));
        self
    }

    /// The same with something about the node that came last changed.
    pub(super) fn with(mut self, change: impl FnOnce(&mut NodeState)) -> Self {
        change(self.nodes.last_mut().unwrap());
        self
    }

    pub(super) fn plan(&self, relocation: &mut dyn Relocation) -> Plan {
        let now = Duration::from_secs(3_600);
        relocation.plan(&Scene { now, nodes: &self.nodes, instances: &self.instances })
    }

    /// The moves as `instance → node`; without the node where the policy is to say.
    pub(super) fn moves(&self, relocation: &mut dyn Relocation) -> Vec<String> {
        let moves = self.plan(relocation).moves.into_iter();
        let to = |to: Option<usize>| to.map_or(String::new(), |to| format!(" {}", self.nodes[to].hostname));
        moves.map(|one| format!("{} →{}", one.name, to(one.to))).collect()
    }
}

/// The moves of a plan whose targets the policy is to say.
pub(super) fn moved(plan: &Plan) -> Vec<String> {
    assert!(plan.moves.iter().all(|one| one.to.is_none()), "{plan:?}");
    plan.moves.iter().map(|one| format!("{} →", one.name)).collect()
}
