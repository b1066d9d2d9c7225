//! What a node pretends to be.

use crate::LABEL;
use crate::mix::mix;
use crate::wire::{EngineDescription, NodeDescription, Platform, PluginDescription, Resources};

/// Kinds of access points and edge boxes: cores, megahertz of each, MiB of memory, MiB of disk.
const KINDS: [(u32, u32, u64, u64); 6] = [
    (1, 580, 128, 1024),
    (2, 880, 256, 2048),
    (4, 717, 512, 4096),
    (4, 1400, 1024, 8192),
    (4, 1800, 2048, 16384),
    (2, 1000, 512, 2048),
];
/// What the real engines of today's labs are.
const ENGINE_VERSION: &str = "20.10.24+dfsg1";
/// Swarm looks for what a service needs among these.
const PLUGINS: [(&str, &str); 8] = [
    ("Log", "json-file"),
    ("Log", "local"),
    ("Network", "bridge"),
    ("Network", "host"),
    ("Network", "ingress"),
    ("Network", "null"),
    ("Network", "overlay"),
    ("Volume", "local"),
];
const MIB: u64 = 1 << 20;

/// A machine that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) number: u32,
    /// Of this machine alone.
    pub(crate) seed: u64,
    pub(crate) cores: u32,
    pub(crate) core_mhz: u32,
    pub(crate) memory_bytes: u64,
    pub(crate) disk_bytes: u64,
}

impl Machine {
    pub(crate) fn new(seed: u64, number: u32) -> Self {
        let seed = mix(seed ^ (u64::from(number) << 32));
        let (cores, core_mhz, memory, disk) = KINDS[(seed % KINDS.len() as u64) as usize];
        Self { number, seed, cores, core_mhz, memory_bytes: memory * MIB, disk_bytes: disk * MIB }
    }

    pub(crate) fn hostname(&self) -> String {
        format!("edge-{:03}", self.number + 1)
    }

    /// Megahertz of all cores.
    pub(crate) fn capacity_mhz(&self) -> f32 {
        (self.cores * self.core_mhz) as f32
    }

    /// As Docker's agent describes it.
    pub(crate) fn description(&self) -> NodeDescription {
        let plugin =
            |(kind, name): (&str, &str)| PluginDescription { r#type: kind.into(), name: name.into() };
        NodeDescription {
            hostname: self.hostname(),
            platform: Some(Platform { architecture: "x86_64".into(), os: "linux".into() }),
            resources: Some(Resources {
                nano_cpus: i64::from(self.cores) * 1_000_000_000,
                memory_bytes: i64::try_from(self.memory_bytes).unwrap_or(i64::MAX),
            }),
            engine: Some(EngineDescription {
                engine_version: ENGINE_VERSION.into(),
                labels: [(LABEL.to_owned(), "true".to_owned())].into(),
                plugins: PLUGINS.map(plugin).to_vec(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{KINDS, Machine};

    #[test]
    fn a_seed_makes_the_same_machines_and_another_makes_others() {
        let crowd = |seed| (0..30).map(|number| Machine::new(seed, number)).collect::<Vec<_>>();
        assert_eq!(crowd(1), crowd(1));
        assert_ne!(crowd(1), crowd(2));
    }

    #[test]
    fn a_crowd_has_machines_of_every_kind() {
        let sizes: BTreeSet<_> = (0..100).map(|number| Machine::new(1, number).memory_bytes).collect();
        let kinds: BTreeSet<_> = KINDS.iter().map(|(_, _, memory, _)| memory << 20).collect();
        assert_eq!(sizes, kinds);
    }
}
