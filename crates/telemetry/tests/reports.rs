//! What is taken as a report, field by field.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use prost::Message as _;
use swarmmanager_telemetry::{Report, wire};

type Spoil<T> = fn(&mut wire::NodeReport, T);

fn sound() -> wire::NodeReport {
    let pressure = Some(wire::Pressure::default());
    let node = wire::NodeSample {
        cpu_pressure: pressure,
        memory_pressure: pressure,
        io_pressure: pressure,
        core_used_mhz: vec![0.0],
        temperature_celsius: Some(0.0),
        ..Default::default()
    };
    let container =
        wire::ContainerSample { id: vec![7; 32], writable_layer_bytes: Some(0), ..Default::default() };
    wire::NodeReport {
        node_id: "node".into(),
        node: Some(node),
        containers: vec![container],
        ..Default::default()
    }
}

fn node(report: &mut wire::NodeReport) -> &mut wire::NodeSample {
    report.node.as_mut().unwrap()
}

fn container(report: &mut wire::NodeReport) -> &mut wire::ContainerSample {
    &mut report.containers[0]
}

/// Every number that has to be finite and not below 0.
const FLOATS: [(&str, Spoil<f32>); 20] = [
    ("cpu_capacity_mhz", |r, v| node(r).cpu_capacity_mhz = v),
    ("cpu_used_mhz", |r, v| node(r).cpu_used_mhz = v),
    ("core_used_mhz", |r, v| node(r).core_used_mhz[0] = v),
    ("cores", |r, v| node(r).cores = v),
    ("load1", |r, v| node(r).load1 = v),
    ("load5", |r, v| node(r).load5 = v),
    ("load15", |r, v| node(r).load15 = v),
    ("cpu_pressure", |r, v| node(r).cpu_pressure.as_mut().unwrap().some_avg10 = v),
    ("cpu_pressure", |r, v| node(r).cpu_pressure.as_mut().unwrap().full_avg10 = v),
    ("memory_pressure", |r, v| node(r).memory_pressure.as_mut().unwrap().some_avg10 = v),
    ("memory_pressure", |r, v| node(r).memory_pressure.as_mut().unwrap().full_avg10 = v),
    ("io_pressure", |r, v| node(r).io_pressure.as_mut().unwrap().some_avg10 = v),
    ("io_pressure", |r, v| node(r).io_pressure.as_mut().unwrap().full_avg10 = v),
    ("network_rx_bytes_per_s", |r, v| node(r).network_rx_bytes_per_s = v),
    ("network_tx_bytes_per_s", |r, v| node(r).network_tx_bytes_per_s = v),
    ("containers.cpu_used_mhz", |r, v| container(r).cpu_used_mhz = v),
    ("containers.network_rx_bytes_per_s", |r, v| container(r).network_rx_bytes_per_s = v),
    ("containers.network_tx_bytes_per_s", |r, v| container(r).network_tx_bytes_per_s = v),
    ("containers.block_read_bytes_per_s", |r, v| container(r).block_read_bytes_per_s = v),
    ("containers.block_write_bytes_per_s", |r, v| container(r).block_write_bytes_per_s = v),
];

/// Every number of bytes.
const BYTES: [(&str, Spoil<u64>); 8] = [
    ("memory_total_bytes", |r, v| node(r).memory_total_bytes = v),
    ("memory_available_bytes", |r, v| node(r).memory_available_bytes = v),
    ("swap_total_bytes", |r, v| node(r).swap_total_bytes = v),
    ("swap_used_bytes", |r, v| node(r).swap_used_bytes = v),
    ("disk_total_bytes", |r, v| node(r).disk_total_bytes = v),
    ("disk_used_bytes", |r, v| node(r).disk_used_bytes = v),
    ("containers.memory_working_set_bytes", |r, v| container(r).memory_working_set_bytes = v),
    ("containers.writable_layer_bytes", |r, v| container(r).writable_layer_bytes = Some(v)),
];

/// The error, or none.
fn check(change: impl FnOnce(&mut wire::NodeReport)) -> Option<String> {
    let mut report = sound();
    change(&mut report);
    Report::try_from(report).err().map(|error| error.to_string())
}

#[test]
fn every_number_that_is_none_is_refused_by_its_name_and_value() {
    for (field, set) in FLOATS {
        assert_eq!(check(|report| set(report, 1.0)), None, "{field}");
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, -f32::MIN_POSITIVE] {
            let error = check(|report| set(report, value)).unwrap();
            assert!(error.starts_with(&format!("{field} is {value}; ")), "{error}");
        }
    }
    let error = check(|report| node(report).temperature_celsius = Some(f32::NAN)).unwrap();
    assert!(error.starts_with("temperature_celsius is NaN"), "{error}");
    assert_eq!(check(|report| node(report).temperature_celsius = Some(-40.0)), None);
}

#[test]
fn what_no_machine_has_is_refused_and_the_most_is_taken() {
    for (field, set) in BYTES {
        assert_eq!(check(|report| set(report, 1 << 60)), None, "{field}");
        let error = check(|report| set(report, (1 << 60) + 1)).unwrap();
        assert!(error.starts_with(&format!("{field} is 1152921504606846977; ")), "{error}");
    }
    for (field, set) in FLOATS.into_iter().filter(|(field, _)| field.ends_with("_mhz")) {
        assert_eq!(check(|report| set(report, 1e7)), None, "{field}");
        let error = check(|report| set(report, 1.1e7)).unwrap();
        assert!(error.starts_with(&format!("{field} is 11000000; ")), "{error}");
    }
}

#[test]
fn lists_and_texts_have_an_end() {
    let containers = |report: &mut wire::NodeReport, count| {
        report.containers = vec![report.containers[0].clone(); count];
    };
    assert_eq!(check(|report| containers(report, 1000)), None);
    assert!(check(|report| containers(report, 1001)).unwrap().starts_with("containers is 1001; "));
    assert_eq!(check(|report| node(report).core_used_mhz = vec![0.0; 4096]), None);
    assert!(check(|report| node(report).core_used_mhz = vec![0.0; 4097]).is_some());
    let info = |version: usize, scope: usize| {
        move |report: &mut wire::NodeReport| {
            report.agent =
                Some(wire::AgentInfo { version: "v".repeat(version), node_scope: "s".repeat(scope) });
        }
    };
    assert_eq!(check(info(256, 256)), None);
    assert!(check(info(257, 0)).unwrap().starts_with("agent.version is 257"));
    assert!(check(info(0, 257)).unwrap().starts_with("agent.node_scope is 257"));
}

#[test]
fn the_age_is_between_now_and_ten_minutes_ago() {
    for age_ms in [0, 600_000] {
        assert_eq!(check(|report| report.age_ms = age_ms), None, "{age_ms}");
    }
    for age_ms in [i64::MIN, -1, 600_001, i64::MAX] {
        assert!(check(|report| report.age_ms = age_ms).is_some(), "{age_ms}");
    }
}

proptest! {
    #[test]
    fn whatever_numbers_a_report_has_it_is_taken_or_refused_and_what_is_taken_is_finite(
        floats in prop::collection::vec(any::<f32>(), FLOATS.len()),
        bytes in prop::collection::vec(any::<u64>(), BYTES.len()),
        age_ms: i64,
        clock_unix_ms: i64,
        sound_floats: bool,
    ) {
        let mut raw = sound();
        for ((_, set), value) in FLOATS.iter().zip(&floats) {
            set(&mut raw, if sound_floats { value.abs() % 1e7 } else { *value });
        }
        for ((_, set), value) in BYTES.iter().zip(&bytes) {
            set(&mut raw, if sound_floats { value >> 4 } else { *value });
        }
        (raw.age_ms, raw.clock_unix_ms) = (age_ms % 1_000_000, clock_unix_ms);
        if let Ok(report) = Report::try_from(raw) {
            prop_assert!(report.node.cpu_used.get().is_finite() && report.node.load.iter().all(|load| *load >= 0.0));
            prop_assert!(report.age_ms <= 600_000);
        }
    }

    /// A sound report with a few bytes changed gets further into the decoder than noise does.
    #[test]
    fn a_report_damaged_on_its_way_is_taken_or_refused(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = sound().encode_to_vec();
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Ok(raw) = wire::NodeReport::decode(&*bytes) {
            let _ = Report::try_from(raw);
        }
    }
}
