//! The virtual machines: their sizes, and what each wants as time goes on.

use super::metrics::VmRecord;
use super::trace::VmTrace;

/// As many samples of its use are kept of each VM.
const HISTORY_LENGTH: usize = 30;
/// Seconds between two samples of a trace.
const SAMPLE_INTERVAL: f64 = 300.0;

#[derive(Debug)]
struct VmModel {
    mips: f64,
    memory: u32,
}

/// Sizes after Amazon EC2: high-CPU medium, extra large, small, micro. MIPS and MB.
const VM_MODELS: [VmModel; 4] = [
    VmModel { mips: 2500.0, memory: 870 },
    VmModel { mips: 2000.0, memory: 1740 },
    VmModel { mips: 1000.0, memory: 1740 },
    VmModel { mips: 500.0, memory: 613 },
];

#[derive(Debug)]
pub(super) struct Vm<'a> {
    /// What it may use at most, MIPS.
    pub(super) mips: f64,
    /// MB.
    pub(super) memory: u32,
    /// What it wanted when it was last looked at, MIPS.
    pub(super) requested: f64,
    /// The host that runs it; none once it is gone.
    pub(super) host: Option<usize>,
    pub(super) migrating: bool,
    pub(super) record: VmRecord,
    history: Vec<f64>,
    percent: &'a [u8],
}

impl<'a> Vm<'a> {
    /// The first quarter of the traces gets the first size, and so on.
    pub(super) fn all(traces: &'a [VmTrace]) -> Vec<Self> {
        let quarter = traces.len().div_ceil(VM_MODELS.len()).max(1);
        traces
            .iter()
            .zip(0..)
            .map(|(trace, index): (_, usize)| Self::new(&VM_MODELS[index / quarter], &trace.percent))
            .collect()
    }

    fn new(model: &VmModel, percent: &'a [u8]) -> Self {
        Self {
            mips: model.mips,
            memory: model.memory,
            requested: 0.0,
            host: None,
            migrating: false,
            record: VmRecord::default(),
            history: Vec::with_capacity(HISTORY_LENGTH + 1),
            percent,
        }
    }

    /// Shares of its MIPS at the steps so far, the oldest first, no more than 30.
    pub(super) fn history(&self) -> &[f64] {
        &self.history
    }

    /// Looks at what it wants at that time, in s.
    pub(super) fn look(&mut self, time: f64) {
        self.requested = self.utilisation(time) * self.mips;
    }

    pub(super) fn remember(&mut self, time: f64) {
        if self.history.len() == HISTORY_LENGTH {
            self.history.remove(0);
        }
        self.history.push(self.utilisation(time));
    }

    /// The share of its MIPS that it wants at that time: linear between samples, and level after the last.
    fn utilisation(&self, time: f64) -> f64 {
        let sample = |index: usize| {
            let percent = self.percent.get(index).or(self.percent.last()).copied().unwrap_or(0);
            f64::from(percent) / 100.0
        };
        let before = (time / SAMPLE_INTERVAL).floor();
        let (start, end) = (sample(before as usize), sample(before as usize + 1));
        start + (end - start) / SAMPLE_INTERVAL * (time - before * SAMPLE_INTERVAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_is_linear_between_samples_and_level_after_the_last() {
        let vm = Vm::new(&VM_MODELS[0], &[10, 40]);
        let at = |time| (vm.utilisation(time) * 1e6).round() / 1e6;
        assert_eq!([0.0, 150.0, 300.0, 10_000.0].map(at), [0.1, 0.25, 0.4, 0.4]);
    }

    #[test]
    fn sizes_go_by_quarters() {
        let traces = vec![VmTrace { name: String::new(), percent: Vec::new() }; 9];
        let sizes: Vec<f64> = Vm::all(&traces).iter().map(|vm| vm.mips).collect();
        assert_eq!(sizes, [2500.0, 2500.0, 2500.0, 2000.0, 2000.0, 2000.0, 1000.0, 1000.0, 1000.0]);
    }

    #[test]
    fn the_last_thirty_values_are_remembered() {
        let percent: Vec<u8> = (0..40).collect();
        let mut vm = Vm::new(&VM_MODELS[0], &percent);
        (0..40).for_each(|step| vm.remember(f64::from(step) * SAMPLE_INTERVAL));
        assert_eq!((vm.history().len(), vm.history()[0], vm.history()[29]), (30, 0.1, 0.39));
    }
}
