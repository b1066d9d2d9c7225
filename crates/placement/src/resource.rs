//! The resources of a node.

use serde::{Deserialize, Serialize};
use swarmmanager_units::{Bytes, Megahertz};

/// A resource of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// Processing power, in MHz.
    Cpu,
    /// Memory, in bytes.
    Memory,
    /// Disk of Docker's data root, in bytes.
    Disk,
    /// What is read from and written to disks, in bytes per second.
    DiskIo,
    /// What is received and sent, in bytes per second.
    Network,
}

impl Resource {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Cpu, Self::Memory, Self::Disk, Self::DiskIo, Self::Network];

    /// Docker's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::DiskIo => "disk I/O",
            Self::Network => "network",
        }
    }

    /// An amount of it with its unit.
    pub fn amount(self, amount: f64) -> String {
        match self {
            Self::Cpu => Megahertz::new(amount).to_string(),
            Self::Memory | Self::Disk => Bytes::new(amount.max(0.0) as u64).to_string(),
            Self::DiskIo | Self::Network => format!("{}/s", Bytes::new(amount.max(0.0) as u64)),
        }
    }
}
