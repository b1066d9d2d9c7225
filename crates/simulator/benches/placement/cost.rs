//! What a decision costs.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use swarmmanager_placement::{
    Demand, Load, Moments, NodeState, PerResource, Policy, Request, ResourceUsage, Snapshot, Usage, policies,
};
use swarmmanager_simulator::fleet::nodes;
use swarmmanager_simulator::fleets::fleet;
use swarmmanager_units::{Bytes, CpuDemand, Megahertz};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
/// Decisions that are timed together: one of ten nodes is too short for a clock.
const AT_ONCE: u32 = 10;
const REPEATED: usize = 101;

/// A row for each policy with the median of many decisions.
pub(crate) fn table() -> String {
    let policies = policies();
    let times: Vec<Vec<f64>> =
        policies.iter().map(|policy| SIZES.map(|count| microseconds(&**policy, count)).to_vec()).collect();
    let mut text = String::from("### What a decision costs, in µs, by the number of nodes\n\n| policy |");
    // Writing into memory does not fail.
    for size in ["10", "100", "1,000", "10,000"] {
        let _ = write!(text, " {size} |");
    }
    let _ = write!(text, "\n| --- |{}\n", " ---: |".repeat(SIZES.len()));
    for (policy, row) in policies.iter().zip(&times) {
        let _ = write!(text, "| `{}` |", policy.name());
        for (column, time) in row.iter().enumerate() {
            let least = times.iter().map(|row| row[column]).fold(f64::INFINITY, f64::min);
            let cell = digits(*time);
            let cell = if cell == digits(least) { format!("**{cell}**") } else { cell };
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}

fn digits(microseconds: f64) -> String {
    let digits = if microseconds < 10.0 { 2 } else { usize::from(microseconds < 100.0) };
    format!("{microseconds:.digits$}")
}

fn microseconds(policy: &dyn Policy, count: usize) -> f64 {
    let (snapshot, request) = (snapshot(count), request());
    let mut times: Vec<Duration> = (0..REPEATED)
        .map(|_| {
            let begin = Instant::now();
            for _ in 0..AT_ONCE {
                black_box(policy.place_silently(black_box(&snapshot), black_box(&request), 1));
            }
            begin.elapsed() / AT_ONCE
        })
        .collect();
    times.sort();
    times[REPEATED / 2].as_secs_f64() * 1e6
}

/// Access points, half used in the mean.
fn snapshot(count: usize) -> Snapshot {
    let classes = fleet("access-points").map(|setting| setting.classes).unwrap_or_default();
    let mut nodes = nodes(&classes, count);
    for (index, node) in nodes.iter_mut().enumerate() {
        use_some(node, 0.25 + (index % 13) as f64 / 24.0);
    }
    Snapshot { nodes }
}

fn use_some(node: &mut NodeState, share: f64) {
    let used = |capacity: f64| ResourceUsage {
        mean: share * capacity,
        deviation: 0.1 * capacity,
        ..ResourceUsage::default()
    };
    node.usage = Some(Usage {
        cpu: used(node.capacity.cpu.get()),
        memory: used(node.capacity.memory.as_f64()),
        disk: used(node.capacity.disk.as_f64()),
        disk_io: used(node.rates.disk_io),
        network: used(node.rates.network),
    });
    let expected = Load::of(|resource| {
        let capacity = node.capacity_of(resource);
        Moments { mean: share * capacity, variance: (0.1 * capacity).powi(2) }
    });
    node.expected = Some(expected);
}

fn request() -> Request {
    let demand = Demand {
        cpu: CpuDemand::Megahertz(Megahertz::new(50.0)),
        memory: Bytes::from_mib(16),
        disk: Bytes::from_mib(16),
    };
    let mut request = Request::new("web", demand);
    // In MHz, bytes, bytes, and bytes per second.
    let used = PerResource::new([40.0, 12e6, 12e6, 1e5, 1e5]);
    request.expected = Some(Load::of(|resource| {
        let mean = used[resource];
        Moments { mean, variance: (mean / 4.0).powi(2) }
    }));
    request
}
