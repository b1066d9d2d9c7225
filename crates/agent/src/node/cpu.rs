//! How busy the node's cores are, from `/proc/stat`.

use crate::text::{fields, lines, number};

/// What a core did since the machine started, in clock ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CoreTimes {
    /// Everything but idling and waiting for a disk. Time that a hypervisor gave to others is busy too: nothing
    /// else could have had it.
    busy: u64,
    total: u64,
}

/// The cores' share of busy time from reading to reading.
#[derive(Debug, Default)]
pub(crate) struct CoreUsage {
    /// By core number; a core that was never seen has none.
    last: Vec<Option<CoreTimes>>,
}

/// Cores of this number and above are not looked at: managers refuse a report of more.
const MAX_CORES: usize = 4096;

impl CoreUsage {
    /// Calls `each` with the number and the busy share (0 to 1) of every core that was in the reading before.
    pub(crate) fn advance(&mut self, stat: &[u8], mut each: impl FnMut(usize, f64)) {
        for (core, now) in cores(stat) {
            if core >= self.last.len() {
                self.last.resize(core + 1, None);
            }
            if let Some(last) = self.last[core].replace(now) {
                each(core, busy_share(last, now));
            }
        }
    }
}

/// Counters of idle time may go back a little, and all of them start anew when a core is switched off and on.
fn busy_share(last: CoreTimes, now: CoreTimes) -> f64 {
    let (busy, total) = (now.busy.saturating_sub(last.busy), now.total.saturating_sub(last.total));
    if total == 0 { 0.0 } else { (busy as f64 / total as f64).min(1.0) }
}

/// The cores that `/proc/stat` lists, in its order.
pub(crate) fn cores(stat: &[u8]) -> impl Iterator<Item = (usize, CoreTimes)> {
    lines(stat).map_while(|line| line.strip_prefix(b"cpu")).filter_map(|line| {
        let mut fields = fields(line);
        // The line of all cores together has a blank where the number would be.
        let core = if line.first()?.is_ascii_digit() { number(fields.next()?)? } else { return None };
        let core = usize::try_from(core).ok().filter(|core| *core < MAX_CORES)?;
        Some((core, times(fields)?))
    })
}

/// user nice system idle iowait irq softirq steal; what follows, guests' time, is counted in the first two already.
fn times<'t>(fields: impl Iterator<Item = &'t [u8]>) -> Option<CoreTimes> {
    let mut times = CoreTimes::default();
    let mut seen = 0;
    for (index, field) in fields.take(8).enumerate() {
        let ticks = number(field)?;
        times.total = times.total.saturating_add(ticks);
        if !matches!(index, 3 | 4) {
            times.busy = times.busy.saturating_add(ticks);
        }
        seen = index + 1;
    }
    // Kernels of old give the first four.
    (seen >= 4).then_some(times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BEFORE: &[u8] = b"cpu  300 0 100 1600 0 0 0 0 50 0\n\
        cpu0 200 0 50 750 0 0 0 0 50 0\n\
        cpu1 100 0 50 850 0 0 0 0 0 0\n\
        intr 12345 0 0\nctxt 99\n";
    const AFTER: &[u8] = b"cpu  340 0 110 1740 10 0 0 0 80 0\n\
        cpu0 230 0 60 800 10 0 0 0 80 0\n\
        cpu1 110 0 50 940 0 0 0 0 0 0\n\
        intr 12345 0 0\n";

    fn shares(usage: &mut CoreUsage, stat: &[u8]) -> Vec<(usize, f64)> {
        let mut all = Vec::new();
        usage.advance(stat, |core, share| all.push((core, share)));
        all
    }

    #[test]
    fn idling_waiting_and_guests_counted_twice_are_not_use() {
        let mut usage = CoreUsage::default();
        assert_eq!(shares(&mut usage, BEFORE), []);
        assert_eq!(shares(&mut usage, AFTER), [(0, 0.4), (1, 0.1)]);
        assert_eq!(shares(&mut usage, AFTER), [(0, 0.0), (1, 0.0)]);
    }

    #[test]
    fn counters_that_go_back_give_no_use() {
        let mut usage = CoreUsage::default();
        shares(&mut usage, AFTER);
        assert_eq!(shares(&mut usage, BEFORE), [(0, 0.0), (1, 0.0)]);
    }

    #[test]
    fn a_core_that_was_switched_on_counts_from_its_second_reading() {
        let mut usage = CoreUsage::default();
        shares(&mut usage, b"cpu 1 1 1 1\ncpu0 1 1 1 1\n");
        assert_eq!(shares(&mut usage, b"cpu 1 1 1 1\ncpu0 2 1 1 2\ncpu3 5 5 5 5\n"), [(0, 0.5)]);
        assert_eq!(shares(&mut usage, b"cpu 1 1 1 1\ncpu0 2 1 1 2\ncpu3 9 5 5 5\n"), [(0, 0.0), (3, 1.0)]);
    }

    proptest! {
        #[test]
        fn any_two_texts_give_shares_of_one(a in ".{0,300}", b in ".{0,300}") {
            let mut usage = CoreUsage::default();
            shares(&mut usage, a.as_bytes());
            for (_, share) in shares(&mut usage, b.as_bytes()) {
                prop_assert!((0.0..=1.0).contains(&share));
            }
        }

        #[test]
        fn any_counters_give_shares_of_one(ticks in proptest::collection::vec(any::<u64>(), 20)) {
            let line = |ticks: &[u64]| {
                let text: Vec<String> = ticks.iter().map(u64::to_string).collect();
                format!("cpu 0 0 0 0\ncpu0 {}\n", text.join(" "))
            };
            let mut usage = CoreUsage::default();
            shares(&mut usage, line(&ticks[..10]).as_bytes());
            let after = shares(&mut usage, line(&ticks[10..]).as_bytes());
            prop_assert!(after.iter().all(|(_, share)| (0.0..=1.0).contains(share)));
        }
    }
}
