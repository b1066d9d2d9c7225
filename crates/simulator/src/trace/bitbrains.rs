//! Bitbrains' virtual machines: CPU, memory, disk and network every 300 s, one file for each.

use std::path::Path;

use swarmmanager_placement::{PerResource, Resource};

use super::TraceError;
use super::table::{content, filled, of_csv, open, rows};
use crate::workload::{Instance, Series, Workload};

/// Virtual machines that no edge node could hold are left out.
const MOST_CORES: u32 = 4;
const MOST_MEMORY_MB: f64 = 16_500.0;

#[derive(serde::Deserialize)]
struct Machine {
    vm_id: String,
    cores: u32,
    cpu_capacity_mhz: f64,
    mem_capacity_mb: f64,
}

/// A folder of `vms.csv`, `cpu_mhz.csv.gz`, `mem_mb.csv.gz`, `disk_read_kbps.csv.gz` and so on, every machine a service of
/// one instance. Machines of more than 4 cores or 16.5 GB are left out.
///
/// # Errors
///
/// A file cannot be read, or is not of that form.
pub fn bitbrains(folder: &Path) -> Result<Workload, TraceError> {
    let machines = machines(&folder.join("vms.csv"))?;
    let columns = ["cpu_mhz", "mem_mb", "disk_read_kbps", "disk_write_kbps", "net_rx_kbps", "net_tx_kbps"];
    let mut tables = Vec::new();
    for column in columns {
        let path = folder.join(format!("{column}.csv.gz"));
        let rows = rows(&path)?;
        if rows.len() != machines.len() {
            let problem = format!("{} machines, where vms.csv has {}", rows.len(), machines.len());
            return Err(content(&path, rows.len() as u64, problem));
        }
        tables.push(rows.into_iter().map(|(_, values)| filled(values)).collect::<Vec<_>>());
    }
    let steps = tables.iter().flatten().map(Vec::len).max().unwrap_or(0);
    let kept = machines
        .iter()
        .enumerate()
        .filter(|(_, machine)| machine.cores <= MOST_CORES && machine.mem_capacity_mb <= MOST_MEMORY_MB);
    let instances = kept.map(|(row, machine)| instance(machine, &tables, row)).collect();
    Ok(Workload { name: "bitbrains".into(), step_seconds: 300, steps, instances })
}

fn machines(path: &Path) -> Result<Vec<Machine>, TraceError> {
    let mut reader = csv::Reader::from_reader(open(path)?);
    reader.deserialize().map(|machine| machine.map_err(|error| of_csv(path, error))).collect()
}

fn instance(machine: &Machine, tables: &[Vec<Vec<f32>>], row: usize) -> Instance {
    let scaled = |table: usize, scale: f32| -> Vec<f32> {
        tables[table][row].iter().map(|value| value * scale).collect()
    };
    let sum = |a: usize, b: usize| {
        let pairs = tables[a][row].iter().zip(&tables[b][row]);
        Series::Samples(pairs.map(|(a, b)| (a + b) * 1_000.0).collect())
    };
    let mut used = PerResource::<Series>::of(|_| Series::default());
    used[Resource::Cpu] = Series::Samples(scaled(0, 1.0));
    used[Resource::Memory] = Series::Samples(scaled(1, 1_048_576.0));
    used[Resource::DiskIo] = sum(2, 3);
    used[Resource::Network] = sum(4, 5);
    let mut demand = PerResource::default();
    demand[Resource::Cpu] = machine.cpu_capacity_mhz;
    demand[Resource::Memory] = machine.mem_capacity_mb * 1_048_576.0;
    let name = format!("vm-{}", machine.vm_id);
    Instance { service: name.clone(), name, demand, used, arrives: None, departs: None }
}
