//! The steps of a run.

use std::collections::HashMap;
use std::time::Duration;

use swarmmanager_forecast::Fleet;
use swarmmanager_placement::relocation::{Relocation, Running, Scene};
use swarmmanager_placement::{
    Load, NodeState, NodeStatus, Outcome, PerResource, Policy, Resource, Resources, Snapshot, Usage,
};
use swarmmanager_units::NodeId;

use super::slot::{Place, Slot};
use super::tally::{Figures, Tally};
use super::window::Window;
use crate::churn::Happening;
use crate::workload::Workload;

/// A workload, the nodes that it runs on and what happens.
///
/// At each step nodes return and fail, instances go, come and are deployed anew; then the relocation plans, and then the
/// load of the step is measured. So whoever decides knows all steps but the present one. What an instance is seen to use
/// is never more than its share of what its node has; what is counted is what it would have used. What a policy puts on a
/// node that is away waits there and runs once the node returns; of such a node the last measurements stay.
pub struct Replay<'a> {
    /// What runs.
    pub workload: &'a Workload,
    /// The nodes, idle.
    pub nodes: &'a [NodeState],
    /// What happens at each step.
    pub happenings: &'a [Happening],
    /// Steps before anything is counted.
    pub warm_up: usize,
}

impl Replay<'_> {
    /// Runs it; `stepped` is told of each step.
    pub fn run(&self, policy: &dyn Policy, relocation: &mut dyn Relocation, stepped: &dyn Fn()) -> Figures {
        let mut state = State::new(self, policy);
        for (step, happening) in self.happenings.iter().enumerate().take(self.workload.steps) {
            state.happen(step, happening);
            state.relocate(step, relocation);
            state.measure(step);
            stepped();
        }
        state.tally.figures(f64::from(self.workload.step_seconds))
    }
}

struct State<'a> {
    replay: &'a Replay<'a>,
    policy: &'a dyn Policy,
    snapshot: Snapshot,
    by_id: HashMap<NodeId, usize>,
    capacities: Vec<PerResource<f64>>,
    windows: Vec<Window>,
    slots: Vec<Slot>,
    fleet: Fleet,
    tally: Tally,
}

impl<'a> State<'a> {
    fn new(replay: &'a Replay<'a>, policy: &'a dyn Policy) -> Self {
        let mut nodes = replay.nodes.to_vec();
        for node in &mut nodes {
            node.usage = Some(Usage::default());
            node.expected = Some(Load::default());
        }
        let fleet = Fleet::default();
        Self {
            replay,
            policy,
            by_id: nodes.iter().enumerate().map(|(index, node)| (node.id.clone(), index)).collect(),
            capacities: nodes
                .iter()
                .map(|node| PerResource::of(|resource| node.capacity_of(resource)))
                .collect(),
            windows: vec![Window::default(); nodes.len()],
            slots: replay.workload.instances.iter().map(|instance| Slot::new(instance, &fleet)).collect(),
            tally: Tally::new(nodes.len()),
            snapshot: Snapshot { nodes },
            fleet,
        }
    }

    fn happen(&mut self, step: usize, happening: &Happening) {
        for &node in &happening.nodes_return {
            let state = &mut self.snapshot.nodes[node];
            state.status = NodeStatus::Ready;
            state.usage = Some(self.windows[node].usage(&self.capacities[node]));
        }
        let is_waiting = |index: &usize| self.slots[*index].place == Place::Waiting;
        let mut waiting: Vec<usize> = (0..self.slots.len()).filter(is_waiting).collect();
        for &node in &happening.nodes_fail {
            self.snapshot.nodes[node].status = NodeStatus::Down;
            for index in 0..self.slots.len() {
                if self.slots[index].place == Place::On(node) {
                    self.take_off(index);
                    waiting.push(index);
                }
            }
        }
        for &index in &happening.depart {
            self.take_off(index);
            self.slots[index].place = Place::Nowhere;
        }
        for index in waiting {
            if self.slots[index].place == Place::Waiting {
                self.place(step, index);
            }
        }
        for &index in &happening.deploy {
            if self.slots[index].place != Place::Waiting {
                self.take_off(index);
                self.place(step, index);
            }
        }
    }

    /// Takes an instance off its node, where it is on one; it waits then.
    fn take_off(&mut self, index: usize) {
        let slot = &mut self.slots[index];
        if let Place::On(node) = slot.place {
            slot.unbook(&mut self.snapshot.nodes[node]);
        }
        slot.place = Place::Waiting;
    }

    fn place(&mut self, step: usize, index: usize) {
        let counts = step >= self.replay.warm_up;
        let placement = self.policy.place_silently(&self.snapshot, &self.slots[index].request, 1);
        self.tally.decisions += u64::from(counts);
        if let Some(Outcome::Placed { node, .. }) = placement.decisions.first().map(|one| &one.outcome) {
            let node = self.by_id[node];
            self.put_on(step, index, node);
            return;
        }
        let slot = &mut self.slots[index];
        slot.place = Place::Waiting;
        self.tally.rejected += u64::from(!slot.refused);
        slot.refused = true;
    }

    fn put_on(&mut self, step: usize, index: usize, node: usize) {
        let (slot, state) = (&mut self.slots[index], &mut self.snapshot.nodes[node]);
        slot.refused = false;
        slot.place = Place::On(node);
        slot.since = step;
        slot.booked = slot.request.expected_on(state);
        state.book(&slot.request);
    }

    fn relocate(&mut self, step: usize, relocation: &mut dyn Relocation) {
        let (indices, running) = self.running();
        let scene = Scene { now: self.at(step), nodes: &self.snapshot.nodes, instances: &running };
        let plan = relocation.plan(&scene);
        for planned in plan.moves {
            let index = indices[planned.instance];
            self.take_off(index);
            match planned.to {
                Some(node) => self.put_on(step, index, node),
                None => self.place(step, index),
            }
            self.tally.moves += u64::from(step >= self.replay.warm_up);
        }
    }

    /// The instances that run, with their places among all instances.
    fn running(&self) -> (Vec<usize>, Vec<Running>) {
        let on_nodes = self.slots.iter().zip(&self.replay.workload.instances).enumerate();
        let running = on_nodes.filter_map(|(index, (slot, instance))| {
            let node = self.runs_on(slot)?;
            let running = Running {
                name: slot.name.clone(),
                request: slot.request.clone(),
                node,
                used: slot.used,
                expected: slot.profile.forecast(&instance.demand, &self.fleet),
                samples: slot.profile.samples(),
                since: self.at(slot.since),
                history: slot.history.iter().copied().collect(),
            };
            Some((index, running))
        });
        running.unzip()
    }

    /// The node that an instance runs on. On one that is away it only waits.
    fn runs_on(&self, slot: &Slot) -> Option<usize> {
        match slot.place {
            Place::On(node) if self.is_ready(node) => Some(node),
            Place::On(_) | Place::Waiting | Place::Nowhere => None,
        }
    }

    fn is_ready(&self, node: usize) -> bool {
        self.snapshot.nodes[node].status == NodeStatus::Ready
    }

    fn at(&self, step: usize) -> Duration {
        Duration::from_secs(step as u64 * u64::from(self.replay.workload.step_seconds))
    }

    fn measure(&mut self, step: usize) {
        let (demanded, instances) = self.demanded(step);
        if step >= self.replay.warm_up {
            let mut shares = Vec::new();
            for (node, state) in self.snapshot.nodes.iter().enumerate() {
                if state.status == NodeStatus::Ready {
                    let (capacity, demanded) = (&self.capacities[node], &demanded[node]);
                    shares.push(self.tally.node(node, capacity, demanded, instances[node]));
                }
            }
            let waits = |slot: &&Slot| slot.place != Place::Nowhere && self.runs_on(slot).is_none();
            let waiting = self.slots.iter().filter(waits).count();
            self.tally.step(&shares, waiting as u64);
        }
        self.observe(step, &demanded);
    }

    /// What is demanded of each node, and by how many instances.
    fn demanded(&self, step: usize) -> (Vec<PerResource<f64>>, Vec<u64>) {
        let mut demanded = vec![PerResource::<f64>::default(); self.capacities.len()];
        let mut instances = vec![0; self.capacities.len()];
        for (slot, instance) in self.slots.iter().zip(&self.replay.workload.instances) {
            if let Some(node) = self.runs_on(slot) {
                instances[node] += 1;
                for resource in Resource::ALL {
                    demanded[node][resource] += instance.used[resource].at(step);
                }
            }
        }
        (demanded, instances)
    }

    /// Takes what can be measured: never more than a node has.
    fn observe(&mut self, step: usize, demanded: &[PerResource<f64>]) {
        let served: Vec<PerResource<f64>> = demanded
            .iter()
            .zip(&self.capacities)
            .map(|(demanded, capacity)| served(demanded, capacity))
            .collect();
        let nodes = &self.snapshot.nodes;
        let is_ready = |node: usize| nodes[node].status == NodeStatus::Ready;
        for (slot, instance) in self.slots.iter_mut().zip(&self.replay.workload.instances) {
            if let Place::On(node) = slot.place
                && is_ready(node)
            {
                let served = &served[node];
                let used = PerResource::of(|resource| instance.used[resource].at(step) * served[resource]);
                let full = PerResource::of(|resource| served[resource] < 1.0);
                slot.observe(instance, used, &full, &mut self.fleet);
            }
        }
        self.fleet.step();
        let mut expected = vec![Load::default(); served.len()];
        for (slot, instance) in self.slots.iter_mut().zip(&self.replay.workload.instances) {
            slot.expect(instance, &self.fleet);
            if let Place::On(node) = slot.place {
                expected[node] = expected[node].with(&slot.booked);
            }
        }
        for (index, node) in self.snapshot.nodes.iter_mut().enumerate() {
            let window = &mut self.windows[index];
            window.push(PerResource::of(|resource| demanded[index][resource] * served[index][resource]));
            if node.status == NodeStatus::Ready {
                node.usage = Some(window.usage(&self.capacities[index]));
            }
            node.unseen = Resources::default();
            node.expected = Some(expected[index]);
        }
    }
}

/// The share of each demand that is served.
fn served(demanded: &PerResource<f64>, capacity: &PerResource<f64>) -> PerResource<f64> {
    PerResource::of(|resource| {
        let (demanded, capacity) = (demanded[resource], capacity[resource]);
        if capacity > 0.0 && demanded > capacity { capacity / demanded } else { 1.0 }
    })
}
