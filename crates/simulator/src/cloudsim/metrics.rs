//! What is counted while the simulation runs, and the figures that come of it.

use serde::Serialize;

/// The figures of a day, by CloudSim's definitions. Shares are from 0 to 1; CloudSim prints them as percentages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CloudSimResult {
    /// Energy that the hosts used, kWh.
    pub energy_kwh: f64,
    /// VM migrations that were started.
    pub migrations: u64,
    /// SLATAH: the share of their active time in which hosts gave their VMs less than they asked for.
    pub slatah: f64,
    /// PDM: the share of the requested work that migrating VMs did not get.
    pub pdm: f64,
    /// SLAV: `slatah` × `pdm`.
    pub slav: f64,
    /// The share of the requested work that VMs did not get, for whatever reason.
    pub overall_sla_violation: f64,
    /// The mean share that was missing, over all moments at which something was.
    pub average_sla_violation: f64,
    /// How often a host fell idle and was switched off, with those that were never on.
    pub host_shutdowns: u64,
    /// VMs for which there was no host at the start. They are left out.
    pub unplaced_vms: u64,
}

impl CloudSimResult {
    pub(super) fn new<'a>(
        joules: f64,
        migrations: u64,
        hosts: impl Iterator<Item = &'a HostRecord>,
        vms: impl Iterator<Item = &'a VmRecord>,
    ) -> Self {
        let hosts = hosts.fold(HostTotals::default(), |sum, host| sum.plus(&host.totals));
        let vms = vms.fold(VmTotals::default(), |sum, vm| sum.plus(&vm.totals));
        let slatah = share(hosts.violation_time, hosts.active_time);
        let pdm = share(vms.missed_by_migration, vms.requested);
        Self {
            energy_kwh: joules / 3.6e6,
            migrations,
            slatah,
            pdm,
            slav: slatah * pdm,
            overall_sla_violation: share(vms.requested - vms.allocated, vms.requested),
            average_sla_violation: share(vms.missing_shares, vms.violations as f64),
            host_shutdowns: hosts.shutdowns,
            unplaced_vms: 0,
        }
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// What a VM got and wanted, MIPS, from a time on.
#[derive(Debug, Clone, Copy)]
pub(super) struct VmState {
    pub(super) time: f64,
    pub(super) allocated: f64,
    pub(super) requested: f64,
    pub(super) migrating: bool,
}

/// A VM's account. A state holds until the next one; of two at the same time the later counts.
#[derive(Debug, Default)]
pub(super) struct VmRecord {
    last: Option<VmState>,
    totals: VmTotals,
}

/// Amounts of work in MIPS × s.
#[derive(Debug, Clone, Copy, Default)]
struct VmTotals {
    allocated: f64,
    requested: f64,
    missed_by_migration: f64,
    missing_shares: f64,
    violations: u64,
}

impl VmRecord {
    pub(super) fn add(&mut self, state: VmState) {
        if let Some(last) = self.last.replace(state).filter(|last| last.time != state.time) {
            self.totals.count(&last, state.time - last.time);
        }
    }
}

impl VmTotals {
    fn count(&mut self, state: &VmState, seconds: f64) {
        self.allocated += state.allocated * seconds;
        self.requested += state.requested * seconds;
        let missing = state.requested - state.allocated;
        if state.allocated < state.requested {
            self.missing_shares += missing / state.requested;
            self.violations += 1;
            if state.migrating {
                self.missed_by_migration += missing * seconds;
            }
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        self.allocated += other.allocated;
        self.requested += other.requested;
        self.missed_by_migration += other.missed_by_migration;
        self.missing_shares += other.missing_shares;
        self.violations += other.violations;
        self
    }
}

/// What a host gave and was asked for, MIPS, from a time on.
#[derive(Debug, Clone, Copy)]
pub(super) struct HostState {
    pub(super) time: f64,
    pub(super) allocated: f64,
    pub(super) requested: f64,
}

/// A host's account, kept as a VM's is.
#[derive(Debug, Default)]
pub(super) struct HostRecord {
    last: Option<HostState>,
    /// Whether it was idle in the state before the last.
    was_idle: bool,
    totals: HostTotals,
}

/// Times in s.
#[derive(Debug, Clone, Copy, Default)]
struct HostTotals {
    active_time: f64,
    violation_time: f64,
    shutdowns: u64,
}

impl HostState {
    fn is_active(&self) -> bool {
        self.allocated > 0.0
    }
}

impl HostRecord {
    pub(super) fn add(&mut self, state: HostState) {
        if let Some(last) = self.last.replace(state).filter(|last| last.time != state.time) {
            self.close(&last, state.time - last.time);
        }
    }

    /// Counts the last state, which nothing follows.
    pub(super) fn finish(&mut self) {
        if let Some(last) = self.last.take() {
            self.close(&last, 0.0);
        }
    }

    fn close(&mut self, state: &HostState, seconds: f64) {
        if state.is_active() {
            self.totals.active_time += seconds;
            if state.allocated < state.requested {
                self.totals.violation_time += seconds;
            }
        } else if !self.was_idle {
            self.totals.shutdowns += 1;
        }
        self.was_idle = !state.is_active();
    }
}

impl HostTotals {
    fn plus(mut self, other: &Self) -> Self {
        self.active_time += other.active_time;
        self.violation_time += other.violation_time;
        self.shutdowns += other.shutdowns;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vm(time: f64, allocated: f64, migrating: bool) -> VmState {
        VmState { time, allocated, requested: 100.0, migrating }
    }

    fn host(time: f64, allocated: f64) -> HostState {
        HostState { time, allocated, requested: 100.0 }
    }

    #[test]
    fn figures_follow_from_the_states() {
        // 10 s with 90 of 100 while migrating, 20 s with all, 10 s with 80; the last state lasts no time.
        let mut record = VmRecord::default();
        for state in
            [vm(0.0, 90.0, true), vm(10.0, 100.0, false), vm(30.0, 80.0, false), vm(40.0, 0.0, false)]
        {
            record.add(state);
        }
        // 5 s with all, 10 s with less, 5 s off, 20 s with all, then off.
        let mut machine = HostRecord::default();
        for state in [host(0.0, 100.0), host(5.0, 99.0), host(15.0, 0.0), host(20.0, 100.0), host(40.0, 0.0)]
        {
            machine.add(state);
        }
        machine.finish();
        let result = CloudSimResult::new(7.2e6, 3, [machine].iter(), [record].iter());
        assert_eq!((result.energy_kwh, result.migrations, result.host_shutdowns), (2.0, 3, 2));
        assert_eq!((result.slatah, result.pdm), (10.0 / 35.0, 100.0 / 4000.0));
        assert_eq!(result.overall_sla_violation, 300.0 / 4000.0);
        assert!((result.average_sla_violation - 0.15).abs() < 1e-12);
    }

    #[test]
    fn later_state_at_the_same_time_counts() {
        let mut record = VmRecord::default();
        for state in [vm(0.0, 10.0, true), vm(0.0, 100.0, false), vm(10.0, 0.0, false)] {
            record.add(state);
        }
        assert_eq!((record.totals.allocated, record.totals.violations), (1000.0, 0));
    }

    #[test]
    fn host_that_is_never_on_counts_as_shut_down_once() {
        let mut machine = HostRecord::default();
        for time in [0.0, 1.0, 2.0] {
            machine.add(host(time, 0.0));
        }
        machine.finish();
        assert_eq!(machine.totals.shutdowns, 1);
    }
}
