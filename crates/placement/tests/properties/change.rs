//! Changes of a snapshot whose effect on the answer is known.

use proptest::prelude::*;
use proptest::sample::select;
use swarmmanager_placement::{Load, Moments, NodeState, Request, Resource, Snapshot, Wish};
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

/// What is done to a node.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Eased {
    /// It has twice as much.
    Capacity(Resource),
    /// Half of it is used, by measurement and by forecast.
    Use(Resource),
    /// All that was placed on it shows in the measurements.
    Unseen,
    /// Nothing is promised on it.
    Reserved,
    /// No port is taken.
    Ports,
    /// Nothing of the service is on it, nor of one that it is to be apart from.
    Instances,
    /// Nothing ever failed on it.
    Failures,
}

pub(crate) fn eased() -> impl Strategy<Value = Eased> {
    let resource = || select(Resource::ALL.to_vec());
    let others = vec![Eased::Unseen, Eased::Reserved, Eased::Ports, Eased::Instances, Eased::Failures];
    prop_oneof![resource().prop_map(Eased::Capacity), resource().prop_map(Eased::Use), select(others),]
}

/// Takes something off a node, or adds to what it has.
pub(crate) fn ease(node: &mut NodeState, request: &Request, eased: Eased) {
    match eased {
        Eased::Capacity(resource) => enlarge(node, request, resource),
        Eased::Use(resource) => relieve(node, resource),
        Eased::Unseen => node.unseen = Default::default(),
        Eased::Reserved => node.reserved = Default::default(),
        Eased::Ports => node.host_ports.clear(),
        Eased::Instances => {
            let together = request.affinities.iter().filter(|affinity| affinity.wish == Wish::Together);
            let together: Vec<&str> = together.map(|affinity| affinity.service.as_str()).collect();
            node.instances.retain(|service, _| together.contains(&service.as_str()));
        }
        Eased::Failures => {
            node.failures.clear();
            node.losses = 0;
        }
    }
}

fn enlarge(node: &mut NodeState, request: &Request, resource: Resource) {
    match resource {
        Resource::Cpu => {
            // With faster cores, a demand in cores would grow as well: it gets more of them instead.
            if let CpuDemand::Cores(_) = request.demand.cpu {
                if node.cores == 0.0 {
                    return;
                }
                node.cores *= 2.0;
            }
            node.capacity.cpu = node.capacity.cpu * 2.0;
        }
        Resource::Memory => enlarge_bytes(&mut node.capacity.memory, request.demand.memory),
        Resource::Disk => enlarge_bytes(&mut node.capacity.disk, request.demand.disk),
        // What is not known limits nothing, and stays so.
        Resource::DiskIo => node.rates.disk_io *= 2.0,
        Resource::Network => node.rates.network *= 2.0,
    }
}

/// What nobody asks for may be there without being known, and then limits nothing.
fn enlarge_bytes(capacity: &mut Bytes, demand: Bytes) {
    if *capacity > Bytes::ZERO || demand > Bytes::ZERO {
        *capacity += Bytes::from_mib(100);
    }
}

fn relieve(node: &mut NodeState, resource: Resource) {
    if let Some(usage) = &mut node.usage {
        let used = match resource {
            Resource::Cpu => &mut usage.cpu,
            Resource::Memory => &mut usage.memory,
            Resource::Disk => &mut usage.disk,
            Resource::DiskIo => &mut usage.disk_io,
            Resource::Network => &mut usage.network,
        };
        used.mean /= 2.0;
    }
    if let Some(expected) = &mut node.expected {
        expected[resource].mean /= 2.0;
    }
}

/// The same with CPU and bytes written in other units.
pub(crate) fn rescale(snapshot: &Snapshot, request: &Request, cpu: f64, bytes: u64) -> (Snapshot, Request) {
    let (mut snapshot, mut request) = (snapshot.clone(), request.clone());
    let more = |amount: Bytes| Bytes::new(amount.get() * bytes);
    let by = |resource| if resource == Resource::Cpu { cpu } else { bytes as f64 };
    let scale = |load: Load| {
        Load::of(|resource| {
            let Moments { mean, variance } = load[resource];
            Moments { mean: mean * by(resource), variance: variance * by(resource) * by(resource) }
        })
    };
    for node in &mut snapshot.nodes {
        for amounts in [&mut node.capacity, &mut node.reserved, &mut node.unseen] {
            amounts.cpu = amounts.cpu * cpu;
            amounts.memory = more(amounts.memory);
            amounts.disk = more(amounts.disk);
        }
        node.rates.disk_io *= bytes as f64;
        node.rates.network *= bytes as f64;
        node.expected = node.expected.map(scale);
        node.background = node.background.map(scale);
        if let Some(usage) = &mut node.usage {
            let used = [&mut usage.memory, &mut usage.disk, &mut usage.disk_io, &mut usage.network];
            let scaled = used.into_iter().map(|used| (used, bytes as f64));
            for (used, by) in scaled.chain([(&mut usage.cpu, cpu)]) {
                let tails = &mut used.percentiles;
                for amount in [&mut tails.p50, &mut tails.p90, &mut tails.p95, &mut tails.p99] {
                    *amount *= by;
                }
                used.mean *= by;
                used.deviation *= by;
            }
        }
    }
    request.expected = request.expected.map(scale);
    let demand = &mut request.demand;
    if let CpuDemand::Megahertz(amount) = demand.cpu {
        demand.cpu = CpuDemand::Megahertz(Megahertz::new(amount.get() * cpu));
    }
    demand.memory = more(demand.memory);
    demand.disk = more(demand.disk);
    (snapshot, request)
}
