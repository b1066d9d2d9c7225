//! What this machine's cores give, found out in the way that `swarm-agent` does: a node of 2000 MHz has to read as one
//! of 2000 MHz.

use std::fs;
use std::path::Path;

use swarmmanager_units::Megahertz;

/// What a core is taken for where nothing tells its frequency.
const NOMINAL_MHZ: f64 = 1000.0;

/// The machine's cores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cores {
    pub(crate) count: usize,
    /// The mean of the cores.
    pub(crate) each: Megahertz,
}

impl Cores {
    /// Those of this machine.
    pub(crate) fn of_this_machine() -> Self {
        Self::read(Path::new("/proc"), Path::new("/sys"))
    }

    pub(crate) fn total(self) -> Megahertz {
        self.each * self.count as f64
    }

    fn read(proc: &Path, sys: &Path) -> Self {
        let stat = fs::read_to_string(proc.join("stat")).unwrap_or_default();
        let cpuinfo = frequencies(&fs::read_to_string(proc.join("cpuinfo")).unwrap_or_default());
        let cores: Vec<usize> = stat
            .lines()
            .filter_map(|line| line.split(' ').next()?.strip_prefix("cpu")?.parse().ok())
            .collect();
        let mhz = |core: &usize| {
            cpufreq(sys, *core)
                .or_else(|| cpuinfo.iter().find_map(|(number, mhz)| (number == core).then_some(*mhz)))
                .unwrap_or(NOMINAL_MHZ)
        };
        let count = cores.len().max(1);
        let total: f64 = if cores.is_empty() { NOMINAL_MHZ } else { cores.iter().map(mhz).sum() };
        Self { count, each: Megahertz::new(total / count as f64) }
    }
}

fn cpufreq(sys: &Path, core: usize) -> Option<f64> {
    let path = sys.join(format!("devices/system/cpu/cpu{core}/cpufreq/cpuinfo_max_freq"));
    let kilohertz: f64 = fs::read_to_string(path).ok()?.trim().parse().ok()?;
    Some(kilohertz / 1000.0).filter(plausible)
}

/// The frequencies in `/proc/cpuinfo`, by core number.
fn frequencies(cpuinfo: &str) -> Vec<(usize, f64)> {
    let mut found = Vec::new();
    let mut core = None;
    for (key, value) in cpuinfo.lines().filter_map(|line| line.split_once(':')) {
        let (key, value) = (key.trim(), value.trim());
        let mhz = match key {
            "processor" => {
                core = value.parse().ok();
                None
            }
            key if key.eq_ignore_ascii_case("cpu MHz") => value.parse().ok(),
            "clock" => value.strip_suffix("MHz").and_then(|mhz| mhz.parse().ok()),
            _ => None,
        };
        found.extend(core.zip(mhz.filter(plausible)));
    }
    found
}

fn plausible(mhz: &f64) -> bool {
    (1.0..100_000.0).contains(mhz)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Cores;

    const STAT: &str = "cpu  1 2 3\ncpu0 1 2 3\ncpu1 1 2 3\nintr 5\n";
    const CPUINFO: &str = "processor\t: 0\ncpu MHz\t\t: 2596.146\n\nprocessor\t: 1\ncpu MHz\t\t: 2400.000\n";

    fn read(files: &[(&str, &str)]) -> Cores {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Cores::read(folder.path(), folder.path())
    }

    #[test]
    fn cores_are_read_as_the_agent_reads_them() {
        let cores = read(&[("stat", STAT), ("cpuinfo", CPUINFO)]);
        assert_eq!((cores.count, cores.total().get().round()), (2, 4996.0));
        let max = "devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq";
        let cores = read(&[("stat", STAT), ("cpuinfo", CPUINFO), (max, "3600000\n")]);
        assert_eq!(cores.each.get(), 3000.0);
    }

    #[test]
    fn a_thousand_megahertz_are_assumed_where_nothing_tells() {
        assert_eq!(read(&[("stat", STAT)]).total().get(), 2000.0);
        assert_eq!(read(&[]).total().get(), 1000.0);
    }
}
