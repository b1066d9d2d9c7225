//! PlanetLab's CPU use, as CloudSim ships it: one line for each virtual machine, its name and percents every 300 s.

use std::path::Path;

use swarmmanager_placement::{PerResource, Resource};

use super::TraceError;
use super::table::{content, rows};
use crate::workload::{Instance, Series, Workload};

/// Sizes of virtual machines, in turn: MHz and MiB.
const SIZES: [(f32, f32); 4] = [(1_250.0, 64.0), (1_000.0, 64.0), (500.0, 32.0), (250.0, 32.0)];

/// A day: each line becomes a service of one instance, of one of four sizes in turn. Memory is always the same.
///
/// # Errors
///
/// The file cannot be read, or is not of that form.
pub fn planetlab(path: &Path) -> Result<Workload, TraceError> {
    let rows = rows(path)?;
    let steps = rows.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let mut instances = Vec::new();
    for (index, (name, values)) in rows.into_iter().enumerate() {
        let (mhz, mib) = SIZES[index % SIZES.len()];
        let memory = mib * 1_048_576.0;
        let values: Vec<f32> = values.into_iter().flatten().map(|percent| percent / 100.0 * mhz).collect();
        if values.len() != steps {
            let problem = format!("{} values, where other lines have {steps}", values.len());
            return Err(content(path, index as u64 + 1, problem));
        }
        let mut demand = PerResource::default();
        demand[Resource::Cpu] = f64::from(mhz);
        demand[Resource::Memory] = f64::from(memory);
        let mut used = PerResource::<Series>::of(|_| Series::default());
        used[Resource::Cpu] = Series::Samples(values);
        used[Resource::Memory] = Series::Constant(memory);
        instances.push(Instance { service: name.clone(), name, demand, used, arrives: None, departs: None });
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let name = format!("planetlab {}", name.trim_end_matches(".csv.gz").trim_end_matches(".csv"));
    Ok(Workload { name, step_seconds: 300, steps, instances })
}
