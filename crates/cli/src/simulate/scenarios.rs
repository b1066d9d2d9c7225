//! The traces on the fleet, at each load.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use swarmmanager_simulator::fleets;
use swarmmanager_simulator::scenario::{Scenario, Setting};
use swarmmanager_simulator::trace::Kind;
use swarmmanager_simulator::workload::Workload;

use super::Args;

/// A share of the capacity.
///
/// # Errors
/// Where it is none that could be met.
pub(super) fn load(text: &str) -> Result<f64, String> {
    let load = text.parse().ok().filter(|load: &f64| *load > 0.0 && *load <= 2.0);
    load.ok_or_else(|| "write a share above 0 and up to 2, such as 0.5".to_owned())
}

/// A time in hours.
///
/// # Errors
/// Where it is none.
pub(super) fn hours(text: &str) -> Result<f64, String> {
    let hours = text.parse().ok().filter(|hours: &f64| *hours > 0.0 && hours.is_finite());
    hours.ok_or_else(|| "write a number above 0, such as 24 or 0.5".to_owned())
}

/// One scenario for each trace and load.
///
/// # Errors
/// Where a trace or the fleet cannot be read or has nothing in it.
pub(super) fn scenarios(args: &Args) -> Result<Vec<Scenario>> {
    let mut scenarios = Vec::new();
    for path in &args.traces {
        let kind = Kind::of(path)?;
        let mut workload = kind.read(path)?;
        if let Some(limit) = limit(args, &workload) {
            shorten(&mut workload, limit);
        }
        if workload.instances.is_empty() {
            bail!("there is no instance in {}", path.display());
        }
        let mut setting = setting(args.fleet.as_deref(), kind, workload.step_seconds)?;
        let loads = if args.load.is_empty() { vec![setting.load] } else { args.load.clone() };
        for load in loads {
            setting.load = load;
            scenarios.push(Scenario::new(workload.clone(), &setting));
        }
    }
    Ok(scenarios)
}

fn limit(args: &Args, workload: &Workload) -> Option<usize> {
    let of_hours = |hours: f64| (hours * 3_600.0 / f64::from(workload.step_seconds)).ceil() as usize;
    args.steps.map(|steps| steps as usize).or(args.hours.map(of_hours))
}

/// What comes later than that is not there.
fn shorten(workload: &mut Workload, steps: usize) {
    workload.steps = workload.steps.min(steps);
    workload.instances.retain(|instance| instance.arrives.is_none_or(|arrives| arrives < steps));
}

fn setting(fleet: Option<&str>, kind: Kind, step_seconds: u32) -> Result<Setting> {
    let name = fleet.unwrap_or(fleets::suiting(kind));
    if fleets::NAMES.contains(&name) {
        let mut setting = fleets::fleet(name)?.in_steps_of(step_seconds);
        if matches!(kind, Kind::Custom | Kind::Openb) {
            // What was asked for stands in the trace.
            setting.requested = None;
        }
        if kind == Kind::Custom {
            // What a user recorded is as large as it is.
            setting.instances_per_node = None;
            setting.as_recorded = true;
        }
        return Ok(setting);
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(fleets::fleet(name).map_or_else(Into::into, |_| anyhow::anyhow!("{name} is a fleet")));
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let setting: Setting = toml::from_str(&text).with_context(|| format!("{name} is no fleet"))?;
    check(&setting).with_context(|| format!("{name} is no fleet"))?;
    Ok(setting)
}

fn check(setting: &Setting) -> Result<()> {
    if setting.classes.is_empty() {
        bail!("it has no classes; write a [[classes]] for each kind of node");
    }
    for class in &setting.classes {
        let name = &class.name;
        let is_none = |value: f64| value.is_nan() || value <= 0.0;
        if is_none(class.cpu_mhz) || is_none(class.cores) || class.memory.get() == 0 || class.weight == 0 {
            bail!("the class {name:?} has no CPU, no cores, no memory or a weight of 0");
        }
        if class.disk_bytes_per_s < 0.0 || class.network_bytes_per_s < 0.0 {
            bail!("the class {name:?} has a rate below 0");
        }
    }
    load(&setting.load.to_string()).map_err(|wrong| anyhow::anyhow!("load: {wrong}"))?;
    if setting.instances_per_node.is_some_and(|each| each.is_nan() || each <= 0.0) {
        bail!("instances-per-node has to be above 0");
    }
    Ok(())
}
