//! The shapes that kernel files share: lines, fields and decimal numbers, read from bytes without copying.

/// The text's lines.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// A line's fields, between blanks.
pub(crate) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty())
}

/// A decimal number and nothing else; what does not fit is the largest number.
pub(crate) fn number(field: &[u8]) -> Option<u64> {
    if field.is_empty() {
        return None;
    }
    field.iter().try_fold(0_u64, |value, byte| {
        byte.is_ascii_digit().then(|| value.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
    })
}

/// A finite number with a fraction.
pub(crate) fn decimal(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The number that is alone in a file.
pub(crate) fn sole_number(text: &[u8]) -> Option<u64> {
    number(text.trim_ascii())
}

/// The number beside `key` in a file of `key number` lines.
pub(crate) fn number_of(text: &[u8], key: &[u8]) -> Option<u64> {
    lines(text).find_map(|line| {
        let rest = line.strip_prefix(key)?;
        if !rest.first()?.is_ascii_whitespace() {
            return None;
        }
        number(rest.trim_ascii())
    })
}

/// The text before and after the first `separator`.
pub(crate) fn split_once(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == separator)?;
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_digits_only_and_saturate() {
        assert_eq!(number(b"0"), Some(0));
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number(b"18446744073709551616"), Some(u64::MAX));
        for text in [&b""[..], b"-1", b"1 ", b"1.0", b"max", b"+1"] {
            assert_eq!(number(text), None);
        }
    }

    #[test]
    fn a_key_is_found_only_as_a_whole_word() {
        let text = b"total_inactive_file 1\ninactive_file_x 2\ninactive_file 3\n";
        assert_eq!(number_of(text, b"inactive_file"), Some(3));
        assert_eq!(number_of(text, b"total_inactive_file"), Some(1));
        assert_eq!(number_of(text, b"active_file"), None);
    }

    proptest! {
        #[test]
        fn no_input_makes_them_fail(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (number(&text), decimal(&text), sole_number(&text), number_of(&text, b"a"));
            for line in lines(&text) {
                prop_assert!(fields(line).all(|field| !field.is_empty()));
            }
        }

        #[test]
        fn a_number_reads_back(value: u64) {
            prop_assert_eq!(sole_number(format!("{value}\n").as_bytes()), Some(value));
        }
    }
}
