//! Power-aware best fit decreasing (PABFD): a VM goes to the host whose power it raises least.

use super::power::HostModel;

/// What a host still has, as a placement sees it.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) model: &'static HostModel,
    /// What nobody has asked for, MIPS.
    pub(super) free: f64,
    /// What its VMs get, MIPS, with those that are to come.
    pub(super) given: f64,
    /// MB.
    pub(super) free_memory: u32,
    /// Its power without those that are to come, W.
    pub(super) power: f64,
}

/// What a VM needs of a host.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub(super) mips: f64,
    /// MB.
    pub(super) memory: u32,
}

impl Room {
    /// That of a host that runs nothing.
    pub(super) fn empty(model: &'static HostModel) -> Self {
        Self { model, free: model.mips, given: 0.0, free_memory: model.memory, power: model.power(0.0) }
    }

    pub(super) fn has(&self, need: Need) -> bool {
        self.model.core_mips >= need.mips && self.free >= need.mips && self.free_memory >= need.memory
    }

    fn power_increase(&self, need: Need) -> f64 {
        self.model.power((self.given + need.mips) / self.model.mips) - self.power
    }
}

/// The host for a VM, of those offered, which are hosts' indices and rooms in the hosts' order. A host that runs
/// something is out if the VM would overload it.
pub(super) fn cheapest<'r>(
    rooms: impl Iterator<Item = (usize, &'r Room)>,
    need: Need,
    overloads: impl Fn(usize) -> bool,
) -> Option<usize> {
    let mut best = None;
    let mut least = f64::INFINITY;
    for (host, room) in rooms.filter(|(_, room)| room.has(need)) {
        let increase = room.power_increase(need);
        if increase < least && (room.given == 0.0 || !overloads(host)) {
            (best, least) = (Some(host), increase);
        }
    }
    best
}
