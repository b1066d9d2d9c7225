//! Nodes and instances that moves are carried out on, and what may be said of them.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use swarmmanager_placement::relocation::{Move, Plan, Relocation, Running, Scene};
use swarmmanager_placement::{
    Availability, Load, NodeAvailability, NodeState, NodeStatus, Outcome, Policy, Request, Resource,
    ResourceUsage, Resources, Role, Snapshot, Usage,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

/// Where what has no target goes.
const POLICY: &dyn Policy = &Availability;

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) nodes: Vec<NodeState>,
    pub(crate) instances: Vec<Running>,
}

impl World {
    pub(crate) fn new(now: Duration, nodes: Vec<NodeState>) -> Self {
        let mut world = Self { now, nodes, instances: Vec::new() };
        world.measure();
        world
    }

    pub(crate) fn add(&mut self, running: Running) {
        self.instances.push(running);
        self.measure();
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene { now: self.now, nodes: &self.nodes, instances: &self.instances }
    }

    /// What is planned, and carried out at once.
    pub(crate) fn round(&mut self, relocation: &mut dyn Relocation) -> Plan {
        let plan = relocation.plan(&self.scene());
        for one in &plan.moves {
            self.carry_out(one);
        }
        plan
    }

    /// Carries a move out; gives where the instance went, if the policy found a place.
    pub(crate) fn carry_out(&mut self, one: &Move) -> Option<usize> {
        let to = one.to.or_else(|| self.place(one.instance))?;
        self.instances[one.instance].node = to;
        self.instances[one.instance].since = self.now;
        self.measure();
        Some(to)
    }

    /// Where the policy puts an instance that left its node.
    fn place(&self, instance: usize) -> Option<usize> {
        let mut without = self.clone();
        let request = without.instances.remove(instance).request;
        without.measure();
        let snapshot = Snapshot { nodes: without.nodes };
        match &POLICY.place_silently(&snapshot, &request, 1).decisions[0].outcome {
            Outcome::Placed { node, .. } => self.nodes.iter().position(|one| one.id == *node),
            Outcome::Unplaced { .. } => None,
        }
    }

    /// Sets what nodes say of themselves by what is on them.
    pub(crate) fn measure(&mut self) {
        for (index, node) in self.nodes.iter_mut().enumerate() {
            let (mut used, mut expected) = ([0.0; 5], Load::default());
            node.reserved = Resources::default();
            node.instances.clear();
            for running in self.instances.iter().filter(|running| running.node == index) {
                let demand = running.request.demand.on(node);
                node.reserved.cpu += demand.cpu;
                node.reserved.memory += demand.memory;
                node.reserved.disk += demand.disk;
                *node.instances.entry(running.request.service.clone()).or_default() += 1;
                expected = expected.with(&running.expected);
                used.iter_mut().zip(running.used.values()).for_each(|(sum, used)| *sum += used);
            }
            let [cpu, memory, disk, disk_io, network] =
                used.map(|mean| ResourceUsage { mean, ..ResourceUsage::default() });
            node.usage = Some(Usage { cpu, memory, disk, disk_io, network });
            node.expected = Some(expected);
        }
    }

    /// Whether what is promised on a node leaves room for one more. Written without regard to the crate's own check.
    pub(crate) fn leaves_room(&self, node: usize, request: &Request) -> bool {
        let node = &self.nodes[node];
        let demand = request.demand.on(node);
        let cpu = demand.cpu.get();
        let bytes = |reserved: Bytes, demand: Bytes, capacity: Bytes| {
            demand == Bytes::ZERO || reserved.get() + demand.get() <= capacity.get()
        };
        (cpu == 0.0 || node.reserved.cpu.get() + cpu <= node.capacity.cpu.get() * (1.0 + 1e-8))
            && bytes(node.reserved.memory, demand.memory, node.capacity.memory)
            && bytes(node.reserved.disk, demand.disk, node.capacity.disk)
    }

    /// Whether what is promised on an instance's node is there.
    pub(crate) fn keeps_promise(&self, running: &Running) -> bool {
        let (node, demand) = (&self.nodes[running.node], &running.request.demand);
        let bytes =
            |demand: Bytes, reserved: Bytes, capacity: Bytes| demand == Bytes::ZERO || reserved <= capacity;
        let (reserved, capacity) = (&node.reserved, &node.capacity);
        (demand.on(node).cpu.get() == 0.0 || reserved.cpu.get() <= capacity.cpu.get() * (1.0 + 1e-8))
            && bytes(demand.memory, reserved.memory, capacity.memory)
            && bytes(demand.disk, reserved.disk, capacity.disk)
    }

    /// Whether a node has as many instances of the service as it may have.
    pub(crate) fn is_full_of(&self, node: usize, request: &Request) -> bool {
        let here = self.nodes[node].instances.get(&request.service).copied().unwrap_or(0);
        request.max_per_node.is_some_and(|most| u64::from(here) >= most)
    }

    /// Why a node is out for any instance of a service, however many there are.
    pub(crate) fn objection(&self, node: usize, request: &Request) -> Option<&'static str> {
        let state = &self.nodes[node];
        let allowed = |constraint: &str| match constraint {
            "node.role==worker" => state.role == Role::Worker,
            "node.role!=worker" => state.role != Role::Worker,
            "node.hostname!=ap0" => state.hostname != "ap0",
            "node.hostname!=ap1" => state.hostname != "ap1",
            other => unreachable!("{other}"),
        };
        if state.status != NodeStatus::Ready {
            Some("it is down")
        } else if state.availability != NodeAvailability::Active {
            Some("it takes no instances")
        } else if state.data_age > Duration::from_secs(5) {
            Some("its reports are stale")
        } else if !request.constraints.iter().all(|one| allowed(&one.to_string())) {
            Some("a constraint does not hold")
        } else {
            None
        }
    }

    /// The same nodes and instances in another order.
    pub(crate) fn shuffled(&self, nodes: &[usize], instances: &[usize]) -> Self {
        let place = |old: usize| nodes.iter().position(|node| *node == old).unwrap();
        let moved = |index: &usize| {
            let running = self.instances[*index].clone();
            Running { node: place(running.node), ..running }
        };
        let nodes = nodes.iter().map(|node| self.nodes[*node].clone()).collect();
        Self { now: self.now, nodes, instances: instances.iter().map(moved).collect() }
    }

    /// The same with so many times the CPU everywhere.
    pub(crate) fn with_cpu_times(&self, factor: f64) -> Self {
        let mut scaled = self.clone();
        for node in &mut scaled.nodes {
            node.capacity.cpu = node.capacity.cpu * factor;
        }
        for running in &mut scaled.instances {
            let request = std::sync::Arc::make_mut(&mut running.request);
            if let CpuDemand::Megahertz(amount) = request.demand.cpu {
                request.demand.cpu = CpuDemand::Megahertz(Megahertz::new(amount.get() * factor));
            }
            running.used[Resource::Cpu] *= factor;
            running.history.iter_mut().for_each(|used| *used *= factor);
            running.expected[Resource::Cpu].mean *= factor;
            running.expected[Resource::Cpu].variance *= factor * factor;
        }
        scaled.measure();
        scaled
    }

    /// The moves of a plan in words that do not depend on the order of anything.
    pub(crate) fn words(&self, plan: &Plan) -> BTreeSet<String> {
        let to = |one: &Move| one.to.map_or("anywhere", |to| self.nodes[to].hostname.as_str());
        plan.moves.iter().map(|one| format!("{} → {}", one.name, to(one))).collect()
    }
}

impl fmt::Debug for World {
    /// A line for each node and each instance: what fits on a screen when a test fails.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "at {:?}", self.now)?;
        for node in &self.nodes {
            let capacity = Resource::ALL.map(|resource| node.capacity_of(resource));
            write!(
                f,
                "{} {:?} {:?} {:?} {:?}",
                node.hostname, node.status, node.availability, node.role, node.data_age
            )?;
            writeln!(f, " has {capacity:.0?}, reserved {:?}", node.reserved)?;
        }
        for running in &self.instances {
            let Request { demand, constraints, max_per_node, overcommit, .. } = &*running.request;
            let means = |load: &Load| load.values().map(|moments| moments.mean.round());
            let deviations = running.expected.values().map(|moments| moments.variance.sqrt().round());
            write!(f, "{} on {} since {:?}", running.name, self.nodes[running.node].hostname, running.since)?;
            write!(f, " ({} samples): {:?}", running.samples, means(&running.expected))?;
            write!(f, " ± {deviations:?}; asks for {demand:?}")?;
            writeln!(f, " {constraints:?} at most {max_per_node:?} overcommit {overcommit}")?;
        }
        Ok(())
    }
}
