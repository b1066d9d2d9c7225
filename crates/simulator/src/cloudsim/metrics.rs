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
