//! The hosts' models: their size and the power that they draw.

/// A server model.
#[derive(Debug)]
pub(super) struct HostModel {
    /// Capacity of one of its two cores, MIPS.
    pub(super) core_mips: f64,
    /// Capacity of all cores, MIPS.
    pub(super) mips: f64,
    /// Memory, MB.
    pub(super) memory: u32,
    /// Power at 0 %, 10 %, … 100 % load, W.
    power: [f64; 11],
}

/// HP ProLiant ML110 G4 (Xeon 3040). Power: SPECpower_ssj2008 result of 27 January 2011, number 00342.
const HP_ML110_G4: HostModel = HostModel {
    core_mips: 1860.0,
    mips: 2.0 * 1860.0,
    memory: 4096,
    power: [86.0, 89.4, 92.6, 96.0, 99.5, 102.0, 106.0, 108.0, 112.0, 114.0, 117.0],
};

/// HP ProLiant ML110 G5 (Xeon 3075). Power: SPECpower_ssj2008 result of 24 January 2011, number 00339.
const HP_ML110_G5: HostModel = HostModel {
    core_mips: 2660.0,
    mips: 2.0 * 2660.0,
    memory: 4096,
    power: [93.7, 97.0, 101.0, 105.0, 110.0, 116.0, 121.0, 125.0, 129.0, 133.0, 135.0],
};

/// The models, which the hosts have by turns.
pub(super) const HOST_MODELS: [&HostModel; 2] = [&HP_ML110_G4, &HP_ML110_G5];

impl HostModel {
    /// Power at a load from 0 to 1, in W: linear between the measured points.
    pub(super) fn power(&self, load: f64) -> f64 {
        let load = load.clamp(0.0, 1.0);
        let lower = (load * 10.0).floor();
        let below = self.power[lower as usize];
        let above = self.power[(load * 10.0).ceil() as usize];
        below + (above - below) / 10.0 * (load - lower / 10.0) * 100.0
    }

    /// Power at full load, W.
    pub(super) fn full_power(&self) -> f64 {
        self.power[10]
    }

    /// Energy over `seconds` during which the load went evenly from one value to the other, J. A host that was idle
    /// at the start was switched off all that time.
    pub(super) fn energy(&self, from: f64, to: f64, seconds: f64) -> f64 {
        if from == 0.0 {
            return 0.0;
        }
        let (from, to) = (self.power(from), self.power(to));
        (from + (to - from) / 2.0) * seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_linear_between_the_points() {
        assert_eq!(HP_ML110_G4.power(0.0), 86.0);
        assert_eq!(HP_ML110_G4.power(1.0), 117.0);
        assert!((HP_ML110_G4.power(0.25) - 94.3).abs() < 1e-9);
        assert!((HP_ML110_G5.power(0.95) - 134.0).abs() < 1e-9);
    }

    #[test]
    fn a_host_that_was_off_costs_nothing() {
        assert_eq!(HP_ML110_G4.energy(0.0, 1.0, 300.0), 0.0);
        assert!((HP_ML110_G4.energy(0.1, 0.0, 10.0) - 877.0).abs() < 1e-9);
    }
}
