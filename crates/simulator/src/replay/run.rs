//! The steps of a run.

use std::sync::Arc;
use std::time::Duration;

use swarmmanager_forecast::{Fleet, Profile, Stretch};
use swarmmanager_placement::relocation::{Relocation, Running, Scene};
use swarmmanager_placement::{
    Demand, Load, NodeState, NodeStatus, Outcome as Placed, PerResource, Policy, Request, Resource,
    ResourceUsage, Resources, Snapshot, Usage,
};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

use super::tally::{Figures, Tally};
use crate::churn::Happening;
use crate::workload::{Instance, Workload};

/// Samples of a node over which its use is described.
const WINDOW: usize = 12;
/// Samples of an instance that detections look at.
const HISTORY: usize = 30;

/// A workload, the nodes that it runs on and what happens.
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

/// Where an instance is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Nowhere,
    Waiting,
    On(usize),
}

struct Slot {
    place: Place,
    since: usize,
    refused: bool,
    request: Arc<Request>,
    profile: Profile,
    used: PerResource<f64>,
    usual: Load,
    history: Vec<f64>,
    name: Arc<str>,
}

struct State<'a> {
    replay: &'a Replay<'a>,
    policy: &'a dyn Policy,
    snapshot: Snapshot,
    capacities: Vec<PerResource<f64>>,
    windows: Vec<Vec<PerResource<f64>>>,
    slots: Vec<Slot>,
    by_name: std::collections::HashMap<swarmmanager_units::NodeId, usize>,
    fleet: Fleet,
    tally: Tally,
}

impl Replay<'_> {
    /// Runs it; `stepped` is told of each step.
    pub fn run(&self, policy: &dyn Policy, relocation: &mut dyn Relocation, stepped: &dyn Fn()) -> Figures {
        let mut state = State::new(self, policy);
        for step in 0..self.workload.steps {
            state.happen(step, &self.happenings[step]);
            state.relocate(step, relocation);
            state.measure(step);
            stepped();
        }
        state.tally.figures(f64::from(self.workload.step_seconds))
    }
}

impl<'a> State<'a> {
    fn new(replay: &'a Replay<'a>, policy: &'a dyn Policy) -> Self {
        let mut nodes = replay.nodes.to_vec();
        for node in &mut nodes {
            node.usage = Some(Usage::default());
            node.expected = Some(Load::default());
        }
        let capacities =
            nodes.iter().map(|node| PerResource::of(|resource| node.capacity_of(resource))).collect();
        let by_name = nodes.iter().enumerate().map(|(index, node)| (node.id.clone(), index)).collect();
        let fleet = Fleet::default();
        let slots = replay.workload.instances.iter().map(|instance| Slot::new(instance, &fleet)).collect();
        Self {
            replay,
            policy,
            capacities,
            windows: vec![Vec::new(); nodes.len()],
            tally: Tally::new(nodes.len()),
            snapshot: Snapshot { nodes },
            slots,
            by_name,
            fleet,
        }
    }

    fn happen(&mut self, step: usize, happening: &Happening) {
        for &node in &happening.nodes_return {
            self.snapshot.nodes[node].status = NodeStatus::Ready;
        }
        let mut waiting: Vec<usize> =
            (0..self.slots.len()).filter(|index| self.slots[*index].place == Place::Waiting).collect();
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
            waiting.retain(|other| *other != index);
        }
        for index in waiting {
            self.place(step, index);
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
            unbook(&mut self.snapshot.nodes[node], &slot.request, &slot.usual);
        }
        slot.place = Place::Waiting;
    }

    fn place(&mut self, step: usize, index: usize) {
        let slot = &mut self.slots[index];
        self.tally.decisions += 1;
        let placement = self.policy.place_silently(&self.snapshot, &slot.request, 1);
        match placement.decisions.first().map(|decision| &decision.outcome) {
            Some(Placed::Placed { node, .. }) => {
                let node = self.by_name[node];
                self.put_on(step, index, node);
            }
            _ => {
                slot.place = Place::Waiting;
                if !slot.refused {
                    slot.refused = true;
                    self.tally.rejected += 1;
                }
            }
        }
    }

    fn put_on(&mut self, step: usize, index: usize, node: usize) {
        let slot = &mut self.slots[index];
        slot.refused = false;
        slot.place = Place::On(node);
        slot.since = step;
        let load = slot.request.expected_on(&self.snapshot.nodes[node]);
        slot.usual = load;
        self.snapshot.nodes[node].book(&slot.request);
    }

    fn relocate(&mut self, step: usize, relocation: &mut dyn Relocation) {
        let seconds = u64::from(self.replay.workload.step_seconds);
        let at = |step: usize| Duration::from_secs(step as u64 * seconds);
        let mut running = Vec::new();
        let mut indices = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            let Place::On(node) = slot.place else { continue };
            let demand = &self.replay.workload.instances[index].demand;
            running.push(Running {
                name: slot.name.clone(),
                request: slot.request.clone(),
                node,
                used: slot.used,
                expected: oracle(&self.replay.workload.instances[index], step, "ORACLE")
                    .unwrap_or_else(|| slot.profile.forecast(Stretch::Near, demand, &self.fleet)),
                usual: if swarmmanager_forecast::profile::env("FARU", 0.0) > 0.0 {
                    slot.profile.usual(demand, &self.fleet)
                } else {
                    slot.profile.forecast(Stretch::Far, demand, &self.fleet)
                },
                samples: slot.profile.samples(),
                since: at(slot.since),
                history: slot.history.clone(),
            });
            indices.push(index);
        }
        let scene = Scene { now: at(step), nodes: &self.snapshot.nodes, instances: &running };
        let plan = relocation.plan(&scene);
        for a_move in plan.moves {
            let index = indices[a_move.instance];
            self.take_off(index);
            match a_move.to {
                Some(node) => self.put_on(step, index, node),
                None => self.place(step, index),
            }
            if step >= self.replay.warm_up {
                self.tally.moves += 1;
            }
        }
    }

    fn measure(&mut self, step: usize) {
        let count = self.snapshot.nodes.len();
        let mut demanded = vec![PerResource::<f64>::default(); count];
        let mut instances = vec![0_u64; count];
        let mut waiting = 0;
        for (slot, instance) in self.slots.iter_mut().zip(&self.replay.workload.instances) {
            match slot.place {
                Place::On(node) => {
                    instances[node] += 1;
                    for resource in Resource::ALL {
                        let used = instance.used[resource].at(step);
                        slot.used[resource] = used;
                        demanded[node][resource] += used;
                    }
                }
                Place::Waiting => waiting += 1,
                Place::Nowhere => {}
            }
        }
        if step >= self.replay.warm_up {
            let mut shares = Vec::new();
            for node in 0..count {
                if self.snapshot.nodes[node].status == NodeStatus::Ready {
                    shares.push(self.tally.node(
                        node,
                        &self.capacities[node],
                        &demanded[node],
                        instances[node],
                    ));
                }
            }
            if std::env::var("TRACE").is_ok() {
                let over: u64 = (0..count)
                    .filter(|n| {
                        self.snapshot.nodes[*n].status == NodeStatus::Ready
                            && Resource::ALL.iter().any(|r| {
                                demanded[*n][*r] > 0.9 * self.capacities[*n][*r]
                                    && self.capacities[*n][*r] > 0.0
                            })
                    })
                    .map(|n| instances[n])
                    .sum();
                let all: u64 = instances.iter().sum();
                let d: f64 = demanded.iter().map(|d| d[Resource::Cpu]).sum();
                let c: f64 = (0..count)
                    .filter(|n| self.snapshot.nodes[*n].status == NodeStatus::Ready)
                    .map(|n| self.capacities[n][Resource::Cpu])
                    .sum();
                let harm: f64 = 0.0;
                eprintln!("T {step} {over} {all} {:.4} {}", d / c, self.tally.moves);
            }
            self.tally.step(&shares, waiting);
        }
        self.observe(step, &demanded);
    }

    /// What can be measured: never more than a node has.
    fn observe(&mut self, step: usize, demanded: &[PerResource<f64>]) {
        let served: Vec<PerResource<f64>> = demanded
            .iter()
            .zip(&self.capacities)
            .map(|(demanded, capacity)| {
                PerResource::of(|resource| {
                    let (demanded, capacity) = (demanded[resource], capacity[resource]);
                    if capacity > 0.0 && demanded > capacity { capacity / demanded } else { 1.0 }
                })
            })
            .collect();
        let mut expected = vec![Load::default(); served.len()];
        for (slot, instance) in self.slots.iter_mut().zip(&self.replay.workload.instances) {
            let Place::On(node) = slot.place else { continue };
            for resource in Resource::ALL {
                slot.used[resource] *= served[node][resource];
            }
            let full = PerResource::of(|r| served[node][r] < 1.0);
            slot.profile.take(&slot.used, &full, &instance.demand, &mut self.fleet);
            slot.usual = oracle(instance, step + 1, "ORACLEP").unwrap_or_else(|| {
                if swarmmanager_forecast::profile::env("PLACEF", 0.0) > 0.0 {
                    slot.profile.forecast(Stretch::Far, &instance.demand, &self.fleet)
                } else {
                    slot.profile.usual(&instance.demand, &self.fleet)
                }
            });
            expected[node] = expected[node].with(&slot.usual);
            if slot.history.len() == HISTORY {
                slot.history.remove(0);
            }
            slot.history.push(slot.used[Resource::Cpu]);
            Arc::make_mut(&mut slot.request).expected = Some(slot.usual);
        }
        self.fleet.step();
        for (slot, instance) in self.slots.iter_mut().zip(&self.replay.workload.instances) {
            if slot.profile.samples() == 0 {
                Arc::make_mut(&mut slot.request).expected = Some(self.fleet.newcomer(&instance.demand));
            }
        }
        for (index, node) in self.snapshot.nodes.iter_mut().enumerate() {
            let measured = PerResource::of(|resource| demanded[index][resource] * served[index][resource]);
            let window = &mut self.windows[index];
            if window.len() == WINDOW {
                window.remove(0);
            }
            window.push(measured);
            node.usage = Some(usage(window, &self.capacities[index]));
            node.unseen = Resources::default();
            node.expected = Some(expected[index]);
        }
    }
}

fn usage(window: &[PerResource<f64>], capacity: &PerResource<f64>) -> Usage {
    let one = |resource: Resource| {
        let values = || window.iter().map(|sample| sample[resource]);
        let count = window.len() as f64;
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        let steps = || values().zip(values().skip(1)).map(|(a, b)| b - a);
        let per = |sum: f64| {
            if count > 1.0 && capacity[resource] > 0.0 {
                sum / (count - 1.0) / capacity[resource]
            } else {
                0.0
            }
        };
        ResourceUsage {
            mean: values().last().unwrap_or(0.0),
            abs_change: per(steps().map(f64::abs).sum()),
            trend: per(steps().sum()),
            deviation: variance.sqrt(),
            ..ResourceUsage::default()
        }
    };
    Usage {
        cpu: one(Resource::Cpu),
        memory: one(Resource::Memory),
        disk: one(Resource::Disk),
        disk_io: one(Resource::DiskIo),
        network: one(Resource::Network),
    }
}

impl Slot {
    fn new(instance: &Instance, fleet: &Fleet) -> Self {
        let demand = Demand {
            cpu: CpuDemand::Megahertz(Megahertz::new(instance.demand[Resource::Cpu])),
            memory: Bytes::new(instance.demand[Resource::Memory] as u64),
            disk: Bytes::new(instance.demand[Resource::Disk] as u64),
        };
        let mut request = Request::new(instance.service.clone(), demand);
        let usual = fleet.newcomer(&instance.demand);
        request.expected = Some(usual);
        Self {
            place: Place::Nowhere,
            since: 0,
            refused: false,
            request: Arc::new(request),
            profile: Profile::default(),
            used: PerResource::default(),
            usual,
            history: Vec::new(),
            name: instance.name.as_str().into(),
        }
    }
}

/// Takes back what booking did.
fn unbook(node: &mut NodeState, request: &Request, usual: &Load) {
    let demand = request.demand.on(node);
    node.reserved.cpu = Megahertz::new((node.reserved.cpu.get() - demand.cpu.get()).max(0.0));
    node.reserved.memory = node.reserved.memory.saturating_sub(demand.memory);
    node.reserved.disk = node.reserved.disk.saturating_sub(demand.disk);
    node.expected = node.expected.map(|expected| expected.without(usual));
    if let Some(count) = node.instances.get_mut(&request.service) {
        *count -= 1;
        if *count == 0 {
            node.instances.remove(&request.service);
        }
    }
}

fn oracle(instance: &Instance, step: usize, name: &str) -> Option<Load> {
    let ahead: usize = std::env::var(name).ok()?.parse().ok()?;
    Some(Load::of(|r| {
        let v = || (step..step + ahead).map(|s| instance.used[r].at(s));
        let m = v().sum::<f64>() / ahead as f64;
        let var = v().map(|x| (x - m).powi(2)).sum::<f64>() / ahead as f64;
        swarmmanager_placement::Moments { mean: m, variance: var }
    }))
}
