//! Simulates a data centre as CloudSim 3.0.3 does, so that our simulator can be held against known figures.
//!
//! Source: A. Beloglazov and R. Buyya 2012 (see [`Detection`](swarmmanager_placement::relocation::Detection)), whose experiments are
//! the `power.planetlab` examples of CloudSim (commit 0fc6d9b2, read for its behaviour; nothing of it is copied). 800
//! hosts of two models run one VM for each trace. Every 300 s VMs move away from overloaded hosts, and little-used hosts
//! are emptied and switched off.
//!
//! What has to be as in CloudSim for the figures to agree, and is not what one would expect:
//!
//! - Everything happens 0.1 s after the samples, so between two of them.
//! - A VM that wants nothing at some moment is taken for finished and never comes back.
//! - Memory counts only where VMs are placed first.
//! - No energy is counted before the first step, nor for a host that was idle when an interval began.
//! - A VM that arrives gets a tenth of what it wants and counts with all of it, so its new host violates its promise.
//! - A VM may be sent to a host that is emptied in the same step, and then moves twice at once.
//! - `lr` is a line through the last ten values, all of which weigh the same
//!   ([`UnweightedRegression`](swarmmanager_placement::relocation::Detection::UnweightedRegression)).
//! - `mc` keeps constant histories, of which rounding makes something.

mod consolidation;
mod correlation;
mod datacentre;
mod host;
mod metrics;
mod placement;
mod policy;
mod power;
mod trace;
mod vm;

pub use metrics::CloudSimResult;
pub use policy::{Policy, PolicyError};
pub use trace::{TraceError, VmTrace};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use consolidation::Rules;
use datacentre::{DataCentre, FirstPlace};

/// Seconds between two steps.
const STEP: f64 = 300.0;
/// When VMs begin to work, s.
const START: f64 = 0.1;
/// When the simulation ends, s.
const END: f64 = 24.0 * 60.0 * 60.0;

/// A day of a data centre.
#[derive(Debug, Clone)]
pub struct CloudSim {
    /// What decides where VMs run.
    pub policy: Policy,
    /// The number of hosts; HP ProLiant ML110 G4 and G5 by turns.
    pub hosts: usize,
    /// Where the random numbers of the selection `rs` begin.
    pub seed: u64,
}

impl CloudSim {
    /// The published experiments' 800 hosts.
    pub fn new(policy: Policy) -> Self {
        Self { policy, hosts: 800, seed: 1 }
    }

    /// Runs one VM for each trace. Which size of VM runs a trace follows from its place in the list.
    ///
    /// `progress` is told after each of the 287 steps how many are done.
    pub fn run(&self, traces: &[VmTrace], progress: &dyn Fn(u64)) -> CloudSimResult {
        let rules = self.policy.rules();
        let first =
            rules.as_ref().map_or(FirstPlace::FirstFit, |rules| FirstPlace::LeastPower(&rules.detection));
        let mut centre = DataCentre::new(self.hosts, traces, &first);
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let mut time = START + STEP;
        let mut steps = 0;
        while time < END {
            centre.step(time, rules.as_ref(), &mut || random.next_u64());
            steps += 1;
            progress(steps);
            time += STEP;
        }
        let full_power = centre.joules_at_full_power();
        let result = centre.finish_day();
        match self.policy {
            Policy::NonPowerAware => CloudSimResult { energy_kwh: full_power / 3.6e6, ..result },
            _ => result,
        }
    }
}

impl DataCentre<'_> {
    fn step(&mut self, time: f64, rules: Option<&Rules>, random: &mut dyn FnMut() -> u64) {
        self.remember(time);
        self.look(time);
        if let Some(rules) = rules {
            let moves = rules.plan(&self.hosts, &self.vms, random);
            self.migrate(&moves, time);
        }
    }
}
