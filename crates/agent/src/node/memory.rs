//! The node's memory and swap, from `/proc/meminfo`.

use crate::text::{fields, lines, number, split_once};

/// Memory of the whole machine, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) total: u64,
    /// What can be used without swapping.
    pub(crate) available: u64,
    pub(crate) swap_total: u64,
    pub(crate) swap_used: u64,
}

/// Reads `/proc/meminfo`. What it does not list is zero.
pub(crate) fn meminfo(text: &[u8]) -> Memory {
    let mut memory = Memory::default();
    let (mut reclaimable, mut swap_free, mut available) = (0_u64, 0, None);
    for line in lines(text) {
        let Some((key, value)) = split_once(line, b':') else { continue };
        let bytes = || fields(value).next().and_then(number).unwrap_or(0).saturating_mul(1024);
        match key {
            b"MemTotal" => memory.total = bytes(),
            b"MemAvailable" => available = Some(bytes()),
            b"MemFree" | b"Buffers" | b"Cached" => reclaimable = reclaimable.saturating_add(bytes()),
            b"SwapTotal" => memory.swap_total = bytes(),
            b"SwapFree" => {
                swap_free = bytes();
                // Nothing of interest comes after it.
                break;
            }
            _ => {}
        }
    }
    // Kernels before 3.14 do not say what is available; this is what `free` then showed.
    memory.available = available.unwrap_or(reclaimable).min(memory.total);
    memory.swap_used = memory.swap_total.saturating_sub(swap_free);
    memory
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn memory_is_read_in_bytes() {
        let text = b"MemTotal:       24684084 kB\nMemFree:        23645980 kB\nMemAvailable:   24269120 kB\n\
            Buffers:            2852 kB\nCached:           784096 kB\nSwapCached:            0 kB\n\
            SwapTotal:       1048576 kB\nSwapFree:         524288 kB\nDirty:  4 kB\n";
        assert_eq!(
            meminfo(text),
            Memory {
                total: 24684084 << 10,
                available: 24269120 << 10,
                swap_total: 1 << 30,
                swap_used: 1 << 29
            }
        );
    }

    #[test]
    fn old_kernels_do_not_say_what_is_available() {
        let text = b"MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 200 kB\nSwapTotal: 0 kB\n";
        assert_eq!(meminfo(text).available, 350 << 10);
    }

    proptest! {
        #[test]
        fn any_text_gives_sums_that_fit(
            keys in proptest::collection::vec("(MemTotal|MemAvailable|MemFree|Cached|SwapTotal|SwapFree):? \\PC{0,24}", 0..9)
        ) {
            let memory = meminfo(keys.join("\n").as_bytes());
            prop_assert!(memory.available <= memory.total && memory.swap_used <= memory.swap_total);
        }
    }
}
