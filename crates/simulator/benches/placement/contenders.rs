//! Who is compared.

use swarmmanager_placement::policies;
use swarmmanager_placement::relocation::relocation;
use swarmmanager_simulator::comparison::Contender;

/// The relocations that come with a policy, or that its users have; those that there are not are left out.
fn natural(policy: &str) -> &'static [&'static str] {
    match policy {
        "seed-original" => &["seed-audit"],
        "spread" => &["thr-mmt-0.8-pabfd", "lr-mmt-1.2-pabfd", "thr-mmt-0.8", "cost-benefit"],
        "kubernetes" => &["low-node-utilization", "low-node-utilization-deviation"],
        "load-aware" => &["low-node-load"],
        "target-load-packing" => &["thr-mmt-0.8"],
        "headroom" => &["cost-benefit"],
        _ => &[],
    }
}

/// Every policy without relocation and with those that belong to it.
pub(crate) fn contenders() -> Vec<Contender> {
    let mut contenders = Vec::new();
    for policy in policies() {
        let policy = policy.name();
        let there = natural(policy).iter().filter(|name| relocation(name, 0).is_ok());
        for relocation in ["none"].iter().chain(there) {
            contenders.push(Contender { policy: policy.into(), relocation: (*relocation).into() });
        }
    }
    contenders
}
