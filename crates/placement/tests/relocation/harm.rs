//! What `cost-benefit` is to lessen: instances that are expected to suffer. Written without regard to the crate's own
//! formula.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use swarmmanager_placement::relocation::CostBenefitSettings;
use swarmmanager_placement::{Load, NodeState, PerResource, Resource};

use crate::world::World;

/// How many instances suffer, all nodes together.
pub(crate) fn harm(world: &World, settings: &CostBenefitSettings) -> f64 {
    let count = world.instances.len() as f64;
    let typical = PerResource::of(|resource| {
        world.instances.iter().map(|running| running.expected[resource].mean).sum::<f64>() / count
    });
    let one = |(index, node): (usize, &NodeState)| {
        let on = || world.instances.iter().filter(|running| running.node == index);
        let load = on().fold(Load::default(), |sum, running| sum.with(&running.expected));
        harm_of(settings, node, on().count() as f64, &load, &typical)
    };
    world.nodes.iter().enumerate().map(one).sum()
}

fn harm_of(
    settings: &CostBenefitSettings,
    node: &NodeState,
    count: f64,
    load: &Load,
    typical: &PerResource<f64>,
) -> f64 {
    let (mut calm, mut unserved) = (1.0, 0.0_f64);
    for resource in Resource::ALL {
        let capacity = node.capacity_of(resource);
        if capacity <= 0.0 || count == 0.0 {
            continue;
        }
        let moments = load[resource];
        let deviation = moments.variance.sqrt().max(1e-9 * capacity);
        calm *= 1.0 - tail((settings.limit * capacity - moments.mean) / deviation);
        let z = (capacity - moments.mean) / deviation;
        let excess = deviation * ((-0.5 * z * z).exp() / (2.0 * PI).sqrt() - z * tail(z));
        if typical[resource] > 0.0 {
            unserved = unserved.max(excess / typical[resource]);
        }
    }
    count * (1.0 - calm) + settings.unserved * unserved
}

fn tail(z: f64) -> f64 {
    0.5 * libm::erfc(z * FRAC_1_SQRT_2)
}
