//! The scores of all policies, written anew from the formulas in their documentation.

use std::f64::consts::{PI, SQRT_2};

use swarmmanager_placement::{Moments, NodeState, Request, Wish};

use crate::oracle::{capacity, demand, free, instances, reserved, unseen, used};

/// The score of that policy; the least wins.
pub(crate) fn score(policy: &str, node: &NodeState, request: &Request) -> f64 {
    match policy {
        "headroom" => headroom(node, request),
        "availability" => availability(node, request),
        "spread" => spread(node, request),
        "least-allocated" => 100.0 - least_allocated(node, request),
        "balanced-allocation" => 100.0 - balanced_allocation(node, request),
        "kubernetes" => 200.0 - least_allocated(node, request) - balanced_allocation(node, request),
        "target-load-packing" => 100.0 - target_load_packing(node, request),
        "risk-balancing" => 100.0 - risk_balancing(node, request),
        "load-aware" => 100.0 - load_aware(node, request),
        "binpack" => binpack(node, request),
        "seed-original" => seed_shares(node, request),
        _ => unreachable!("{policy} has no formula here"),
    }
}

/// The policies' own rules.
pub(crate) fn admits(policy: &str, node: &NodeState, request: &Request) -> bool {
    match policy {
        "load-aware" => {
            let capacity = capacity(node);
            let is_calm = |(index, most): (usize, f64)| {
                let percent = 100.0 * load_aware_estimate(node, request, index) / capacity[index];
                capacity[index] == 0.0 || nearest(percent) <= most
            };
            [65.0, 95.0].into_iter().enumerate().all(is_calm)
        }
        "seed-original" => seed_shares(node, request) <= 1.0,
        _ => true,
    }
}

/// Scores that are whole numbers are so whatever the rounding of what they are made of.
fn whole(number: f64) -> f64 {
    (number * (1.0 + 1e-10)).floor()
}

fn nearest(number: f64) -> f64 {
    (number * (1.0 + 1e-10)).round()
}

/// What one more instance is expected to use: what it is known to use, else its demand, of which CPU varies by half.
pub(crate) fn own_load(node: &NodeState, request: &Request) -> [Moments; 5] {
    if let Some(known) = request.expected {
        return *known.values();
    }
    let [cpu, memory, disk] = demand(node, request);
    asked(cpu, memory, disk)
}

fn asked(cpu: f64, memory: f64, disk: f64) -> [Moments; 5] {
    let half = cpu / 2.0;
    let [memory, disk] = [memory, disk].map(Moments::constant);
    [Moments { mean: cpu, variance: half * half }, memory, disk, Moments::default(), Moments::default()]
}

fn load_before(node: &NodeState) -> [Moments; 5] {
    if let Some(expected) = node.expected {
        return *expected.values();
    }
    let usage = node.usage.unwrap_or_default();
    let [cpu, memory, disk] = unseen(node);
    let unseen = asked(cpu, memory, disk);
    let used = [usage.cpu, usage.memory, usage.disk, usage.disk_io, usage.network];
    [0, 1, 2, 3, 4].map(|index| Moments {
        mean: used[index].mean + unseen[index].mean,
        variance: used[index].deviation.powi(2) + unseen[index].variance,
    })
}

fn chance_above(z: f64) -> f64 {
    libm::erfc(z / SQRT_2) / 2.0
}

/// E[(X − z)⁺] of a standard normal X.
fn mean_above(z: f64) -> f64 {
    ((-z * z / 2.0).exp() / (2.0 * PI).sqrt() - z * chance_above(z)).max(0.0)
}

/// To within a thousandth of a percent of a risk: the policy looks its curves up in a table.
fn headroom(node: &NodeState, request: &Request) -> f64 {
    let (before, own) = (load_before(node), own_load(node, request));
    let [cpu, memory, disk] = capacity(node);
    let capacity = [cpu, memory, disk, node.rates.disk_io, node.rates.network];
    let asks_for = demand(node, request);
    let (mut all_calm, mut lost, mut full) = (1.0, 0.0_f64, 0.0_f64);
    for index in 0..5 {
        let size = capacity[index];
        if size == 0.0 {
            // A node that has none of what is asked for.
            if asks_for.get(index).is_some_and(|asked| *asked > 0.0) {
                full = f64::MAX;
            }
            continue;
        }
        let mean = before[index].mean + own[index].mean;
        let deviation = (before[index].variance + own[index].variance).sqrt();
        full = full.max((mean + deviation) / size);
        let deviation = deviation.max(size / 1_000.0);
        let z = (0.9 * size - mean) / deviation;
        all_calm *= 1.0 - chance_above(z.max(-2.0));
        let unserved = deviation * mean_above((size - mean) / deviation);
        lost = lost.max(unserved / (deviation * mean_above(-mean / deviation)));
    }
    let siblings = instances(node, &request.service) as f64;
    let there = |service: &str| instances(node, service) > 0;
    let wishes = request.affinities.iter().filter(|wish| there(&wish.service));
    let wishes = wishes.map(|wish| if wish.wish == Wish::Apart { 0.05 } else { -0.05 }).sum::<f64>();
    let failures = node.failures.get(&request.service).copied().unwrap_or(0).min(10) + node.losses.min(10);
    (1.0 - all_calm) + 0.7 * lost + full / 1_000.0 + 0.05 * siblings + wishes + 0.02 * f64::from(failures)
}

/// The seed's score with its faults mended.
fn availability(node: &NodeState, request: &Request) -> f64 {
    let (demand, free) = (demand(node, request), free(node));
    let shares: f64 =
        (0..3).map(|index| if demand[index] == 0.0 { 0.0 } else { demand[index] / free[index] }).sum();
    let mut factor = 1.0;
    for usage in node.usage.iter().flat_map(|usage| [usage.cpu, usage.memory, usage.disk]) {
        if usage.abs_change > 0.30 {
            factor *= 1.2;
        }
        if usage.trend < -0.10 {
            factor *= 0.9;
        }
        if usage.trend >= 0.10 {
            factor *= 1.1;
        }
    }
    shares * factor
}

fn spread(node: &NodeState, request: &Request) -> f64 {
    let failures = node.failures.get(&request.service).copied().unwrap_or(0);
    let failures = if failures < 5 { 0 } else { failures };
    let all: u32 = node.instances.values().sum();
    f64::from(failures) * 4_294_967_296.0
        + instances(node, &request.service) as f64 * 1_048_576.0
        + f64::from(all)
}

/// Shares of CPU and memory that are requested with the instance; `None` where there is none of it.
fn requested(node: &NodeState, request: &Request) -> [Option<f64>; 2] {
    let (capacity, reserved, demand) = (capacity(node), reserved(node), demand(node, request));
    [0, 1].map(|index| (capacity[index] > 0.0).then(|| (reserved[index] + demand[index]) / capacity[index]))
}

fn least_allocated(node: &NodeState, request: &Request) -> f64 {
    let left = |share: Option<f64>| match share {
        Some(share) if share <= 1.0 + 1e-12 => whole(100.0 - 100.0 * share.min(1.0)),
        _ => 0.0,
    };
    let sum: f64 = requested(node, request).into_iter().map(left).sum();
    (sum / 2.0).floor()
}

fn balanced_allocation(node: &NodeState, request: &Request) -> f64 {
    let [cpu, memory, _] = demand(node, request);
    if cpu == 0.0 && memory == 0.0 {
        return 0.0;
    }
    match requested(node, request) {
        [Some(cpu), Some(memory)] => whole(100.0 - 50.0 * (cpu.min(1.0) - memory.min(1.0)).abs()),
        _ => 100.0,
    }
}

fn target_load_packing(node: &NodeState, request: &Request) -> f64 {
    let size = capacity(node)[0];
    if node.usage.is_none() || size == 0.0 {
        return 0.0;
    }
    let predicted = used(node)[0] + 1.5 * (demand(node, request)[0] + unseen(node)[0]);
    let percent = 100.0 * predicted / size;
    match percent {
        percent if percent > 100.0 * (1.0 + 1e-12) => 0.0,
        percent if percent > 40.0 * (1.0 + 1e-12) => nearest(40.0 * (100.0 - percent) / 60.0),
        percent => nearest(60.0 * percent / 40.0 + 40.0),
    }
}

fn risk_balancing(node: &NodeState, request: &Request) -> f64 {
    let Some(usage) = node.usage else { return 0.0 };
    let (capacity, demand) = (capacity(node), demand(node, request));
    let one = |index: usize, mean: f64, deviation: f64| {
        if capacity[index] == 0.0 {
            return 0.0;
        }
        let mean = ((mean + demand[index]) / capacity[index]).min(1.0);
        let deviation = (deviation / capacity[index]).min(1.0);
        100.0 - 50.0 * (mean + deviation)
    };
    let (cpu, memory) = (usage.cpu, usage.memory);
    nearest(one(0, cpu.mean, cpu.deviation).min(one(1, memory.mean, memory.deviation)))
}

fn load_aware_estimate(node: &NodeState, request: &Request, index: usize) -> f64 {
    used(node)[index] + [0.85, 0.70][index] * (demand(node, request)[index] + unseen(node)[index])
}

fn load_aware(node: &NodeState, request: &Request) -> f64 {
    let left = |index: usize| {
        let (size, estimate) = (capacity(node)[index], load_aware_estimate(node, request, index));
        if size == 0.0 || estimate > size * (1.0 + 1e-12) {
            return 0.0;
        }
        whole(100.0 - 100.0 * (estimate / size).min(1.0))
    };
    ((left(0) + left(1)) / 2.0).floor()
}

fn binpack(node: &NodeState, request: &Request) -> f64 {
    let [cpu, memory] = requested(node, request).map(|share| share.map_or(0.0, |share| 1.0 - share));
    let fit = (20.0 - 10_f64.powf(cpu) - 10_f64.powf(memory)).clamp(0.0, 18.0) / 18.0;
    let here = instances(node, &request.service);
    if here == 0 {
        return 1.0 - fit;
    }
    let crowding = -((here + 1) as f64) / f64::from(request.replicas);
    1.0 - (fit + crowding) / 2.0
}

fn seed_shares(node: &NodeState, request: &Request) -> f64 {
    let (demand, capacity) = (demand(node, request), capacity(node));
    let (used, unseen) = (used(node), unseen(node));
    let share = |index: usize| match demand[index] {
        0.0 => 0.0,
        asked => asked / (capacity[index] - used[index] - unseen[index]),
    };
    share(0) + share(1) + share(2)
}
