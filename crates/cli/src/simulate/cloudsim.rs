//! `swarm-manager simulate --cloudsim`: the same day as CloudSim 3.0.3 would have had it.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::json;
use swarmmanager_simulator::cloudsim::{CloudSim, CloudSimResult, Policy, VmTrace};
use swarmmanager_simulator::trace::Kind;

use super::progress::Progress;
use crate::output::{Column, Format, Listing};

const COLUMNS: [Column; 11] = [
    Column::usual("Trace", "TRACE"),
    Column::usual("Policy", "POLICY"),
    Column::usual("Energy", "ENERGY kWh"),
    Column::usual("Migrations", "MIGRATIONS"),
    Column::usual("SLATAH", "SLATAH"),
    Column::usual("PDM", "PDM"),
    Column::usual("SLAV", "SLAV"),
    Column::usual("OverallSLA", "OVERALL SLA VIOLATION"),
    Column::usual("AverageSLA", "AVERAGE SLA VIOLATION"),
    Column::usual("Shutdowns", "HOST SHUTDOWNS"),
    Column::on_demand("Unplaced", "UNPLACED VMS"),
];
/// What [`CloudSim`] says of each day, at most.
const STEPS: u64 = 288;

/// Each policy on each day, in the form that is wanted.
pub(super) fn run(policies: &[Policy], seed: u64, traces: &[PathBuf], format: &Format) -> Result<String> {
    let days = traces.iter().map(|path| day(path)).collect::<Result<Vec<_>>>()?;
    let progress = Progress::new(STEPS * (days.len() * policies.len()) as u64);
    let mut results = Vec::new();
    for (name, day) in &days {
        for policy in policies {
            let done = STEPS * results.len() as u64;
            let simulation = CloudSim { seed, ..CloudSim::new(*policy) };
            let result = simulation.run(day, &|step| progress.show(done + step));
            results.push((name.clone(), policy.to_string(), result));
        }
    }
    progress.end();
    if matches!(format, Format::Json) {
        let line = |(trace, policy, result): &(String, String, CloudSimResult)| {
            format!("{}\n", json!({"trace": trace, "policy": policy, "result": result}))
        };
        return Ok(results.iter().map(line).collect());
    }
    let rows = results.iter().map(|(trace, policy, result)| row(trace, policy, result)).collect();
    Ok(Listing::new(&COLUMNS, rows).format(format)?)
}

fn day(path: &Path) -> Result<(String, Vec<VmTrace>)> {
    if Kind::of(path)? != Kind::Planetlab {
        bail!("{} is no day of PlanetLab, and CloudSim's mode knows nothing else", path.display());
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let name = name.trim_end_matches(".gz").trim_end_matches(".csv").to_owned();
    Ok((name, VmTrace::read_day(path)?))
}

/// As many digits as CloudSim prints, and more where it prints none that differ.
fn row(trace: &str, policy: &str, result: &CloudSimResult) -> Vec<String> {
    let percent = |share: f64, digits: usize| format!("{:.digits$}%", share * 100.0);
    vec![
        trace.to_owned(),
        policy.to_owned(),
        format!("{:.2}", result.energy_kwh),
        result.migrations.to_string(),
        percent(result.slatah, 2),
        percent(result.pdm, 2),
        percent(result.slav, 5),
        percent(result.overall_sla_violation, 2),
        percent(result.average_sla_violation, 2),
        result.host_shutdowns.to_string(),
        result.unplaced_vms.to_string(),
    ]
}
