//! The CloudSim mode against CloudSim's own results.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what failed by panicking")]
#![allow(clippy::print_stdout, reason = "says what was compared")]

use std::env;
use std::path::{Path, PathBuf};

use swarmmanager_simulator::cloudsim::{CloudSim, VmTrace};

fn data() -> PathBuf {
    env::var_os("SWARMMANAGER_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from)
}

#[test]
#[ignore]
fn all() {
    let names = env::var("POLICIES").unwrap_or_default();
    let mut rows = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .flexible(true)
        .from_path(data().join("cloudsim-reference/results.csv"))
        .unwrap();
    for row in rows.records() {
        let row = row.unwrap();
        if &row[0] != "sorted_by_name" {
            continue;
        }
        let name = if row[3].is_empty() {
            row[2].to_owned()
        } else {
            format!("{}-{}-{}", &row[2], &row[3], &row[4])
        };
        if !names.is_empty() && !names.split(',').any(|n| n == name) {
            continue;
        }
        let traces = VmTrace::read_day(&data().join(format!("planetlab/{}.csv.gz", &row[1]))).unwrap();
        let start = std::time::Instant::now();
        let r = CloudSim::new(name.parse().unwrap()).run(&traces, &|_| {});
        println!("{} {name:12} {:?}", &row[1], start.elapsed());
        println!(
            "   ref  {} {} slav {} pdm {} slatah {} overall {} avg {} off {}",
            &row[6], &row[7], &row[8], &row[9], &row[10], &row[11], &row[12], &row[13]
        );
        println!(
            "   ours {:.2} {} slav {:.5} pdm {:.2} slatah {:.2} overall {:.2} avg {:.2} off {}",
            r.energy_kwh,
            r.migrations,
            r.slav * 100.,
            r.pdm * 100.,
            r.slatah * 100.,
            r.overall_sla_violation * 100.,
            r.average_sla_violation * 100.,
            r.host_shutdowns
        );
    }
}
