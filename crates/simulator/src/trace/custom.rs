//! A user's own recording: one line for each instance and moment, with a header that names the columns.

use std::collections::HashMap;
use std::path::Path;

use csv::StringRecord;
use swarmmanager_placement::{PerResource, Resource};

use super::TraceError;
use super::table::{content, number, of_csv, open};
use crate::workload::{Instance, Series, Workload};

/// The columns that there have to be.
pub(super) const REQUIRED: [&str; 4] = ["instance", "service", "second", "cpu_mhz"];
/// The columns of what is used, in the order of [`Resource::ALL`].
const USED: [&str; 5] =
    ["cpu_mhz", "memory_bytes", "disk_bytes", "disk_io_bytes_per_s", "network_bytes_per_s"];
/// The columns of what is asked for.
const DEMANDS: [(&str, Resource); 3] = [
    ("cpu_demand_mhz", Resource::Cpu),
    ("memory_demand_bytes", Resource::Memory),
    ("disk_demand_bytes", Resource::Disk),
];
/// More steps than these are a mistake in the seconds: ten years of five minutes.
const MOST_STEPS: u64 = 1_051_200;
/// More values than these, of all instances together, would not fit into memory.
const MOST_VALUES: usize = 400_000_000;

/// A file with the header `instance,service,second,cpu_mhz` and, in any order, `memory_bytes`, `disk_bytes`,
/// `disk_io_bytes_per_s`, `network_bytes_per_s`, `cpu_demand_mhz`, `memory_demand_bytes` and `disk_demand_bytes`.
///
/// The step is the time that lies most often between two lines of an instance. An instance comes with its first line and
/// goes after its last one; those that are there when the recording begins come when the scenario says, and those that
/// are there when it ends stay. A value that is missing is as the one before it. Without a demand, the mean use counts as
/// one.
///
/// # Errors
///
/// The file cannot be read, or is not of that form.
pub fn custom(path: &Path) -> Result<Workload, TraceError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(open(path)?);
    let header = reader.headers().map_err(|error| of_csv(path, error))?.clone();
    let columns = Columns::new(path, &header)?;
    let mut recording = Recording::default();
    for record in reader.records() {
        let record = record.map_err(|error| of_csv(path, error))?;
        recording.take(path, &columns, &record)?;
    }
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    recording.workload(path, &columns, name.trim_end_matches(".gz").trim_end_matches(".csv"))
}

/// Where in a line which field is.
struct Columns {
    instance: usize,
    service: usize,
    second: usize,
    used: [Option<usize>; 5],
    demands: Vec<(usize, &'static str, Resource)>,
}

impl Columns {
    fn new(path: &Path, header: &StringRecord) -> Result<Self, TraceError> {
        let known = || REQUIRED.into_iter().chain(USED).chain(DEMANDS.map(|(name, _)| name));
        let find = |name: &str| header.iter().position(|column| column == name);
        for (index, column) in header.iter().enumerate() {
            if !known().any(|name| name == column) {
                let mut names: Vec<&str> = known().collect();
                names.dedup();
                let names = names.join(", ");
                return Err(content(path, 1, format!("there is no column {column:?}; there are {names}")));
            }
            if find(column) != Some(index) {
                return Err(content(path, 1, format!("the column {column:?} is there twice")));
            }
        }
        let required = |name: &str| {
            let columns = REQUIRED.join(", ");
            find(name).ok_or_else(|| {
                content(path, 1, format!("the column {name:?} is missing; there have to be {columns}"))
            })
        };
        required("cpu_mhz")?;
        Ok(Self {
            instance: required("instance")?,
            service: required("service")?,
            second: required("second")?,
            used: USED.map(find),
            demands: DEMANDS
                .into_iter()
                .filter_map(|(name, resource)| Some((find(name)?, name, resource)))
                .collect(),
        })
    }
}

/// What was read of one instance.
#[derive(Default)]
struct Seen {
    name: String,
    service: String,
    /// Seconds and values, in the order of the lines.
    samples: Vec<(f64, [Option<f32>; 5])>,
    demand: PerResource<f64>,
}

#[derive(Default)]
struct Recording {
    by_name: HashMap<String, usize>,
    instances: Vec<Seen>,
}

impl Recording {
    fn take(&mut self, path: &Path, columns: &Columns, record: &StringRecord) -> Result<(), TraceError> {
        let line = record.position().map_or(0, csv::Position::line);
        let text = |index: usize, name: &str| match record.get(index) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(content(path, line, format!("{name} is empty; write a name"))),
        };
        let value = |index: usize, name: &str| {
            number(record.get(index).unwrap_or_default())
                .map_err(|wrong| content(path, line, format!("{name}: {wrong}")))
        };
        let instance = text(columns.instance, "instance")?;
        let service = text(columns.service, "service")?;
        let second = value(columns.second, "second")?
            .ok_or_else(|| content(path, line, "second is empty; write seconds from any beginning".into()))?;
        let mut used = [None; 5];
        for (index, column) in columns.used.iter().enumerate() {
            if let Some(column) = column {
                used[index] = value(*column, USED[index])?.map(|value| value as f32);
            }
        }
        let seen = self.instance(instance, service);
        if seen.service != service {
            let problem =
                format!("{instance:?} is of the service {service:?} here, of {:?} above", seen.service);
            return Err(content(path, line, problem));
        }
        seen.samples.push((second, used));
        for (column, name, resource) in &columns.demands {
            let demand = value(*column, name)?.unwrap_or(0.0);
            seen.demand[*resource] = seen.demand[*resource].max(demand);
        }
        Ok(())
    }

    fn instance(&mut self, name: &str, service: &str) -> &mut Seen {
        let index = *self.by_name.entry(name.to_owned()).or_insert_with(|| {
            self.instances.push(Seen { name: name.into(), service: service.into(), ..Seen::default() });
            self.instances.len() - 1
        });
        &mut self.instances[index]
    }

    fn workload(mut self, path: &Path, columns: &Columns, name: &str) -> Result<Workload, TraceError> {
        for seen in &mut self.instances {
            seen.samples.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        let moments = || self.instances.iter().flat_map(|seen| &seen.samples).map(|(second, _)| *second);
        let first = moments().fold(f64::INFINITY, f64::min);
        let last = moments().fold(f64::NEG_INFINITY, f64::max);
        let Some(step_seconds) = self.step() else {
            let problem = "no instance has two lines of different seconds, so there is no step".into();
            return Err(content(path, 1, problem));
        };
        let at = |second: f64| ((second - first) / f64::from(step_seconds)).round() as usize;
        let steps = at(last) + 1;
        let values =
            self.instances.len().saturating_mul(steps).saturating_mul(columns.used.iter().flatten().count());
        if steps as u64 > MOST_STEPS || values > MOST_VALUES {
            let count = self.instances.len();
            let problem = format!(
                "{first} s to {last} s in steps of {step_seconds} s are {steps} steps of {count} instances, \
                 which is too much; are the seconds right?"
            );
            return Err(content(path, 1, problem));
        }
        let instances = self.instances.into_iter().map(|seen| seen.instance(columns, steps, &at)).collect();
        Ok(Workload { name: name.to_owned(), step_seconds, steps, instances })
    }

    /// The whole seconds that lie most often between two samples of an instance.
    fn step(&self) -> Option<u32> {
        let mut counts: HashMap<u32, u64> = HashMap::new();
        for seen in &self.instances {
            for pair in seen.samples.windows(2) {
                *counts.entry((pair[1].0 - pair[0].0).round() as u32).or_default() += 1;
            }
        }
        counts.remove(&0);
        counts.into_iter().max_by_key(|(gap, count)| (*count, std::cmp::Reverse(*gap))).map(|(gap, _)| gap)
    }
}

impl Seen {
    fn instance(self, columns: &Columns, steps: usize, at: &dyn Fn(f64) -> usize) -> Instance {
        let arrives = self.samples.first().map_or(0, |(second, _)| at(*second));
        let last = self.samples.last().map_or(0, |(second, _)| at(*second));
        let mut used = PerResource::<Series>::of(|_| Series::default());
        for (index, resource) in Resource::ALL.into_iter().enumerate() {
            if columns.used[index].is_some() {
                used[resource] = Series::Samples(self.series(index, last, at));
            }
        }
        let mut instance = Instance {
            name: self.name,
            service: self.service,
            demand: self.demand,
            used,
            arrives: (arrives > 0).then_some(arrives),
            departs: (last + 1 < steps).then_some(last + 1),
        };
        let is_asked = |resource| columns.demands.iter().any(|(_, _, other)| *other == resource);
        for resource in [Resource::Cpu, Resource::Memory, Resource::Disk] {
            if !is_asked(resource) {
                instance.demand[resource] = instance.mean_while_there(resource, steps);
            }
        }
        instance
    }

    /// One value for each step up to the last, as the one before where there is none.
    fn series(&self, index: usize, last: usize, at: &dyn Fn(f64) -> usize) -> Vec<f32> {
        let mut values = vec![None; last + 1];
        for (second, used) in &self.samples {
            let slot = &mut values[at(*second)];
            *slot = used[index].or(*slot);
        }
        super::table::filled(values)
    }
}

#[cfg(test)]
mod tests;
