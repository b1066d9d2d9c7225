//! Alibaba's lists of pods (openb, cluster-trace-gpu-v2023): what was asked for and how long, and nothing of what was
//! used.

use std::path::Path;

use swarmmanager_placement::{PerResource, Resource};

use super::TraceError;
use super::table::{content, of_csv, open};
use crate::workload::{Instance, Series, Workload};

/// Seconds of a step.
const STEP_SECONDS: u32 = 300;
/// What a core is taken to give, MHz; the lists do not say.
const CORE_MHZ: f64 = 2_000.0;
/// The share of pods before whose arrival nothing is looked at: for four months nearly nothing happens.
const QUIET: f64 = 0.1;

#[derive(serde::Deserialize)]
struct Pod {
    name: String,
    cpu_milli: f64,
    memory_mib: f64,
    creation_time: f64,
    deletion_time: f64,
}

/// A list of pods, each a service of one instance that uses what it asks for all the time. A core counts as 2,000 MHz.
/// The time begins when a tenth of the pods have come; those that are still there then come when the scenario says.
///
/// # Errors
///
/// The file cannot be read, or is not of that form.
pub fn openb(path: &Path) -> Result<Workload, TraceError> {
    let mut reader = csv::Reader::from_reader(open(path)?);
    let mut pods = Vec::new();
    for (pod, line) in reader.deserialize::<Pod>().zip(2..) {
        let pod = pod.map_err(|error| of_csv(path, error))?;
        if pod.deletion_time < pod.creation_time {
            let problem =
                format!("deletion_time {} is before creation_time {}", pod.deletion_time, pod.creation_time);
            return Err(content(path, line, problem));
        }
        pods.push(pod);
    }
    let mut created: Vec<f64> = pods.iter().map(|pod| pod.creation_time).collect();
    created.sort_by(f64::total_cmp);
    let begin = created.get((created.len() as f64 * QUIET) as usize).copied().unwrap_or(0.0);
    let at = |second: f64| ((second - begin) / f64::from(STEP_SECONDS)).max(0.0) as usize;
    let last = pods.iter().map(|pod| pod.deletion_time).fold(begin, f64::max);
    let steps = ((last - begin) / f64::from(STEP_SECONDS)).ceil() as usize;
    let instances = pods.iter().filter(|pod| pod.deletion_time > begin).map(|pod| {
        let (arrives, departs) =
            (at(pod.creation_time), at(pod.deletion_time).max(at(pod.creation_time) + 1));
        instance(pod, (pod.creation_time > begin).then_some(arrives), (departs < steps).then_some(departs))
    });
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let name = name.trim_end_matches(".gz").trim_end_matches(".csv").replace("openb_pod_list_", "openb ");
    Ok(Workload { name, step_seconds: STEP_SECONDS, steps, instances: instances.collect() })
}

fn instance(pod: &Pod, arrives: Option<usize>, departs: Option<usize>) -> Instance {
    let mut demand = PerResource::default();
    demand[Resource::Cpu] = pod.cpu_milli / 1_000.0 * CORE_MHZ;
    demand[Resource::Memory] = pod.memory_mib * 1_048_576.0;
    let used = PerResource::of(|resource| Series::Constant(demand[resource] as f32));
    Instance { name: pod.name.clone(), service: pod.name.clone(), demand, used, arrives, departs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Kind, read};

    #[test]
    fn pods_use_what_they_ask_for_as_long_as_they_live() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("openb_pod_list_few.csv");
        let text = "name,cpu_milli,memory_mib,num_gpu,creation_time,deletion_time,scheduled_time\n\
                    a,500,2,0,0,900,0\n\
                    b,1000,4,0,310,320,\n\
                    c,2000,8,0,600,1200,600\n";
        std::fs::write(&path, text).unwrap();
        assert_eq!(Kind::of(&path).unwrap(), Kind::Openb);
        let workload = read(&path).unwrap();
        assert_eq!((&*workload.name, workload.step_seconds, workload.steps), ("openb few", 300, 4));
        let lives: Vec<_> =
            workload.instances.iter().map(|one| (&*one.name, one.arrives, one.departs)).collect();
        assert_eq!(lives, [("a", None, Some(3)), ("b", Some(1), Some(2)), ("c", Some(2), None)]);
        assert_eq!(workload.instances[0].demand[Resource::Cpu], 1_000.0);
        assert_eq!(workload.instances[0].used[Resource::Memory], Series::Constant(2.0 * 1_048_576.0));
    }

    #[test]
    fn a_pod_that_ends_before_it_begins_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pods.csv");
        std::fs::write(&path, "name,cpu_milli,memory_mib,creation_time,deletion_time\na,1,1,9,3\n").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.ends_with("line 2: deletion_time 3 is before creation_time 9"), "{error}");
    }
}
