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

#[cfg(test)]
mod tests {
    use super::super::power::HOST_MODELS;
    use super::*;

    const NEED: Need = Need { mips: 372.0, memory: 0 };

    fn place(rooms: &[Room], need: Need, overloads: impl Fn(usize) -> bool) -> Option<usize> {
        cheapest(rooms.iter().enumerate(), need, overloads)
    }

    /// A G4 with that load, from 0 to 1.
    fn loaded(load: f64) -> Room {
        let model = HOST_MODELS[0];
        let given = load * model.mips;
        Room { free: model.mips - given, given, power: model.power(load), ..Room::empty(model) }
    }

    #[test]
    fn power_that_is_added_decides() {
        // A tenth more costs 3.4 W from idle on, 2 W from 60 % on, 4 W from 70 % on.
        let rooms = [loaded(0.0), loaded(0.6), loaded(0.7)];
        assert_eq!(place(&rooms, NEED, |_| false), Some(1));
        assert_eq!(place(&rooms, NEED, |host| host == 1), Some(0));
        assert_eq!(place(&rooms, NEED, |_| true), Some(0));
    }

    #[test]
    fn first_of_equals_is_taken() {
        assert_eq!(place(&[loaded(0.3), loaded(0.3)], NEED, |_| false), Some(0));
    }

    #[test]
    fn what_does_not_fit_is_not_placed() {
        let core = HOST_MODELS[0].core_mips;
        for (mips, memory) in [(core + 1.0, 0), (core, 5000)] {
            assert_eq!(place(&[loaded(0.0)], Need { mips, memory }, |_| false), None);
        }
        assert_eq!(place(&[loaded(0.6)], Need { mips: core, memory: 0 }, |_| false), None);
    }
}
