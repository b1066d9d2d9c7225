#![allow(warnings, clippy::all)]
use rayon::prelude::*;
use std::path::Path;
use swarmmanager_placement::relocation::*;
use swarmmanager_placement::*;
use swarmmanager_simulator::churn::*;
use swarmmanager_simulator::fleet::*;
use swarmmanager_simulator::replay::*;
use swarmmanager_simulator::trace::*;
use swarmmanager_simulator::workload::*;
use swarmmanager_units::*;

fn classes(kind: &str) -> Vec<NodeClass> {
    let c = |name: &str, cpu, gib: f64, d: f64, n: f64| NodeClass {
        name: name.into(),
        cores: 2.0,
        cpu_mhz: cpu,
        memory: Bytes::new((gib * 1073741824.0) as u64),
        disk: Bytes::ZERO,
        disk_bytes_per_s: d * 1e6,
        network_bytes_per_s: n * 1e6,
        weight: 1,
    };
    if kind == "pl" {
        vec![c("s", 1860.0, 2.0, 0.0, 0.0), c("m", 3720.0, 4.0, 0.0, 0.0), c("l", 5320.0, 4.0, 0.0, 0.0)]
    } else {
        let g: f64 = std::env::var("BBMEM").map(|s| s.parse().unwrap()).unwrap_or(8.0);
        vec![
            c("s", 5200.0, g, 30.0, 12.5),
            c("m", 10400.0, 2.0 * g, 60.0, 40.0),
            c("l", 20800.0, 4.0 * g, 120.0, 125.0),
        ]
    }
}

struct Prepared {
    workload: Workload,
    nodes: Vec<NodeState>,
    churn: Churn,
    warm: usize,
}

fn prepare(mut w: Workload, kind: &str, rho: f64) -> Prepared {
    let classes = classes(kind);
    let mean: f64 = w.instances.iter().map(|i| i.used[Resource::Cpu].mean(w.steps)).sum();
    let nodes = nodes(&classes, count_for(&classes, mean / rho));
    let cap = |r| nodes.iter().map(|n| n.capacity_of(r)).sum::<f64>();
    let f = (rho * cap(Resource::Cpu) / mean) as f32;
    if std::env::var("SHOW").is_ok() {
        println!("{} factor {f}", w.name);
    }
    if std::env::var("NOSCALE").is_err() {
        for i in &mut w.instances {
            if let Series::Samples(v) = &mut i.used[Resource::Cpu] {
                v.iter_mut().for_each(|x| *x *= f);
            }
        }
    }
    for r in [Resource::Cpu, Resource::Memory] {
        if r == Resource::Memory && kind == "pl" {
            continue;
        }
        let total: f64 = w.instances.iter().map(|i| i.demand[r]).sum();
        let f = 0.8 * cap(r) / total;
        for i in &mut w.instances {
            i.demand[r] *= f;
        }
    }
    if kind == "bb" {
        for r in [Resource::DiskIo, Resource::Network] {
            let total: f64 = w.instances.iter().map(|i| i.demand[Resource::Cpu]).sum();
            for i in &mut w.instances {
                i.demand[r] = i.demand[Resource::Cpu] / total * 0.8 * cap(r);
            }
        }
    }
    let churn = if kind == "pl" {
        Churn::default()
    } else {
        Churn { arrivals_within: 24, redeployed_every: 288.0, node_fails_every: 1152.0, node_away_for: 6 }
    };
    let warm = churn.arrivals_within;
    Prepared { workload: w, nodes, churn, warm }
}

fn env(name: &str, default: f64) -> f64 {
    std::env::var(name).map(|s| s.parse().unwrap()).unwrap_or(default)
}

fn my(name: &str) -> Box<dyn Relocation> {
    match name {
        "none" => Box::new(Never),
        "cbr" => {
            let mut c = CostBenefit::default();
            c.return_ = env("RETURN", 5.0);
            c.per_instance_day = env("RATE", 1.1);
            c.burst = env("BURST", 0.1);
            c.steep = env("STEEP", 4.0);
            c.unserved = env("BETA", 0.7);
            c.trigger = env("TRIG", 0.02);
            c.targets = env("TARGETS", 64.0) as usize;
            c.heavy = env("HEAVY", 32.0) as usize;
            c.at_a_time = env("MOVES", 60.0) as usize;
            c.looked_at = env("WORST", 40.0) as usize;
            Box::new(c)
        }
        _ => panic!(),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let data = Path::new("/work/shared/data");
    let days: Vec<String> = std::env::var("DAYS")
        .unwrap_or("20110303,20110322,20110403,20110411".into())
        .split(',')
        .map(String::from)
        .collect();
    let seeds = env("SEEDS", 2.0) as u64;
    let mut sets: Vec<(String, Vec<Prepared>)> = vec![];
    let which = std::env::var("SETS").unwrap_or("p5,p7,b5".into());
    for set in which.split(',') {
        let rho = set[1..].parse::<f64>().unwrap() / 10.0;
        if set.starts_with('p') {
            sets.push((
                set.into(),
                days.iter()
                    .map(|d| {
                        prepare(planetlab(&data.join(format!("planetlab/{d}.csv.gz"))).unwrap(), "pl", rho)
                    })
                    .collect(),
            ));
        } else {
            let w = bitbrains(&data.join("bitbrains-rnd")).unwrap();
            let rho = rho;
            sets.push((set.into(), vec![prepare(w, "bb", rho)]));
        }
    }
    for (name, prepared) in &sets {
        println!(
            "{name}: {} instances, {} nodes",
            prepared[0].workload.instances.len(),
            prepared[0].nodes.len()
        );
    }
    for arg in &args[1..] {
        let (p, r) = arg.split_once('+').unwrap();
        print!("{arg:42}");
        for (name, prepared) in &sets {
            let jobs: Vec<(usize, u64)> =
                (0..prepared.len()).flat_map(|d| (0..seeds).map(move |s| (d, s))).collect();
            let out: Vec<Figures> =
                jobs.par_iter()
                    .map(|&(d, s)| {
                        let q = &prepared[d];
                        let h = happenings(&q.workload, q.nodes.len(), &q.churn, s + 1);
                        let policy: Box<dyn Policy> = if let Some(v) = p.strip_prefix("ours") {
                            Box::new(Headroom {
                                variant: v.parse().unwrap(),
                                caution: env("CAUTION", 1.0),
                                limit: env("LIMIT", 0.9),
                            })
                        } else {
                            policy(p).unwrap()
                        };
                        let mut reloc = my(r);
                        Replay { workload: &q.workload, nodes: &q.nodes, happenings: &h, warm_up: q.warm }
                            .run(&*policy, &mut *reloc, &|| ())
                    })
                    .collect();
            let n = out.len() as f64;
            let m = |f: &dyn Fn(&Figures) -> f64| out.iter().map(f).sum::<f64>() / n;
            print!(
                " | {:5.2} {:5.2} {:6.3} {:6.0} {:3.0}",
                100.0 * m(&|o| o.node_overload),
                100.0 * m(&|o| o.instance_overload),
                100.0 * m(&|o| o.unserved),
                m(&|o| o.moves as f64),
                m(&|o| o.rejected as f64)
            );
            if std::env::var("BY").is_ok() {
                print!(
                    " [{}]",
                    out[0]
                        .node_overload_by
                        .iter()
                        .map(|(r, v)| format!("{:.2}", v * 100.0))
                        .collect::<Vec<_>>()
                        .join(" ")
                );
            }
        }
        println!();
    }
}
