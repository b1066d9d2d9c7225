//! The hosts and VMs, and what happens to them: time passes, VMs start, migrate and go.

use swarmmanager_placement::relocation::Detection;

use super::consolidation::Move;
use super::host::Host;
use super::metrics::CloudSimResult;
use super::placement::{Need, Room, cheapest};
use super::power::HOST_MODELS;
use super::trace::VmTrace;
use super::vm::Vm;

/// Bandwidth of a host that migrations may use, MB/s: half of 1 Gbit/s.
const MIGRATION_RATE: f64 = 62.5;

/// How first places are found.
pub(super) enum FirstPlace<'a> {
    /// The first host that has room.
    FirstFit,
    /// The host whose power rises least and that is not overloaded then.
    LeastPower(&'a Detection),
}

#[derive(Debug)]
pub(super) struct DataCentre<'a> {
    pub(super) hosts: Vec<Host>,
    pub(super) vms: Vec<Vm<'a>>,
    unplaced: u64,
    /// When the hosts were last looked at, s.
    last: f64,
    joules: f64,
    migrations: u64,
}

impl<'a> DataCentre<'a> {
    pub(super) fn new(hosts: usize, traces: &'a [VmTrace], first: &FirstPlace<'_>) -> Self {
        let models = HOST_MODELS.iter().cycle().take(hosts);
        let mut centre = Self {
            hosts: models.map(|model| Host::new(model)).collect(),
            vms: Vm::all(traces),
            unplaced: 0,
            last: 0.0,
            joules: 0.0,
            migrations: 0,
        };
        centre.start_vms(first);
        centre
    }

    /// VMs are placed by what they may use at most, as nothing is known of what they will.
    fn start_vms(&mut self, first: &FirstPlace<'_>) {
        let mut rooms: Vec<Room> = self.hosts.iter().map(|host| Room::empty(host.model)).collect();
        for (index, vm) in self.vms.iter_mut().enumerate() {
            let need = Need { mips: vm.mips, memory: vm.memory };
            vm.host = first.find(&rooms, need);
            let Some(host) = vm.host else {
                self.unplaced += 1;
                continue;
            };
            let room = &mut rooms[host];
            room.free -= need.mips;
            room.given += need.mips;
            room.free_memory -= need.memory;
            self.hosts[host].vms.push(index);
        }
    }

    /// Lets time pass until then, in s: looks at what VMs want, shares processors anew, counts energy. A VM that wants
    /// nothing is taken for finished and goes.
    pub(super) fn look(&mut self, time: f64) {
        for vm in self.vms.iter_mut().filter(|vm| vm.host.is_some()) {
            vm.look(time);
        }
        for host in &mut self.hosts {
            host.look(&mut self.vms, time);
        }
        let seconds = time - self.last;
        if seconds > 0.0 {
            let energy = |host: &Host| host.model.energy(host.load_before(), host.load(), seconds);
            self.joules += self.hosts.iter().map(energy).sum::<f64>();
            self.last = time;
        }
        self.remove_finished();
    }

    /// Takes a sample of each VM's use for its history.
    pub(super) fn remember(&mut self, time: f64) {
        for vm in self.vms.iter_mut().filter(|vm| vm.host.is_some()) {
            vm.remember(time);
        }
    }

    fn remove_finished(&mut self) {
        for (index, vm) in self.vms.iter_mut().enumerate() {
            if vm.requested == 0.0
                && !vm.migrating
                && let Some(host) = vm.host.take()
            {
                self.hosts[host].remove(index);
            }
        }
    }

    /// Starts migrations at that time and lets them end.
    pub(super) fn migrate(&mut self, moves: &[Move], time: f64) {
        for one in moves {
            self.start(one, time);
        }
        let mut sizes: Vec<u32> = moves.iter().map(|one| self.vms[one.vm].memory).collect();
        sizes.sort_unstable();
        sizes.dedup();
        for memory in sizes {
            let end = time + f64::from(memory) / MIGRATION_RATE;
            self.look(end);
            for one in moves {
                if self.vms[one.vm].memory == memory {
                    self.finish(one);
                }
            }
            self.look(end);
        }
    }

    fn start(&mut self, one: &Move, time: f64) {
        self.migrations += 1;
        let vm = &mut self.vms[one.vm];
        vm.migrating = true;
        let target = &mut self.hosts[one.to];
        target.arriving.push(one.vm);
        target.vms.push(one.vm);
        let from = vm.host;
        for host in [Some(one.to), from].into_iter().flatten() {
            self.hosts[host].look(&mut self.vms, time);
        }
    }

    fn finish(&mut self, one: &Move) {
        let vm = &mut self.vms[one.vm];
        vm.migrating = false;
        if let Some(from) = vm.host.replace(one.to) {
            self.hosts[from].remove(one.vm);
        }
        self.hosts[one.to].settle(one.vm);
    }

    /// Ends the day.
    pub(super) fn finish_day(mut self) -> CloudSimResult {
        self.hosts.iter_mut().for_each(|host| host.record.finish());
        let hosts = self.hosts.iter().map(|host| &host.record);
        let vms = self.vms.iter().map(|vm| &vm.record);
        let result = CloudSimResult::new(self.joules, self.migrations, hosts, vms);
        CloudSimResult { unplaced_vms: self.unplaced, ..result }
    }

    /// The energy that all hosts would have used so far at full power, J.
    pub(super) fn joules_at_full_power(&self) -> f64 {
        self.hosts.iter().map(|host| host.model.full_power() * self.last).sum()
    }
}

impl FirstPlace<'_> {
    fn find(&self, rooms: &[Room], need: Need) -> Option<usize> {
        match self {
            Self::FirstFit => rooms.iter().position(|room| room.has(need)),
            // VMs that were placed before have shown no use yet.
            Self::LeastPower(detection) => cheapest(rooms.iter().enumerate(), need, |host| {
                detection.is_overloaded(&[], need.mips / rooms[host].model.mips, 1.0)
            }),
        }
    }
}
