//! The load averages, from `/proc/loadavg`. They are the machine's in every scope: no cgroup has its own.

use crate::text::{decimal, fields};

/// The averages over 1, 5 and 15 minutes.
pub(crate) fn loadavg(text: &[u8]) -> Option<[f32; 3]> {
    let mut averages = fields(text).map(|field| decimal(field).filter(|value| *value >= 0.0));
    let mut next = || averages.next().flatten().map(|value| value as f32);
    Some([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_three_fields_are_the_averages() {
        assert_eq!(loadavg(b"0.14 0.19 12.50 2/92 13473\n"), Some([0.14, 0.19, 12.5]));
        for text in ["", "0.1 0.2", "a b c", "-1 0 0", "NaN 0 0"] {
            assert_eq!(loadavg(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_input_makes_it_fail(text in "\\PC{0,40}") {
            let _ = loadavg(text.as_bytes());
        }
    }
}
