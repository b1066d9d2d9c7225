//! A host: which VMs it runs and receives, and how it shares its processor among them.

use super::metrics::{HostRecord, HostState, VmState};
use super::power::HostModel;
use super::vm::Vm;

/// A VM that leaves gets this share of what it would get otherwise.
const LEAVING: f64 = 0.9;
/// A VM that arrives already takes this share of what it wants.
const ARRIVING: f64 = 0.1;

#[derive(Debug)]
pub(super) struct Host {
    pub(super) model: &'static HostModel,
    /// The VMs that it runs and those that arrive, in the order in which they came.
    pub(super) vms: Vec<usize>,
    pub(super) arriving: Vec<usize>,
    pub(super) record: HostRecord,
    /// What it gives its VMs, MIPS, and what it gave before that.
    given: f64,
    given_before: f64,
}

impl Host {
    pub(super) fn new(model: &'static HostModel) -> Self {
        Self {
            model,
            vms: Vec::new(),
            arriving: Vec::new(),
            record: HostRecord::default(),
            given: 0.0,
            given_before: 0.0,
        }
    }

    /// The load from 0 to 1.
    pub(super) fn load(&self) -> f64 {
        self.share(self.given)
    }

    /// The load before the host was last looked at.
    pub(super) fn load_before(&self) -> f64 {
        self.share(self.given_before)
    }

    /// Rounding alone can bring the sum of what VMs get above the capacity.
    fn share(&self, mips: f64) -> f64 {
        (mips / self.model.mips).min(1.0)
    }

    /// Shares the processor anew at that time, in s.
    pub(super) fn look(&mut self, vms: &mut [Vm<'_>], time: f64) {
        let demands: Vec<Demand> = self.vms.iter().map(|&vm| self.demand(vm, &vms[vm])).collect();
        let shares = share_processor(self.model, &demands);
        self.given_before = self.given;
        self.given = 0.0;
        let mut requested = 0.0;
        for ((&vm, demand), mut allocated) in self.vms.iter().zip(&demands).zip(shares) {
            requested += demand.mips;
            if demand.phase != Phase::Arriving {
                let vm = &mut vms[vm];
                vm.record.add(VmState { time, allocated, requested: vm.requested, migrating: vm.migrating });
                if vm.migrating {
                    allocated /= LEAVING;
                }
            }
            self.given += allocated;
        }
        self.record.add(HostState { time, allocated: self.given, requested });
    }

    fn demand(&self, index: usize, vm: &Vm<'_>) -> Demand {
        let phase = if self.arriving.contains(&index) {
            Phase::Arriving
        } else if vm.migrating {
            Phase::Leaving
        } else {
            Phase::Settled
        };
        Demand { mips: vm.requested, phase }
    }

    pub(super) fn remove(&mut self, vm: usize) {
        remove_first(&mut self.vms, vm);
    }

    pub(super) fn settle(&mut self, vm: usize) {
        remove_first(&mut self.arriving, vm);
        remove_first(&mut self.vms, vm);
        self.vms.push(vm);
    }
}

fn remove_first(list: &mut Vec<usize>, vm: usize) {
    if let Some(at) = list.iter().position(|&one| one == vm) {
        list.remove(at);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Settled,
    Leaving,
    Arriving,
}

/// What a VM wants of a host, MIPS.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand {
    pub(super) mips: f64,
    pub(super) phase: Phase,
}

impl Demand {
    /// What it weighs on the host. A VM has one virtual core, so one of the host's cores is the most.
    fn weight(&self, model: &HostModel) -> f64 {
        let mips = self.mips.min(model.core_mips);
        if self.phase == Phase::Arriving { mips * ARRIVING } else { mips }
    }
}

/// What each VM gets, MIPS: what it wants where all fits, else a part of it, the same for all, in whole MIPS.
fn share_processor(model: &HostModel, demands: &[Demand]) -> Vec<f64> {
    let fits = free_mips(model, demands).is_some();
    let total: f64 = demands.iter().map(|demand| demand.weight(model)).sum();
    let scale = |mips: f64| if fits { mips } else { mips * (model.mips / total) };
    let whole = |mips: f64| if fits { mips } else { mips.floor() };
    let share = |demand: &Demand| {
        let scaled = scale(demand.weight(model));
        whole(if demand.phase == Phase::Leaving { scaled * LEAVING } else { scaled })
    };
    demands.iter().map(share).collect()
}

/// What is left of the processor, MIPS, or `None` where not all fits.
fn free_mips(model: &HostModel, demands: &[Demand]) -> Option<f64> {
    demands.iter().try_fold(model.mips, |free, demand| {
        let weight = demand.weight(model);
        (free >= weight).then_some(free - weight)
    })
}

/// What VMs that are all settled leave of a host's processor and take of it, MIPS.
pub(super) fn free_and_given(model: &HostModel, demands: &[Demand]) -> (f64, f64) {
    (free_mips(model, demands).unwrap_or(0.0), share_processor(model, demands).iter().sum())
}

#[cfg(test)]
mod tests {
    use super::super::power::HOST_MODELS;
    use super::*;

    /// 3720 MIPS in two cores of 1860.
    const MODEL: &HostModel = HOST_MODELS[0];

    fn demand(mips: f64, phase: Phase) -> Demand {
        Demand { mips, phase }
    }

    #[test]
    fn where_all_fits_each_gets_what_it_wants() {
        let demands = [
            demand(1000.0, Phase::Settled),
            demand(1000.0, Phase::Leaving),
            demand(1000.0, Phase::Arriving),
            demand(2500.0, Phase::Arriving),
        ];
        assert_eq!(share_processor(MODEL, &demands), [1000.0, 900.0, 100.0, 186.0]);
    }

    #[test]
    fn no_vm_gets_more_than_a_core() {
        assert_eq!(share_processor(MODEL, &[demand(2500.0, Phase::Settled)]), [1860.0]);
    }

    #[test]
    fn where_not_all_fits_each_gets_the_same_part_in_whole_mips() {
        // 1860 + 1860 + 186 = 3906 are wanted, of 3720: 0.952 38 of each.
        let demands =
            [demand(2000.0, Phase::Settled), demand(1860.0, Phase::Leaving), demand(1860.0, Phase::Arriving)];
        assert_eq!(share_processor(MODEL, &demands), [1771.0, 1594.0, 177.0]);
        assert_eq!(free_and_given(MODEL, &[demand(1860.0, Phase::Settled); 3]), (0.0, 3720.0));
    }

    #[test]
    fn what_is_left_is_free() {
        let demands = [demand(1000.0, Phase::Settled), demand(2500.0, Phase::Settled)];
        assert_eq!(free_and_given(MODEL, &demands), (860.0, 2860.0));
    }
}
