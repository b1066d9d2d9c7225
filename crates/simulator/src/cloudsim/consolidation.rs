//! Which VMs move where: first away from overloaded hosts, then off little-used ones, so that these can be switched off.

use swarmmanager_placement::relocation::{Candidate, Detection, Selection};
use swarmmanager_units::Bytes;

use super::correlation::most_correlated;
use super::host::{Demand, Host, Phase, free_and_given};
use super::placement::{Need, Room, cheapest};
use super::vm::Vm;

/// A move takes less than a step.
const STEPS_AHEAD: f64 = 1.0;

/// A VM and the host that it is to go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) vm: usize,
    pub(super) to: usize,
}

/// How to consolidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rules {
    pub(super) detection: Detection,
    pub(super) selection: Selection,
}

impl Rules {
    /// The moves, in the order in which they are to be made. No VM may be migrating.
    ///
    /// As in CloudSim, hosts that the first part chose as targets may be emptied by the second, so a VM can be moved
    /// twice.
    pub(super) fn plan(&self, hosts: &[Host], vms: &[Vm<'_>], random: &mut dyn FnMut() -> u64) -> Vec<Move> {
        let mut plan = Plan::new(*self, hosts, vms);
        let overloaded: Vec<bool> = (0..hosts.len()).map(|host| plan.is_overloaded(host)).collect();
        let leaving = plan.relieve(&overloaded, random);
        let mut moves = plan.place(leaving, &overloaded);
        moves.extend(plan.empty_little_used(overloaded));
        moves
    }
}

/// The hosts as they would be with the moves so far.
struct Plan<'a> {
    rules: Rules,
    vms: &'a [Vm<'a>],
    hosts: Vec<PlannedHost>,
    loads: Vec<f64>,
}

struct PlannedHost {
    vms: Vec<usize>,
    /// MIPS.
    requested: f64,
    room: Room,
    history: Vec<f64>,
}

impl<'a> Plan<'a> {
    fn new(rules: Rules, hosts: &[Host], vms: &'a [Vm<'a>]) -> Self {
        let loads = hosts.iter().map(Host::load).collect();
        let hosts = hosts.iter().map(|host| PlannedHost::new(host, vms)).collect();
        Self { rules, vms, hosts, loads }
    }

    fn is_overloaded(&self, host: usize) -> bool {
        let host = &self.hosts[host];
        !host.vms.is_empty() && self.detect(&host.history, host.requested, host.room.model.mips)
    }

    fn would_be_overloaded(&self, host: usize, vm: &Vm<'_>) -> bool {
        let host = &self.hosts[host];
        let mips = host.room.model.mips;
        let mut history = host.history.clone();
        add_history(&mut history, vm, mips);
        self.detect(&history, host.requested + vm.requested, mips)
    }

    /// A host whose VMs wanted nothing at first has that much less of a history.
    fn detect(&self, history: &[f64], requested: f64, mips: f64) -> bool {
        let start = history.iter().position(|&share| share != 0.0).unwrap_or(history.len());
        self.rules.detection.is_overloaded(&history[start..], requested / mips, STEPS_AHEAD)
    }

    /// Takes VMs from overloaded hosts until they are no longer overloaded.
    fn relieve(&mut self, overloaded: &[bool], random: &mut dyn FnMut() -> u64) -> Vec<usize> {
        let mut leaving = Vec::new();
        for host in (0..self.hosts.len()).filter(|&host| overloaded[host]) {
            while let Some(vm) = self.select(host, random) {
                leaving.push(vm);
                self.remove(host, vm);
                if !self.is_overloaded(host) {
                    break;
                }
            }
        }
        leaving
    }

    fn select(&self, host: usize, random: &mut dyn FnMut() -> u64) -> Option<usize> {
        let vms = &self.hosts[host].vms;
        let candidate = |&vm: &usize| {
            let vm = &self.vms[vm];
            Candidate {
                memory: Bytes::from_mib(vm.memory.into()),
                utilisation: vm.requested / vm.mips,
                history: vm.history(),
            }
        };
        let candidates: Vec<_> = vms.iter().map(candidate).collect();
        let index = match self.rules.selection {
            Selection::MaximumCorrelation => most_correlated_or_soonest_moved(&candidates),
            selection => selection.choose(&candidates, random()),
        };
        index.map(|index| vms[index])
    }

    /// Places VMs, those that want most first. Those that fit nowhere stay.
    fn place(&mut self, vms: Vec<usize>, excluded: &[bool]) -> Vec<Move> {
        self.by_demand(vms).into_iter().filter_map(|vm| self.place_one(vm, excluded)).collect()
    }

    fn by_demand(&self, mut vms: Vec<usize>) -> Vec<usize> {
        vms.sort_by(|&a, &b| self.vms[b].requested.total_cmp(&self.vms[a].requested));
        vms
    }

    fn place_one(&mut self, vm: usize, excluded: &[bool]) -> Option<Move> {
        let wanted = &self.vms[vm];
        // CloudSim's running VMs need no memory: it is reserved when they are created, and never again.
        let need = Need { mips: wanted.requested, memory: 0 };
        let rooms = self.hosts.iter().map(|host| &host.room).enumerate();
        let allowed = rooms.filter(|&(host, _)| !excluded[host]);
        let to = cheapest(allowed, need, |host| self.would_be_overloaded(host, wanted))?;
        self.add(to, vm);
        Some(Move { vm, to })
    }

    /// Empties hosts, the least used first, where all their VMs fit elsewhere. None but those in use are targets.
    fn empty_little_used(&mut self, overloaded: Vec<bool>) -> Vec<Move> {
        let mut no_target: Vec<bool> =
            overloaded.iter().zip(&self.loads).map(|(&is, &load)| is || load == 0.0).collect();
        let mut no_source = no_target.clone();
        let mut sources: Vec<usize> =
            (0..self.hosts.len()).filter(|&host| !no_source[host] && self.loads[host] < 1.0).collect();
        sources.sort_by(|&a, &b| self.loads[a].total_cmp(&self.loads[b]));
        let mut moves = Vec::new();
        for host in sources {
            if no_source[host] || self.hosts[host].vms.is_empty() {
                continue;
            }
            no_target[host] = true;
            let emptied = self.empty(host, &no_target);
            emptied.iter().for_each(|one| no_source[one.to] = true);
            moves.extend(emptied);
        }
        moves
    }

    /// Moves all of a host's VMs, or none.
    fn empty(&mut self, host: usize, excluded: &[bool]) -> Vec<Move> {
        let vms = self.by_demand(self.hosts[host].vms.clone());
        let mut moves = Vec::with_capacity(vms.len());
        for vm in vms {
            match self.place_one(vm, excluded) {
                Some(one) => moves.push(one),
                None => {
                    moves.drain(..).for_each(|one: Move| self.remove(one.to, one.vm));
                    break;
                }
            }
        }
        moves
    }

    fn add(&mut self, host: usize, vm: usize) {
        self.hosts[host].vms.push(vm);
        self.hosts[host].reckon(self.vms);
    }

    fn remove(&mut self, host: usize, vm: usize) {
        self.hosts[host].vms.retain(|&one| one != vm);
        self.hosts[host].reckon(self.vms);
    }
}

impl PlannedHost {
    fn new(host: &Host, vms: &[Vm<'_>]) -> Self {
        let room = Room { power: host.model.power(host.load()), ..Room::empty(host.model) };
        let mut planned = Self { vms: host.vms.clone(), requested: 0.0, room, history: Vec::new() };
        planned.reckon(vms);
        planned
    }

    /// Reckons the sums over its VMs.
    fn reckon(&mut self, vms: &[Vm<'_>]) {
        let demands: Vec<Demand> =
            self.vms.iter().map(|&vm| Demand { mips: vms[vm].requested, phase: Phase::Settled }).collect();
        self.requested = demands.iter().map(|demand| demand.mips).sum();
        (self.room.free, self.room.given) = free_and_given(self.room.model, &demands);
        self.history.clear();
        for &vm in &self.vms {
            add_history(&mut self.history, &vms[vm], self.room.model.mips);
        }
    }
}

fn most_correlated_or_soonest_moved(candidates: &[Candidate<'_>]) -> Option<usize> {
    let histories: Vec<&[f64]> = candidates.iter().map(|one| one.history).collect();
    most_correlated(&histories).or_else(|| Selection::MinimumMigrationTime.choose(candidates, 0))
}

/// Adds a VM's history to a host's, which is that of the VMs that it runs now, wherever they ran then. All VMs start
/// together, so their histories are equally long.
fn add_history(sum: &mut Vec<f64>, vm: &Vm<'_>, host_mips: f64) {
    sum.resize(vm.history().len(), 0.0);
    for (sum, share) in sum.iter_mut().zip(vm.history()) {
        *sum += share * vm.mips / host_mips;
    }
}
