//! One instance while its workload is replayed.

use std::collections::VecDeque;
use std::sync::Arc;

use swarmmanager_forecast::{Fleet, Profile};
use swarmmanager_placement::{Demand, Load, NodeState, PerResource, Request, Resource};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

use crate::workload::Instance;

/// Samples of an instance that detections of overload look at.
const HISTORY: usize = 30;

/// Where an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It did not come yet, or it went.
    Nowhere,
    /// No node takes it.
    Waiting,
    /// On that node.
    On(usize),
}

/// One instance: where it is and what is known of it.
pub(super) struct Slot {
    pub(super) name: Arc<str>,
    pub(super) place: Place,
    /// The step at which it came to its node.
    pub(super) since: usize,
    /// Whether it was refused since it last ran.
    pub(super) refused: bool,
    pub(super) request: Arc<Request>,
    pub(super) profile: Profile,
    /// What it used in the last step that it ran in.
    pub(super) used: PerResource<f64>,
    /// What its node counts for it.
    pub(super) booked: Load,
    /// What it used of the CPU, the latest last.
    pub(super) history: VecDeque<f64>,
}

impl Slot {
    pub(super) fn new(instance: &Instance, fleet: &Fleet) -> Self {
        let demand = Demand {
            cpu: CpuDemand::Megahertz(Megahertz::new(instance.demand[Resource::Cpu])),
            memory: Bytes::new(instance.demand[Resource::Memory] as u64),
            disk: Bytes::new(instance.demand[Resource::Disk] as u64),
        };
        let mut request = Request::new(instance.service.clone(), demand);
        request.expected = Some(fleet.newcomer(&instance.demand));
        Self {
            name: instance.name.as_str().into(),
            place: Place::Nowhere,
            since: 0,
            refused: false,
            request: Arc::new(request),
            profile: Profile::default(),
            used: PerResource::default(),
            booked: Load::default(),
            history: VecDeque::new(),
        }
    }

    /// Takes what it was seen to use; `full` says of which resources its node gave all it has.
    pub(super) fn observe(
        &mut self,
        instance: &Instance,
        used: PerResource<f64>,
        full: &PerResource<bool>,
        fleet: &mut Fleet,
    ) {
        self.used = used;
        self.profile.take(&used, full, &instance.demand, fleet);
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(used[Resource::Cpu]);
    }

    /// Lets those who place it know what it uses in the long run.
    pub(super) fn expect(&mut self, instance: &Instance, fleet: &Fleet) {
        let usual = self.profile.usual(&instance.demand, fleet);
        self.booked = usual;
        Arc::make_mut(&mut self.request).expected = Some(usual);
    }

    /// Takes it off a node's books.
    pub(super) fn unbook(&self, node: &mut NodeState) {
        let demand = self.request.demand.on(node);
        node.reserved.cpu = Megahertz::new((node.reserved.cpu.get() - demand.cpu.get()).max(0.0));
        node.reserved.memory = node.reserved.memory.saturating_sub(demand.memory);
        node.reserved.disk = node.reserved.disk.saturating_sub(demand.disk);
        node.expected = node.expected.map(|expected| expected.without(&self.booked));
        if let Some(count) = node.instances.get_mut(&self.request.service) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                node.instances.remove(&self.request.service);
            }
        }
    }
}
