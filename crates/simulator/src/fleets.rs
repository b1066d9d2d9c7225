//! Fleets that are there without a file. Whatever they state in steps is in steps of 300 s.

use swarmmanager_units::Bytes;

use crate::churn::Churn;
use crate::fleet::NodeClass;
use crate::scenario::Setting;
use crate::trace::Kind;

/// Their names.
pub const NAMES: [&str; 4] = ["access-points", "planetlab", "bitbrains", "openb"];

/// There is no such fleet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no fleet {name:?}; choose one of {}, or name a TOML file", NAMES.join(", "))]
pub struct UnknownFleet {
    name: String,
}

/// The fleet of that name.
///
/// # Errors
///
/// Names those that there are, where there is none of that name.
pub fn fleet(name: &str) -> Result<Setting, UnknownFleet> {
    match name {
        "access-points" => Ok(access_points()),
        "planetlab" => Ok(planetlab()),
        "bitbrains" => Ok(bitbrains()),
        "openb" => Ok(openb()),
        _ => Err(UnknownFleet { name: name.to_owned() }),
    }
}

/// The name of the fleet that suits a kind of trace.
pub fn suiting(kind: Kind) -> &'static str {
    match kind {
        Kind::Planetlab => "planetlab",
        Kind::Bitbrains => "bitbrains",
        Kind::Openb => "openb",
        Kind::Custom => "access-points",
    }
}

/// Wi-Fi access points: from one core of 880 MHz with 128 MiB to four of 1,400 MHz with 1 GiB, as home routers and
/// access points of the last ten years have. Recorded machines are far larger, so a workload is made to fit them: six
/// instances for each node.
fn access_points() -> Setting {
    let class =
        |name: &str, cores: f64, mhz: f64, memory: u64, flash: u64, mb_per_s: f64, mbit_per_s: f64| {
            let rates = (mb_per_s, mbit_per_s / 8.0);
            NodeClass { weight: 2, ..class(name, cores, cores * mhz, (memory, flash), rates) }
        };
    let classes = vec![
        class("small", 1.0, 880.0, 128, 128, 4.0, 100.0),
        class("medium", 2.0, 1_200.0, 512, 512, 10.0, 300.0),
        NodeClass { weight: 1, ..class("large", 4.0, 1_400.0, 1_024, 4_096, 40.0, 1_000.0) },
    ];
    Setting { instances_per_node: Some(6.0), ..setting(classes, Churn::default()) }
}

/// Nodes for PlanetLab's instances.
fn planetlab() -> Setting {
    let class = |name, cpu, gib: u64| class(name, 2.0, cpu, (gib * 1_024, 0), (0.0, 0.0));
    let classes = vec![class("small", 1_860.0, 2), class("medium", 3_720.0, 4), class("large", 5_320.0, 4)];
    setting(classes, Churn::default())
}

/// Nodes for Bitbrains' machines.
fn bitbrains() -> Setting {
    let class = |name, cores, gib: u64, disk, network| {
        class(name, cores, cores * 2_600.0, (gib * 1_024, 0), (disk, network))
    };
    let classes = vec![
        class("small", 2.0, 8, 30.0, 12.5),
        class("medium", 4.0, 16, 60.0, 40.0),
        class("large", 8.0, 32, 120.0, 125.0),
    ];
    let churn =
        Churn { arrivals_within: 24, redeployed_every: 288.0, node_fails_every: 1_152.0, node_away_for: 6 };
    setting(classes, churn)
}

/// The five most frequent kinds of nodes of Alibaba's list, a core taken as 2,000 MHz. Nothing is deployed anew: the list
/// says when what comes and goes.
fn openb() -> Setting {
    let class = |name, cores, gib: u64, weight| NodeClass {
        weight,
        ..class(name, cores, cores * 2_000.0, (gib * 1_024, 0), (0.0, 0.0))
    };
    let classes = vec![
        class("c96", 96.0, 384, 12),
        class("c104", 104.0, 512, 8),
        class("c32", 32.0, 256, 3),
        class("c16", 16.0, 120, 2),
        class("c96m", 96.0, 512, 1),
    ];
    let churn =
        Churn { arrivals_within: 24, redeployed_every: 0.0, node_fails_every: 1_152.0, node_away_for: 6 };
    Setting { requested: None, ..setting(classes, churn) }
}

/// Memory and disk in MiB, rates in MB/s.
fn class(name: &str, cores: f64, cpu_mhz: f64, mib: (u64, u64), rates: (f64, f64)) -> NodeClass {
    NodeClass {
        name: name.to_owned(),
        cores,
        cpu_mhz,
        memory: Bytes::from_mib(mib.0),
        disk: Bytes::from_mib(mib.1),
        disk_bytes_per_s: rates.0 * 1e6,
        network_bytes_per_s: rates.1 * 1e6,
        weight: 1,
    }
}

/// Requests are proportional to sizes and sum up to 0.8 of all capacity, so that they say little, as in life.
fn setting(classes: Vec<NodeClass>, churn: Churn) -> Setting {
    let warm_up = churn.arrivals_within;
    Setting {
        classes,
        load: 0.5,
        as_recorded: false,
        instances_per_node: None,
        requested: Some(0.8),
        churn,
        warm_up,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_fleet_that_a_file_could_have_been() {
        for name in NAMES {
            let setting = fleet(name).unwrap();
            let text = toml::to_string(&setting).unwrap();
            assert_eq!(toml::from_str::<Setting>(&text).unwrap(), setting, "{text}");
        }
        let error = fleet("mainframes").unwrap_err().to_string();
        assert!(
            error.ends_with("choose one of access-points, planetlab, bitbrains, openb, or name a TOML file")
        );
    }

    #[test]
    fn a_file_needs_only_its_classes() {
        let text = "[[classes]]\nname = \"ap\"\ncores = 2\ncpu-mhz = 2400\nmemory = \"512m\"\n";
        let setting: Setting = toml::from_str(text).unwrap();
        assert_eq!(setting.classes[0].memory, Bytes::from_mib(512));
        assert_eq!((setting.load, setting.requested, setting.warm_up), (0.5, None, 0));
        assert_eq!(setting.churn, Churn::default());
    }

    #[test]
    fn times_are_kept_with_other_steps() {
        let setting = fleet("planetlab").unwrap().in_steps_of(60);
        assert_eq!((setting.churn.arrivals_within, setting.warm_up), (60, 60));
        assert_eq!(setting.churn.redeployed_every, 720.0);
    }
}
