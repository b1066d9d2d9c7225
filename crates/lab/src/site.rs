//! What all parts of one lab have in common.

use std::net::Ipv4Addr;

use crate::LabError;
use crate::cgroup::Cgroups;
use crate::frequency::Cores;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::network::{RegistryAddress, Subnet, Switch};
use crate::place::Place;

/// The name of the switch's place; no node can have it.
const SWITCH: &str = ".switch";

/// A lab's name, address and machine.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) layout: Layout,
    pub(crate) cgroups: Cgroups,
    pub(crate) cores: Cores,
    pub(crate) subnet: Subnet,
}

impl Site {
    pub(crate) fn place(&self, name: &str) -> Place {
        Place::new(name, &self.layout, &self.cgroups)
    }

    pub(crate) fn switch_place(&self) -> Place {
        self.place(SWITCH)
    }

    /// The switch, where it is there.
    pub(crate) fn switch(&self) -> Option<Switch> {
        self.switch_place().holder().map(|holder| Switch { holder })
    }

    /// The switch, made where it is missing.
    pub(crate) fn switch_or_make(&self) -> Result<Switch, LabError> {
        let switch = match self.switch() {
            Some(switch) => switch,
            None => {
                // A registry that is left over stands in namespaces that nobody else reaches.
                self.switch_place().kill()?;
                Switch { holder: self.switch_place().make("")? }
            }
        };
        switch.set_up(self.subnet)?;
        Ok(switch)
    }

    pub(crate) fn registry(&self) -> RegistryAddress {
        RegistryAddress::open(self.subnet.switch())
    }

    /// The registries that engines reach without TLS.
    pub(crate) fn insecure_registries(&self) -> [String; 2] {
        let registry = self.registry();
        [registry.to_string(), registry.private().to_string()]
    }

    pub(crate) fn address(&self, index: usize) -> Ipv4Addr {
        self.subnet.node(index)
    }

    pub(crate) fn lock(&self) -> Result<Lock, LabError> {
        Lock::take(&self.layout.lock())
    }
}
