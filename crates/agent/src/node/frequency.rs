//! What the cores can give, in megahertz.

use std::path::Path;

use crate::kernel_file::{ReadBuffer, read_once};
use crate::text::{decimal, lines, number, sole_number, split_once};

/// What a core is taken for where nothing tells its frequency.
const NOMINAL_MHZ: f64 = 1000.0;

/// The frequency of every core.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Frequencies {
    /// In megahertz, in the order of the core numbers that were asked for.
    mhz: Vec<(usize, f64)>,
    /// True where the frequency of at least one core is not known and 1000 MHz is assumed.
    pub(crate) nominal: bool,
}

impl Frequencies {
    /// Reads the frequencies of `cores`: the highest that cpufreq allows, else what `/proc/cpuinfo` says, else
    /// nominal ones.
    ///
    /// Asking `/proc/cpuinfo` interrupts every core on some kernels: read them once, not every second.
    pub(crate) fn read(proc: &Path, sys: &Path, cores: &[usize], buffer: &mut ReadBuffer) -> Self {
        let mut found = Self::default();
        let mut from_cpuinfo = None;
        for &core in cores {
            let mhz = cpufreq_max(sys, core, buffer).or_else(|| {
                from_cpuinfo
                    .get_or_insert_with(|| {
                        read_once(&proc.join("cpuinfo"), buffer).map_or_else(|_| Vec::new(), cpuinfo)
                    })
                    .iter()
                    .find_map(|(number, mhz)| (*number == core).then_some(*mhz))
            });
            found.nominal |= mhz.is_none();
            found.mhz.push((core, mhz.unwrap_or(NOMINAL_MHZ)));
        }
        found
    }

    /// A core's frequency in megahertz.
    pub(crate) fn of(&self, core: usize) -> f64 {
        self.mhz.iter().find_map(|(number, mhz)| (*number == core).then_some(*mhz)).unwrap_or(NOMINAL_MHZ)
    }

    /// The sum over the cores, in megahertz.
    pub(crate) fn total(&self) -> f64 {
        self.mhz.iter().map(|(_, mhz)| mhz).sum()
    }

    /// The mean of the cores, in megahertz: what a second of CPU time comes to where the core is not known.
    pub(crate) fn mean(&self) -> f64 {
        if self.mhz.is_empty() { NOMINAL_MHZ } else { self.total() / self.mhz.len() as f64 }
    }

    /// How many cores there are.
    pub(crate) fn cores(&self) -> usize {
        self.mhz.len()
    }
}

fn cpufreq_max(sys: &Path, core: usize, buffer: &mut ReadBuffer) -> Option<f64> {
    let path = sys.join(format!("devices/system/cpu/cpu{core}/cpufreq/cpuinfo_max_freq"));
    let kilohertz = sole_number(read_once(&path, buffer).ok()?)?;
    Some(kilohertz as f64 / 1000.0).filter(plausible)
}

/// The frequencies in `/proc/cpuinfo`, by core number: `cpu MHz : 2596.146` on x86 and LoongArch, `clock :
/// 1200.000000MHz` on PowerPC. ARM and MIPS give none (their BogoMIPS are no frequency).
fn cpuinfo(text: &[u8]) -> Vec<(usize, f64)> {
    let mut found = Vec::new();
    let mut core = None;
    for line in lines(text) {
        let Some((key, value)) = split_once(line, b':') else { continue };
        let (key, value) = (key.trim_ascii(), value.trim_ascii());
        if key == b"processor" {
            core = number(value).and_then(|core| usize::try_from(core).ok());
            continue;
        }
        let mhz = match key {
            key if key.eq_ignore_ascii_case(b"cpu MHz") => decimal(value),
            b"clock" => value.strip_suffix(b"MHz").and_then(decimal),
            _ => None,
        };
        if let (Some(core), Some(mhz)) = (core, mhz.filter(plausible)) {
            found.push((core, mhz));
        }
    }
    found
}

fn plausible(mhz: &f64) -> bool {
    (1.0..100_000.0).contains(mhz)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    const X86: &str = "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2596.146\n\
        bogomips\t: 5192.29\n\nprocessor\t: 1\nvendor_id\t: AuthenticAMD\ncpu MHz\t\t: 2400.000\n\n";
    const ARM: &str = "processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n\n\
        processor\t: 1\nBogoMIPS\t: 108.00\n\nHardware\t: BCM2835\nModel\t\t: Raspberry Pi 4\n";
    const POWER: &str = "processor\t: 0\ncpu\t\t: e500v2\nclock\t\t: 800.000000MHz\n\n";

    fn tree(cpuinfo: &str, max_khz: &[&str]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("cpuinfo"), cpuinfo).unwrap();
        for (core, khz) in max_khz.iter().enumerate() {
            let cpufreq = dir.path().join(format!("devices/system/cpu/cpu{core}/cpufreq"));
            fs::create_dir_all(&cpufreq).unwrap();
            fs::write(cpufreq.join("cpuinfo_max_freq"), khz).unwrap();
        }
        dir
    }

    fn read(dir: &TempDir) -> Frequencies {
        Frequencies::read(dir.path(), dir.path(), &[0, 1], &mut ReadBuffer::new())
    }

    #[test]
    fn cpufreq_s_maximum_comes_before_what_cpuinfo_shows_at_the_moment() {
        let found = read(&tree(X86, &["3400000\n", "1800000\n"]));
        assert_eq!((found.of(0), found.of(1), found.nominal), (3400.0, 1800.0, false));
        assert_eq!((found.total(), found.mean(), found.cores()), (5200.0, 2600.0, 2));
    }

    #[test]
    fn cpuinfo_is_asked_where_cpufreq_is_absent() {
        let found = read(&tree(X86, &[]));
        assert_eq!((found.of(0), found.of(1), found.nominal), (2596.146, 2400.0, false));
        assert_eq!(cpuinfo(POWER.as_bytes()), [(0, 800.0)]);
    }

    #[test]
    fn a_thousand_megahertz_a_core_are_assumed_and_flagged_where_nothing_tells() {
        let found = read(&tree(ARM, &[]));
        assert_eq!((found.total(), found.nominal), (2000.0, true));
        let one_known = read(&tree(ARM, &["1500000\n"]));
        assert_eq!((one_known.of(0), one_known.of(1), one_known.nominal), (1500.0, 1000.0, true));
        let absurd = read(&tree(ARM, &["0\n", "99999999999\n"]));
        assert_eq!((absurd.total(), absurd.nominal), (2000.0, true));
    }

    proptest! {
        #[test]
        fn any_text_gives_plausible_frequencies(text in "(processor|cpu MHz|clock|\\PC{0,9})[ :\t]{0,3}\\PC{0,20}\n?") {
            prop_assert!(cpuinfo(text.as_bytes()).iter().all(|(_, mhz)| plausible(mhz)));
        }
    }
}
