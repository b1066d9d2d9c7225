//! Numbers that look random and are the same for the same place.

/// SplitMix64's finalizer: every bit of the input changes about half of the output's.
pub(crate) fn mix(mut word: u64) -> u64 {
    word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// From 0 up to 1.
pub(crate) fn unit(word: u64) -> f32 {
    // 24 bits are what an f32 holds exactly.
    (mix(word) >> 40) as f32 / (1_u64 << 24) as f32
}

/// The bytes of a text as one word.
pub(crate) fn word_of(text: &str) -> u64 {
    text.bytes().fold(0, |word, byte| mix(word ^ u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::{mix, unit, word_of};

    #[test]
    fn the_same_place_has_the_same_number() {
        assert_eq!(mix(7), mix(7));
        assert_ne!(word_of("web-0"), word_of("web-1"));
    }

    #[test]
    fn numbers_fill_the_range_evenly() {
        let numbers: Vec<f32> = (0..10_000).map(unit).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.iter().sum::<f32>() / 10_000.0;
        assert!((0.48..0.52).contains(&mean), "{mean}");
    }
}
