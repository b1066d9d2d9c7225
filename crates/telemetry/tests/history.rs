//! A node's history beside a plain list of what was reported.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use proptest::prelude::*;
use swarmmanager_telemetry::{Moment, NodeHistory, Report, Resource, wire};

const DAY_MS: u64 = 86_400_000;

fn report(cpu_used_mhz: f32, containers: u8) -> Report {
    let container = |number: u8| wire::ContainerSample { id: vec![number; 32], ..Default::default() };
    Report::try_from(wire::NodeReport {
        node_id: "n".into(),
        node: Some(wire::NodeSample { cpu_used_mhz, core_used_mhz: vec![1.0; 4], ..Default::default() }),
        containers: (1..=containers).map(container).collect(),
        ..Default::default()
    })
    .unwrap()
}

/// Reports at growing and, now and then, at earlier moments.
fn reports() -> impl Strategy<Value = Vec<(u64, u16)>> {
    let step = prop_oneof![8 => 900..1100_i64, 1 => 1_000..200_000_i64, 1 => -5_000..=0_i64];
    prop::collection::vec((step, any::<u16>()), 1..1500).prop_map(|steps| {
        let mut at = 10_000_i64;
        let walk = |(step, cpu): (i64, u16)| {
            at = (at + step).max(0);
            (at.unsigned_abs(), cpu)
        };
        steps.into_iter().map(walk).collect()
    })
}

/// The means of the full minutes, the newest 1440.
fn minutes(taken: &[(u64, u16)]) -> Vec<(u64, f32)> {
    let mean = |minute: &[(u64, u16)]| {
        let sum: f64 = minute.iter().map(|(_, cpu)| f64::from(*cpu)).sum();
        (minute[0].0 / 60_000 * 60_000, (sum / minute.len() as f64) as f32)
    };
    let mut minutes: Vec<(u64, f32)> =
        taken.chunk_by(|a, b| a.0 / 60_000 == b.0 / 60_000).map(mean).collect();
    // The last one is under way.
    minutes.pop();
    minutes.split_off(minutes.len().saturating_sub(1440))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn seconds_and_minutes_are_what_was_reported(reports in reports()) {
        let mut history = NodeHistory::default();
        let mut taken: Vec<(u64, u16)> = Vec::new();
        for (at, cpu) in reports {
            history.record(Moment::from_millis(at), 0, report(f32::from(cpu), 0));
            if taken.last().is_none_or(|(latest, _)| at > *latest) {
                taken.push((at, cpu));
            }
        }

        let seconds: Vec<(u64, f32)> =
            history.seconds().map(|point| (point.at.as_millis(), point.cpu_mhz)).collect();
        let newest = &taken[taken.len().saturating_sub(600)..];
        let expected: Vec<(u64, f32)> = newest.iter().map(|(at, cpu)| (*at, f32::from(*cpu))).collect();
        prop_assert_eq!(seconds, expected);

        let shown: Vec<(u64, f32)> =
            history.minutes().map(|point| (point.at.as_millis(), point.cpu_mhz)).collect();
        prop_assert_eq!(shown, minutes(&taken));

        let last_30: Vec<f64> = taken.iter().rev().take(30).map(|(_, cpu)| f64::from(*cpu)).collect();
        let mean = last_30.iter().sum::<f64>() / last_30.len() as f64;
        let statistics = history.statistics(Resource::Cpu, 30).unwrap();
        prop_assert!((statistics.mean - mean).abs() < 1e-6 && statistics.samples == last_30.len());
        let greatest = last_30.iter().copied().fold(0.0, f64::max);
        prop_assert_eq!(history.percentile(Resource::Cpu, 30, 1.0), Some(greatest));
    }
}

fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim_end_matches("kB").trim().parse::<u64>().unwrap() << 10
}

#[test]
fn a_day_of_a_node_with_20_containers_takes_less_than_90_kib() {
    const NODES: u64 = 100;
    let day: Vec<(Moment, Report)> = (0..1440)
        .map(|minute| (Moment::from_millis(minute * 60_000), report(1.0, 0)))
        .chain((1..=600).map(|second| (Moment::from_millis(DAY_MS + second * 1000), report(1.0, 20))))
        .collect();
    let before = resident_bytes();
    let mut histories: Vec<NodeHistory> = (0..NODES).map(|_| NodeHistory::default()).collect();
    for history in &mut histories {
        for (at, report) in &day {
            history.record(*at, 0, report.clone());
        }
    }
    let each = (resident_bytes() - before) / NODES;
    assert_eq!((histories[0].seconds().count(), histories[0].minutes().count()), (600, 1440));
    // A node has 150 KiB, and its connection needs the rest of it.
    assert!((50 << 10..90 << 10).contains(&each), "{each} bytes each");
}
