//! What they are compared on.

use std::path::Path;

use swarmmanager_simulator::fleets::fleet;
use swarmmanager_simulator::scenario::Scenario;
use swarmmanager_simulator::trace::{TraceError, read};
use swarmmanager_simulator::workload::Workload;

/// Days that no parameter was chosen on; it was done on 20110303, 20110322, 20110403 and 20110411.
const HELD_OUT: [&str; 3] = ["20110306", "20110309", "20110325"];
/// A week of 300 s.
const WEEK: usize = 2_016;
/// Half a day, for a quick look.
const HALF_DAY: usize = 144;

/// Scenarios that are counted together.
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) scenarios: Vec<Scenario>,
}

/// All of them.
pub(crate) fn sets(data: &Path, quick: bool) -> Result<Vec<Set>, Box<dyn std::error::Error>> {
    let days = if quick { &HELD_OUT[..1] } else { &HELD_OUT };
    let planetlab = days
        .iter()
        .map(|day| read(&data.join(format!("planetlab/{day}.csv.gz"))))
        .collect::<Result<Vec<_>, TraceError>>()?;
    let most = if quick { HALF_DAY } else { WEEK };
    let bitbrains = vec![shortened(read(&data.join("bitbrains-rnd"))?, most)];
    let openb = vec![shortened(read(&data.join("alibaba-openb/openb_pod_list_default.csv.gz"))?, most)];
    let title = format!("PlanetLab {}", days.join(", "));
    let sets = [
        set(&title, &planetlab, "planetlab", 0.5),
        set(&title, &planetlab, "planetlab", 0.7),
        set("Bitbrains", &bitbrains, "bitbrains", 0.5),
        set(&title, &planetlab, "access-points", 0.5),
        set(&title, &planetlab, "access-points", 0.7),
        set("Bitbrains", &bitbrains, "access-points", 0.5),
        set("Alibaba openb", &openb, "openb", 0.7),
        set("Alibaba openb", &openb, "access-points", 0.7),
    ];
    sets.into_iter().collect()
}

fn set(
    title: &str,
    workloads: &[Workload],
    nodes: &str,
    load: f64,
) -> Result<Set, Box<dyn std::error::Error>> {
    let mut setting = fleet(nodes)?;
    setting.load = load;
    let scenarios = workloads.iter().map(|workload| Scenario::new(workload.clone(), &setting)).collect();
    let nodes = if nodes == "access-points" { "access points" } else { "its own nodes" };
    Ok(Set { name: format!("{title} on {nodes}, load {load}"), scenarios })
}

fn shortened(mut workload: Workload, steps: usize) -> Workload {
    workload.steps = workload.steps.min(steps);
    workload.instances.retain(|instance| instance.arrives.is_none_or(|arrives| arrives < steps));
    workload
}
